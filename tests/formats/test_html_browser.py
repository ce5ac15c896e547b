"""The page in HTML in a real Chromium: what a person sees, types, copies and shares."""

from __future__ import annotations

import re
import shutil
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from tests.bases import make_base

from diffkb.core.query import EVERYTHING
from diffkb.formats import Style
from diffkb.formats.html import write
from diffkb.store.reader import Reader
from diffkb.store.references import select_references

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page, Request

    Open = Callable[..., Page]

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
# Without a network Chromium would ask its maker for news at every start.
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
HOSTILE = """\
# <script>document.title = "hacked"</script>

## <img src=x onerror="document.title='hacked'"> \u202etfel

- [<script>document.title="hacked"</script>](javascript:document.title='hacked') **WR=3**
  ![p](https://example.org/p.png) <b onclick=x>b</b> [j](javascript:alert(1))
- [{word}](https://example.org/{word}) **WR=2**
  {word} ${word}$
- [\u0627\u0644\u0639\u0631\u0628\u064a\u0629 <b>](https://example.org/"onmouseover="x)
""".format(word="w" * 10_000)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not on this machine")


def write_out(base: Path, folder: Path) -> Path:
    with Reader.open(base) as reader:
        text = "".join(write(select_references(reader, EVERYTHING), Style()))
    file = folder / "index.html"
    file.write_text(text, encoding="utf-8", errors="replace")
    return file


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@pytest.fixture(scope="module")
def shipped(seed_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_out(seed_base, tmp_path_factory.mktemp("page"))


@pytest.fixture
def open_page(browser: Browser, shipped: Path) -> Iterator[Open]:
    """Gives what opens a page; at the end nothing may have been asked for or complained of."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def note_request(request: Request) -> None:
        if not request.url.startswith(("file:", "data:")):
            faults.append(request.url)

    def open_it(file: Path = shipped, hash_: str = "", width: int = 1280, **how: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, **how)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda said: faults.append(said.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", note_request)
        page.goto(f"{file.as_uri()}{hash_}")
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert faults == []


def shown(page: Page) -> int:
    seen = "all => all.filter(one => one.checkVisibility()).length"
    return int(page.locator(".entry:not([hidden])").evaluate_all(seen))


def status(page: Page) -> str:
    return page.locator("form [role=status]").inner_text()


def test_a_search_finds_words_without_accents_and_tells_their_number(open_page: Open) -> None:
    page = open_page()
    page.fill("[name=q]", "schrodinger BRIDGE")
    assert (shown(page), status(page)) == (1, "1 of 53 entries")
    page.fill("[name=q]", "nothing like it")
    assert shown(page) == 0
    assert page.locator(".nothing").is_visible()


@pytest.mark.parametrize(
    ("field", "value", "count"),
    [
        ("section", "papers/inverse-problems", 23),
        ("section", "papers", 46),
        ("year", "2023", 19),
        ("year", "none", 7),
        ("wr", "2", 20),
        ("wr", "none", 31),
    ],
)
def test_each_filter_shows_what_it_names(
    open_page: Open, field: str, value: str, count: int
) -> None:
    page = open_page()
    page.select_option(f"[name={field}]", value)
    assert (shown(page), status(page)) == (count, f"{count} of 53 entries")


def test_filters_add_up_stand_in_the_address_and_go_back(open_page: Open) -> None:
    page = open_page()
    page.select_option("[name=year]", "2023")
    page.select_option("[name=wr]", "3")
    page.fill("[name=q]", "latent")
    assert page.evaluate("location.hash") == "#q=latent&year=2023&wr=3"
    found = shown(page)
    assert 0 < found < 19
    again = open_page(hash_="#q=latent&year=2023&wr=3")
    assert shown(again) == found
    for left in ("#year=2023&wr=3", "#year=2023"):
        page.evaluate("history.back()")
        page.wait_for_function("left => location.hash === left", arg=left)
    page.wait_for_function("document.querySelector('[name=wr]').value === ''")
    assert (shown(page), page.input_value("[name=q]")) == (19, "")
    page.evaluate("history.go(2)")
    page.wait_for_function("document.querySelector('[name=q]').value === 'latent'")
    assert shown(page) == found


def test_a_link_to_an_entry_shows_it_whatever_was_asked_for(open_page: Open) -> None:
    page = open_page(hash_="#ho2020denoising")
    assert page.locator("#ho2020denoising").evaluate("one => one.matches(':target')")
    page.fill("[name=q]", "schrodinger")
    page.evaluate("location.hash = '#ho2020denoising'")
    page.wait_for_selector("#ho2020denoising", state="visible")
    assert shown(page) == 53


def test_the_keyboard_is_enough(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("/")
    page.keyboard.type("song")
    found = shown(page)
    page.keyboard.press("Enter")
    focused = "document.activeElement.closest('.entry').id"
    first = page.evaluate(focused)
    page.keyboard.press("j")
    assert page.evaluate(focused) != first
    page.keyboard.press("ArrowUp")
    assert page.evaluate(focused) == first
    assert page.evaluate("document.activeElement.href").startswith("http")
    page.keyboard.press("Escape")
    assert found < shown(page) == 53
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()
    page.uncheck("dialog [type=checkbox]")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert not page.locator("dialog").is_visible()


def test_bibtex_is_copied(open_page: Open) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    entry = page.locator("#ho2020denoising")
    entry.locator("summary").click()
    entry.get_by_role("button", name="Copy").click()
    page.wait_for_function("document.querySelector('[role=status]').textContent.includes('Copied')")
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("@")
    assert "{ho2020denoising," in text


def test_the_theme_is_remembered(open_page: Open) -> None:
    page = open_page()
    page.click(".theme")
    page.click(".theme")
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 320)])
def test_nobody_is_kept_out(open_page: Open, scheme: str, width: int) -> None:
    page = open_page(width=width, color_scheme=scheme)
    # What is not drawn yet is looked at too.
    page.evaluate(
        "document.styleSheets[0].insertRule('.entry { content-visibility: visible }',"
        " document.styleSheets[0].cssRules.length)"
    )
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run()")
    told = [(one["id"], [node["html"] for node in one["nodes"][:2]]) for one in found["violations"]]
    assert told == []


@pytest.mark.parametrize("width", [320, 375, 768, 1280])
def test_no_page_is_wider_than_the_screen(open_page: Open, tmp_path: Path, width: int) -> None:
    hostile = write_out(make_base(tmp_path, HOSTILE), tmp_path)
    for page in (open_page(width=width), open_page(hostile, width=width)):
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_hostile_list_runs_nothing(open_page: Open, tmp_path: Path) -> None:
    page = open_page(write_out(make_base(tmp_path, HOSTILE), tmp_path))
    assert shown(page) == 3
    assert page.title() != "hacked"
    assert page.locator("script").count() == 1
    assert page.locator("main img, main [onclick], main [onerror]").count() == 0
    assert page.locator("a[href^='javascript' i]").count() == 0
    page.fill("[name=q]", "script")
    page.keyboard.press("Enter")


def test_without_scripts_it_is_a_list(open_page: Open) -> None:
    page = open_page(java_script_enabled=False)
    text = page.locator("main").text_content() or ""
    assert "Denoising Diffusion Probabilistic Models" in text
    assert not page.locator("form").is_visible()
    assert page.locator("button:visible").count() == 0
    assert page.locator("nav a").first.is_visible()


def test_paper_gets_the_list_alone(open_page: Open) -> None:
    page = open_page(color_scheme="dark")
    page.emulate_media(media="print")
    assert not page.locator("form").is_visible()
    assert not page.locator("nav").is_visible()
    colour = page.evaluate("getComputedStyle(document.querySelector('.title')).color")
    assert re.findall(r"\d+", colour)[0] < "5"

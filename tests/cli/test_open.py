"""`diffkb open`: the page in the browser, the PDF in its viewer or in the files directory."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[..., Any]
    Runner = Callable[..., subprocess.CompletedProcess[Any]]

PAPER = b"%PDF-1.5\nwords\n%%EOF\n"
# Its words to a file, and noise where programs make it.
PROGRAM = """\
#!{python}
import sys
open({path!r}, "a").write(repr(sys.argv[1:]) + "\\n")
print("noise")
sys.exit({status})
"""
posix = pytest.mark.skipif(sys.platform == "win32", reason="the browsers here are POSIX scripts")


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., Path]:
    """Gives a function that makes a program which notes its words in the file `opened`."""

    def make(name: str, status: int = 0) -> Path:
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        log = str(tmp_path / "opened")
        path.write_text(PROGRAM.format(python=sys.executable, path=log, status=status))
        path.chmod(0o755)
        return path

    return make


def test_print_gives_the_addresses_and_opens_nothing(call: Call) -> None:
    done = call("open", "12", "ho2020denoising", "--print", BROWSER="false")
    assert done.stdout == "https://arxiv.org/abs/2006.11239\n" * 2
    assert (done.status, done.stderr) == (0, "")
    done = call("open", "12", "--pdf", "--print")
    assert done.stdout == "https://arxiv.org/pdf/2006.11239\n"


def test_json_says_what_became_of_each(call: Call) -> None:
    done = call("open", "12", "no such thing", "--print", "--json")
    assert done.status == 1
    answer = json.loads(done.stdout)
    assert answer["status"] == "partial"
    good, bad = answer["data"]["results"]
    assert good == {
        "ref": "12",
        "outcome": "printed",
        "url": "https://arxiv.org/abs/2006.11239",
        "path": None,
        "error": None,
    }
    assert (bad["outcome"], bad["error"]["code"]) == ("failed", "entry-not-found")
    alone = call("open", "no such thing", "--json")
    assert (alone.status, json.loads(alone.stdout)["status"]) == (3, "error")


@posix
def test_the_browser_named_is_handed_the_page(
    run_diffkb: Runner, program: Callable[..., Path], tmp_path: Path, seed_base: Path
) -> None:
    env = {"BROWSER": str(program("web")), "DIFFKB_BASE": str(seed_base)}
    done = run_diffkb("open", "12", "13", env=env)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.count("noise\n") == 2
    assert (tmp_path / "opened").read_text() == (
        "['https://arxiv.org/abs/2006.11239']\n['https://arxiv.org/abs/1907.05600']\n"
    )
    done = run_diffkb("open", "12", "--json", env=env)
    assert json.loads(done.stdout)["data"]["results"][0]["outcome"] == "opened"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a browser")
@pytest.mark.parametrize("browser", ["no-such-program", "{failing}", None])
def test_without_a_browser_the_address_is_printed(
    run_diffkb: Runner, program: Callable[..., Path], seed_base: Path, browser: str | None
) -> None:
    failing = program("failing", status=1)
    env = {
        "BROWSER": browser.format(failing=failing) if browser else None,
        "DIFFKB_BASE": str(seed_base),
        "PATH": str(failing.parent),
    }
    done = run_diffkb("open", "12", env=env)
    assert (done.returncode, done.stdout) == (0, "https://arxiv.org/abs/2006.11239\n")
    assert "hint: there is no browser; BROWSER names one" in done.stderr


@posix
def test_what_is_no_address_reaches_no_program(
    run_diffkb: Runner, program: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "list.md").write_text(
        "# L\n\n## Papers\n\n"
        "- [One](file:///etc/passwd)\n- [Two](javascript:alert(1))\n"
        "- [Three](<https://example.org/a b$(touch x);'\"|>)\n"
    )
    env = {"DIFFKB_BASE": "b.sqlite", "BROWSER": f"{program('web')} --page=%s"}
    run_diffkb("import", "list.md", env=env)
    titles = json.loads(run_diffkb("list", "--json", env=env).stdout)["data"]["entries"]
    for entry in titles:
        run_diffkb("open", str(entry["id"]), env=env)
    opened = (tmp_path / "opened").read_text() if (tmp_path / "opened").exists() else ""
    assert "file:" not in opened
    assert "javascript:" not in opened
    assert "--page=https://example.org/a%20b" in opened
    assert not (tmp_path / "x").exists()


@posix
def test_a_copy_is_opened_before_the_network_is(
    run_diffkb: Runner, program: Callable[..., Path], tmp_path: Path, seed_base: Path
) -> None:
    copy = tmp_path / "pdfs" / "ho2020denoising.pdf"
    copy.parent.mkdir()
    copy.write_bytes(PAPER)
    env = {
        "BROWSER": str(program("web")),
        "DIFFKB_BASE": str(seed_base),
        "DIFFKB_FILES": str(copy.parent),
        "PATH": str(program("xdg-open").parent),
        "DISPLAY": ":0",
    }
    run_diffkb("open", "12", "13", "--pdf", env=env)
    assert (tmp_path / "opened").read_text() == (
        f"['{copy}']\n['https://arxiv.org/pdf/1907.05600']\n"
    )
    done = run_diffkb("open", "12", "--pdf", env={**env, "DISPLAY": None})
    assert done.stdout == f"{copy}\n"
    assert "there is no viewer for PDFs" in done.stderr


def test_opening_needs_no_network_and_no_writing(call: Call, arxiv: Any, base: Path) -> None:
    before = base.read_bytes()
    assert call("open", "12", "--pdf", "--print", "--offline").status == 0
    assert base.read_bytes() == before
    assert arxiv.asked == []


@pytest.mark.parametrize("words", [("12", "--refetch"), ("12", "--download", "--print"), ()])
def test_what_makes_no_sense_is_said(call: Call, words: tuple[str, ...]) -> None:
    assert call("open", *words).status == 2


def test_download_keeps_a_copy_named_after_the_key(call: Call, arxiv: Any, base: Path) -> None:
    arxiv.files = {"/pdf/2006.11239": PAPER}
    place = base.parent / "files" / "ho2020denoising.pdf"
    done = call("open", "12", "--pdf", "--download")
    assert (done.status, done.stdout) == (0, f"{place}\n")
    assert done.stderr == "fetching https://arxiv.org/pdf/2006.11239\n"
    assert place.read_bytes() == PAPER


def test_a_copy_is_kept_unless_asked_otherwise(call: Call, arxiv: Any, base: Path) -> None:
    place = base.parent / "files" / "ho2020denoising.pdf"
    place.parent.mkdir()
    place.write_bytes(b"mine")
    done = call("open", "12", "--download", "--json", "--offline")
    (result,) = done.data["results"]
    assert (done.status, result["outcome"], result["path"]) == (0, "kept", str(place))
    assert "--refetch downloads it again" in done.stderr
    assert place.read_bytes() == b"mine"
    arxiv.files = {"/pdf/2006.11239": PAPER}
    done = call("open", "12", "--download", "--json", "--refetch")
    (result,) = done.data["results"]
    assert (result["outcome"], result["url"]) == ("downloaded", "https://arxiv.org/pdf/2006.11239")
    assert place.read_bytes() == PAPER


def test_of_several_downloads_those_that_can_be_are_done(
    call: Call, arxiv: Any, tmp_path: Path
) -> None:
    arxiv.files = {"/pdf/1907.05600": PAPER}
    folder = tmp_path / "elsewhere"
    done = call("open", "12", "3", "13", "--download", "--json", DIFFKB_FILES=str(folder))
    results = done.data["results"]
    assert done.status == 1
    assert [one["outcome"] for one in results] == ["failed", "failed", "downloaded"]
    assert [one["error"] and one["error"]["code"] for one in results] == [
        "bad-reply",
        "no-address",
        None,
    ]
    assert "`diffkb open 12` opens its page" in results[0]["error"]["hint"]
    assert [one.name for one in folder.iterdir()] == ["song2019generative.pdf"]


def test_what_failed_is_named(call: Call) -> None:
    done = call("open", "12", "13", "--download", "-v")
    for ref in ("12", "13"):
        assert (
            f"it has no PDF there (status 404)\nhint: try it again later; `diffkb open {ref}`"
            in (done.stderr)
        )
        assert f"\n  {ref}\n" in done.stderr


def test_offline_nothing_is_downloaded(call: Call, base: Path) -> None:
    done = call("open", "12", "--download", "--offline")
    assert done.status == 6
    assert "hint: leave out --offline or DIFFKB_OFFLINE\n" in done.stderr
    assert not (base.parent / "files").exists()

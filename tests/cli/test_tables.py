"""The table for people: as wide as the terminal, and nothing in it steers that terminal."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from diffkb.cli.render.tables import LONG_WORD, Line, print_columns, print_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Printed = Callable[..., str]

# Halves of surrogate pairs and controls are rare among all characters, and what this is about.
STRANGE = st.characters(exclude_categories=()) | st.sampled_from("\ud800\udcff\0\n\x1b\u2028")

LINK = re.compile(r"\x1b\]8;(?P<parameters>[^;]*);(?P<url>[^\x1b]*)\x1b\\")
STYLE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Printed:
    """Gives a function that prints entries as a table of a width, and returns what it shows."""
    monkeypatch.setenv("TERM", "xterm-256color")

    def show(*lines: Line, columns: int = 80, color: bool = True) -> str:
        monkeypatch.setenv("COLUMNS", str(columns))
        print_table(lines, color=color, stream=sys.stdout)
        return capsys.readouterr().out

    return show


def plain(text: str) -> str:
    """Returns what a terminal shows."""
    return STYLE.sub("", LINK.sub("", text))


def line(title: str = "A title", url: str | None = None, wr: int | None = None) -> Line:
    return Line("A section", 7, 2020, wr, title, url)


@pytest.mark.parametrize("columns", [60, 100, 200])
def test_on_a_terminal_no_line_is_wider_than_it(
    on_terminal: Callable[..., str], seed_base: Path, columns: int
) -> None:
    shown = on_terminal("-m", "diffkb", "--base", str(seed_base), "list", columns=columns)
    lines = plain(shown).splitlines()
    assert max(map(cell_len, lines)) <= columns
    assert "\x1b" not in plain(shown)
    assert "Papers / Inverse problems" in lines
    assert any(
        one.split() == ["8", "2022", "★★★", "Classifier-Free", "Diffusion", "Guidance"]
        for one in lines
    )
    # Every title is there in full, though it may go on below itself.
    together = "".join("".join(lines).split())
    assert "AVariationalPerspectiveonSolvingInverseProblems" in together
    urls = [found["url"] for found in LINK.finditer(shown)]
    assert "https://arxiv.org/abs/2006.11239" in urls
    assert all(url.startswith("http") for url in urls if url)


@pytest.mark.parametrize(
    ("words", "variables"),
    [
        (("list",), {"NO_COLOR": "1"}),
        (("--color", "never", "list"), {}),
        (("list",), {"TERM": "dumb"}),
        (("list",), {"DIFFKB_COLOR": "never"}),
        (("list", "--format", "plain"), {}),
    ],
)
def test_without_colour_there_is_no_link_either(
    on_terminal: Callable[..., str],
    seed_base: Path,
    words: tuple[str, ...],
    variables: dict[str, str],
) -> None:
    shown = on_terminal("-m", "diffkb", "--base", str(seed_base), *words, **variables)
    assert "\x1b" not in shown
    assert "Classifier-Free Diffusion Guidance" in shown


@pytest.mark.parametrize(("wr", "stars"), [(None, ""), (1, "★"), (3, "★★★"), (0, "0★"), (9, "9★")])
def test_wr_is_stars(printed: Printed, wr: int | None, stars: str) -> None:
    [_, row] = plain(printed(line(wr=wr))).splitlines()
    assert row.split() == [one for one in ("7", "2020", stars, "A", "title") if one]


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://example.org/a", True),
        ("HTTP://example.org/a", True),
        ("javascript:alert(1)", False),
        ("file:///etc/hostname", False),
        ("#anchor", False),
        ("", False),
        (None, False),
        ("https://example.org/\x1b\\\x1b[2J", False),
        ("https://example.org/\x07", False),
        ("https://example.org/\udcff", False),
    ],
)
def test_only_what_leads_to_the_web_is_a_link(
    printed: Printed, url: str | None, linked: bool
) -> None:
    shown = printed(line(url=url))
    assert [found["url"] for found in LINK.finditer(shown)] == ([url, ""] if linked else [])
    assert "\x1b" not in plain(shown)
    assert not LINK.search(printed(line(url=url), color=False))


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("[red]x[/]", "[red]x[/]"),
        ("[link=https://example.org]x[/link]", "[link=https://example.org]x[/link]"),
        (":smile: [/", ":smile: [/"),
        ("\x1b[31mred\x1b]0;x\x07", "\\x1b[31mred\\x1b]0;x\\x07"),
        ("a\tb\nc\rd", "a\\tb\\nc\\rd"),
        ("\u202eturned", "\\u202eturned"),
        ("\udcff", "\\udcff"),
        ("\x9b31m", "\\x9b31m"),
    ],
)
def test_a_title_is_shown_and_never_obeyed(printed: Printed, title: str, shown: str) -> None:
    [_, row] = plain(printed(line(title))).splitlines()
    assert row.split("2020", 1)[1].strip() == shown


def test_a_heading_stands_once_over_its_entries(printed: Printed) -> None:
    one, two = line(), line()._replace(heading="[b]Another\x1b[1m")
    assert plain(printed(one, one, two, one)).count("A section") == 2
    lines = [text.strip() for text in plain(printed(one, one, two)).splitlines()]
    assert [lines[0], lines[3], lines[4]] == ["A section", "", "[b]Another\\x1b[1m"]
    assert lines[1] == lines[2]


def test_entries_without_a_section_have_no_heading(printed: Printed) -> None:
    assert len(printed(line()._replace(heading=""), color=False).splitlines()) == 1


def test_many_entries_are_all_shown(printed: Printed) -> None:
    lines = [line()._replace(id=number) for number in range(1, 452)]
    shown = plain(printed(*lines)).splitlines()
    assert len(shown) == 452
    assert shown[-1].split()[0] == "451"


def test_a_long_id_is_never_cut(printed: Printed) -> None:
    [_, row] = plain(printed(line()._replace(id=123_456_789))).splitlines()
    assert row.split()[0] == "123456789"


def test_no_entries_are_no_table(printed: Printed) -> None:
    assert printed() == ""


LINE = st.builds(
    Line,
    heading=st.text(max_size=40),
    id=st.integers(1, 10**7),
    year=st.none() | st.integers(1, 9999),
    wr=st.none() | st.integers(0, 9),
    title=st.text(STRANGE, max_size=120) | st.just("书" * 70),
    url=st.none() | st.text(max_size=20).map("https://example.org/{}".format),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(LINE, max_size=3), st.sampled_from([40, 60, 100, 200]), st.booleans())
def test_whatever_entries_hold_the_table_fits_and_steers_nothing(
    printed: Printed, lines: list[Line], columns: int, color: bool
) -> None:
    shown = printed(*lines, columns=columns, color=color)
    visible = plain(shown)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", visible)
    assert color or "\x1b" not in shown
    assert all(cell_len(row) <= columns for row in visible.split("\n"))


NAMES = ("id", "year", "title", "authors", "venue", "url")
WORDS = st.lists(st.text("abc書", min_size=1, max_size=30), max_size=8).map(" ".join)
ROW = st.tuples(
    st.integers(1, 10**7).map(str), st.sampled_from(["", "2020"]), WORDS, WORDS, WORDS, WORDS
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(ROW, min_size=1, max_size=3),
    st.integers(1, len(NAMES)),
    st.sampled_from([40, 60, 100, 200]),
)
def test_columns_fit_and_break_no_word(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    rows: list[tuple[str, ...]],
    count: int,
    width: int,
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    print_columns(NAMES[:count], [row[:count] for row in rows], color=False, stream=sys.stdout)
    shown = capsys.readouterr().out
    assert all(cell_len(line) <= width for line in shown.split("\n"))
    words = {word for row in rows for value in row[:count] for word in value.split()}
    assert {one for one in words if cell_len(one) <= LONG_WORD} <= set(shown.split())


def test_where_columns_lack_room_values_stand_beside_their_names(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    row = ("7", "", "Slow Waves", "Ann Example", "", "https://example.org/waves")
    print_columns(NAMES, [row], color=False, stream=sys.stdout)
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "id       7",
        "title    Slow Waves",
        "authors  Ann Example",
        "url      https://example.org/w",
        "         aves",
        "",
    ]

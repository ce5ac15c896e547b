"""What stands beside titles in any list: which field it is read as, and where that field lies."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from diffkb.markdown import Context, Dialect, read_document
from diffkb.markdown.curated import Found, read_unit
from diffkb.markdown.notes import note_of
from diffkb.markdown.plain import plain_text

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

LISTS = Path(__file__).parents[1] / "data" / "lists"
CASE = re.compile(
    r"^## (?P<title>[^\n]+)\n\n```markdown\n(?P<raw>.*?)```\n```json\n(?P<json>.*?)\n```$",
    re.DOTALL | re.MULTILINE,
)
CASES = {
    found["title"]: (found["raw"], json.loads(found["json"]))
    for found in CASE.finditer((LISTS / "fields.md").read_text(encoding="utf-8"))
}
SHOWN = (
    *("title", "url", "year", "year_from", "venue", "authors", "wr", "read", "tags", "note"),
    "mentioned",
)
CURATED = Dialect(own=False)
ITEM = Context(CURATED, None, "item")
ROW = Context(CURATED, None, "row", ("", "title", "authors", "venue", "note", "year", "link"))
# A year or an address may be part of what the curator says, an address also of a title in bold.
MAY_OVERLAP = ({"note", "year"}, {"note", "url"}, {"title", "url"})

NAMES = (
    "Ann Lark",
    "Ben Finch",
    "J. B. Moor",
    "Ina van Frost",
    "Zoë Snow-Hill",
    "A. Reed",
    "Li Wu",
)
AUTHORS = st.one_of(
    st.lists(st.sampled_from(NAMES), min_size=2, max_size=5, unique=True).map(", ".join),
    st.lists(st.sampled_from(NAMES), min_size=2, max_size=2, unique=True).map(" and ".join),
    st.sampled_from(NAMES).map(lambda name: name + " et al."),
)
VENUES = st.sampled_from(
    (
        "CVPR",
        "NeurIPS",
        "IEEE Transactions on Weather",
        "Nature Clouds",
        "Journal of Winds",
        "arXiv",
    )
)
YEARS = st.integers(1950, 2029)
TAGS = st.lists(st.sampled_from(("survey", "cls.", "few shot", "bright")), max_size=2, unique=True)
NOTES = st.sampled_from(
    (
        "It begins slowly and ends well.",
        "They show why snow is white; see [this reply](https://example.org/reply) too.",
        "一种简单而有效的方法",
    )
)
TITLE = "Clouds over Cold Water"
URL = "https://example.org/clouds.pdf"
HEADS = (
    f"- [{TITLE}]({URL})",
    f"1. **{TITLE}.** [[pdf]({URL})]",
    f"* [x] [{TITLE}]({URL})",
    f"- {TITLE} [[paper]]({URL})",
)
TAILS = (
    " by {authors}. {venue}, {year}.",
    ", {authors}, {venue} {year}",
    " - *{authors}.* {venue} {year}.",
    " {authors}. {venue} {year}",
    "  \n  {authors}.  \n  *{venue}, May {year}.*",
    "\n    - {authors}\n    - Date: 3 May {year}\n    - Publisher: {venue}",
)
SNIPPETS = (
    *("- ", "[a title of words]", "(https://example.org/a)", "[pdf]", "(u)", "**", "*", "_", "`x`"),
    *(
        "(2019)",
        "CVPR 2020",
        "'21",
        "Ann Lark",
        ", ",
        " and ",
        "et al.",
        " by ",
        "arXiv:2001.00001",
    ),
    *(
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "  - ",
        "> ",
        "Date: ",
        "Keyword: ",
        "note",
        "论文：",
        "中文的话",
    ),
    *(
        "⭐",
        ":star:",
        " ✓",
        "⚠",
        "(4/5)",
        "**WR=2**",
        "![a](https://img.shields.io/badge/b-c)",
        "|",
    ),
    *("<sub>a; b</sub>", "<details>", "</details>", "<br>", "\\", "{", "}", "It is good to read."),
    *(
        "[survey] ",
        "【a】",
        "<a href='v'>w</a>",
        "https://example.org/b ",
        " - ",
        ": ",
        ". ",
        "(",
        ")",
    ),
)


def read(text: str) -> list[dict[str, Any]]:
    """Gives what the entries say, without what they leave open."""
    told = [
        {
            "line": block.line,
            **{name: getattr(entry, name) for name in SHOWN},
            "links": [link.label for link in entry.links],
        }
        for block in read_document(text).blocks
        for entry in block.entries
    ]
    return [
        {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in one.items()
            if value not in (None, [], ())
        }
        for one in told
    ]


def check_spans(raw: str, found: Found) -> None:
    """Makes sure that every field lies where it is said to lie."""
    fields, spans = found.fields, found.spans
    for name, places in spans.items():
        assert places
        assert all(0 <= start < end <= len(raw) for start, end in places) or (
            name == "url" and fields.url is None
        )
    for name in ("title", "venue", "authors"):
        value = getattr(fields, name)
        assert (name in spans) is (value is not None)
        assert value is None or plain_text(raw[slice(*spans[name][0])]) == value
    assert ("note" in spans) is (fields.note is not None)
    assert fields.note is None or fields.note == "\n".join(
        note_of(raw, *place) for place in spans["note"]
    )
    assert ("year" in spans) is (fields.year_from in {"text", "venue", "table"})
    if "year" in spans:
        assert str(fields.year).endswith(raw[slice(*spans["year"][0])])
    assert ("wr" in spans) is (fields.wr is not None)
    assert ("read" in spans) is (fields.read is not None)
    assert ("tags" in spans) is bool(fields.tags)
    if fields.url:
        assert raw[slice(*spans["url"][0])].strip("<>") == fields.url
    check_apart(found)


def check_apart(found: Found) -> None:
    """Makes sure that no field lies within another."""
    places = sorted(
        (start, end, name) for name, spans in found.spans.items() for start, end in spans
    )
    for index, (start, end, name) in enumerate(places):
        for other_start, _, other in places[index + 1 :]:
            if other_start >= end:
                break
            assert {name, other} in MAY_OVERLAP or start == end, (name, other)


def test_every_case_is_found() -> None:
    text = (LISTS / "fields.md").read_text(encoding="utf-8")
    assert len(CASES) == text.count("```markdown") > 20


@pytest.mark.parametrize("title", CASES)
def test_a_field_is_read_as_the_case_says(title: str) -> None:
    raw, expected = CASES[title]
    assert read(raw) == expected


@pytest.mark.parametrize("title", CASES)
def test_a_field_of_a_case_lies_where_it_is_said_to_lie(title: str) -> None:
    blocks = [block for block in read_document(CASES[title][0]).blocks if block.context]
    for block in blocks:
        found = read_unit(block.raw, block.context or ITEM)
        assert found is not None
        assert (found.fields,) == block.entries
        check_spans(block.raw, found)
    assert blocks


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(HEADS), st.sampled_from(TAILS), AUTHORS, VENUES, YEARS)
def test_authors_venue_and_year_are_told_apart(
    head: str, tail: str, authors: str, venue: str, year: int
) -> None:
    # The short name of a work with a citation nested below it looks the same.
    assume(not (head == HEADS[-1] and "- {authors}" in tail))
    raw = head + tail.format(authors=authors, venue=venue, year=year) + "\n"
    found = read_unit(raw, ITEM)
    assert found is not None
    fields = found.fields
    assert (fields.title, fields.url) == (TITLE, URL)
    assert (fields.authors or "").rstrip(".") == authors.rstrip(".")
    assert (fields.venue, fields.year, fields.note) == (venue, year, None)
    assert fields.read is ("[x]" in head or None)
    check_spans(raw, found)


@settings(max_examples=250, deadline=None)
@given(
    st.sampled_from(HEADS),
    st.one_of(st.none(), AUTHORS),
    NOTES,
    TAGS,
    st.integers(0, 5),
    st.sampled_from((" - ", " — ", "\n    - ", "\n\n    ", "\n  > ")),
)
def test_a_note_holds_the_curators_words_alone(  # noqa: PLR0917 - a field each
    head: str, authors: str | None, note: str, tags: list[str], stars: int, opening: str
) -> None:
    labels = "".join(f" `{tag}`" for tag in tags)
    shown = f" by {authors} (2011)" if authors else ""
    raw = head + shown + " ⭐" * stars + labels + opening + note + "\n"
    found = read_unit(raw, ITEM)
    assert found is not None
    fields = found.fields
    assert fields.note is not None
    assert fields.note.removeprefix("- ").removeprefix("> ").rstrip(".") == note.rstrip(".")
    assert fields.tags == tuple(tags)
    assert (fields.wr or 0) == stars
    assert fields.mentioned == (("https://example.org/reply",) if "reply" in note else ())
    assert all(link.url != "https://example.org/reply" for link in fields.links)
    check_spans(raw, found)


@settings(max_examples=150, deadline=None)
@given(AUTHORS, VENUES, YEARS, NOTES, st.booleans())
def test_the_cells_of_a_row_are_its_fields(
    authors: str, venue: str, year: int, note: str, done: bool
) -> None:
    mark = "✅" if done else ""
    cells = (mark, f"[{TITLE}]({URL})", authors, venue, note, str(year), "[code](https://e.org/c)")
    raw = "| " + " | ".join(cells) + " |\n"
    found = read_unit(raw, ROW)
    assert found is not None
    fields = found.fields
    assert (fields.title, fields.url, fields.authors) == (TITLE, URL, authors)
    assert (fields.venue, fields.year, fields.year_from) == (venue, year, "table")
    assert (fields.note, fields.read) == (note, done or None)
    assert [link.label for link in fields.links] == ["code"]
    check_spans(raw, found)


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(("item", "para", "heading", "html", "row")),
    st.lists(st.sampled_from(SNIPPETS), max_size=24).map("".join),
)
def test_whatever_stands_in_an_entry_each_field_lies_where_it_is_said_to_lie(
    unit: str, text: str
) -> None:
    ctx = Context(CURATED, None, unit, ROW.columns if unit == "row" else ())
    found = read_unit(text, ctx)
    if found is not None:
        check_spans(text, found)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(SNIPPETS), max_size=16).map("".join))
def test_a_title_that_was_found_before_is_not_looked_for_again(text: str) -> None:
    found = read_unit(text, ITEM)
    if found is not None:
        assert read_unit(text, ITEM, found.title) == found


@settings(max_examples=60, deadline=None)
@given(AUTHORS, VENUES, st.integers(1950, 2029), st.integers(1950, 2029))
def test_the_year_of_the_heading_beats_the_one_that_an_entry_shows(
    authors: str, venue: str, shown: int, heading: int
) -> None:
    raw = f"- [{TITLE}]({URL}), {authors}, {venue} {shown}\n"
    found = read_unit(raw, ITEM._replace(year=heading))
    assert found is not None
    assert (found.fields.year, found.fields.year_from) == (heading, "heading")
    assert "year" not in found.spans


def test_a_thousand_of_anything_takes_no_more_time_than_its_length_asks_for(
    run_python: Callable[..., subprocess.CompletedProcess[Any]],
) -> None:
    code = f"""
import resource
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
from diffkb.markdown import Context, Dialect
from diffkb.markdown.curated import read_unit
item = Context(Dialect(own=False), None, "item")
row = Context(Dialect(own=False), None, "row", ("title", "authors", "year", "note", ""))
texts = []
for one in {SNIPPETS!r} + ("Ann Lark, ", "[x] ", "\\n- a", "May ", ", In Proc. of ", "A,"):
    texts.append(one * (40_000 // len(one)))
for one in ("<!--", "[", "(", "<a ", "*a ", "`"):
    texts.append(one * (300_000 // len(one)))
for text in texts:
    head = "- [A Title of Words](https://example.org/a) "
    read_unit(head + text, item)
    read_unit("- " + text + " [A Title of Words](https://example.org/a)", item)
    read_unit("| [A Title of Words](https://example.org/a) | " + text + " | 2019 | x |", row)
"""
    done = run_python("-c", code)
    assert done.returncode == 0, done.stderr[-500:]

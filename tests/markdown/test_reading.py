"""What is read from a document: entries, headings, lines, and what is left as text."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from diffkb.markdown import Context, Dialect, get_fields, read_document
from diffkb.markdown.plain import plain_text

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from diffkb.markdown import Reading

LISTS = Path(__file__).parents[1] / "data" / "lists"
CASE = re.compile(
    r"^## (?P<title>[^\n]+)\n\n(?P<fence>`{3,})markdown\n(?P<raw>.*?)(?P=fence)\n"
    r"```json\n(?P<json>.*?)\n```$",
    re.DOTALL | re.MULTILINE,
)
CASES = {
    found["title"]: (found["raw"], json.loads(found["json"]))
    for found in CASE.finditer((LISTS / "cases.md").read_text(encoding="utf-8"))
}


@pytest.fixture(scope="module")
def small() -> Reading:
    """Gives the reading of the small list."""
    return read_document((LISTS / "small.md").read_bytes().decode())


def sections(reading: Reading) -> dict[str, tuple[str | None, int | None]]:
    """Gives the section and the year of each entry by its title."""
    found: dict[str, tuple[str | None, int | None]] = {}
    for block in reading.blocks:
        heading = None if block.section is None else reading.blocks[block.section].heading
        for entry in block.entries:
            found[entry.title] = (heading.name if heading else None, entry.year)
    return found


def test_every_case_is_found() -> None:
    assert len(CASES) == (LISTS / "cases.md").read_text(encoding="utf-8").count("\n## ")


@pytest.mark.parametrize("title", CASES)
def test_an_entry_is_read_as_the_case_says(title: str) -> None:
    raw, expected = CASES[title]
    fields = get_fields(raw, Context())
    read = [{name: getattr(entry, name) for name in expected or ()} for entry in fields]
    assert read == ([] if expected is None else [expected])


def test_the_small_list_has_its_entries_in_their_sections_and_years(small: Reading) -> None:
    assert sections(small) == {
        "A Fast Solver": ("Solvers", 2023),
        "A Slow Solver": ("Solvers", 2023),
        "The First Solver": ("Solvers", 2021),
        "An Older Solver": ("2020 and before", 2020),
        "Oldest Solver": ("2020 and before", 2020),
        "Numbered": ("Underlined", None),
        "Last": ("Underlined", None),
    }


def test_the_only_first_level_heading_at_the_top_is_the_title(small: Reading) -> None:
    assert small.title == "Sampling, a list"
    assert small.dialect.titled


def test_what_looks_like_an_entry_and_is_none_is_reported_with_its_lines(small: Reading) -> None:
    assert small.kept_as_text == [
        (34, 34, "an item without a link"),
        (38, 40, "a table with links"),
    ]
    assert small.doubtful == []


def test_a_block_is_told_with_its_first_line_and_its_last_with_text(small: Reading) -> None:
    spans = {b.entries[0].title: (b.line, b.end_line) for b in small.blocks if b.entries}
    assert spans["A Fast Solver"] == (16, 17)
    assert spans["Numbered"] == (54, 55)
    assert spans["Last"] == (56, 56)


def test_the_small_list_decides_its_dialect(small: Reading) -> None:
    dialect = small.dialect
    assert (dialect.newline, dialect.scale, dialect.years_descend) == ("\n", (1, 3), True)
    assert dialect.form.opening == "  \n"


def test_links_in_a_note_are_mentioned(small: Reading) -> None:
    mentioned = {b.entries[0].title: b.entries[0].mentioned for b in small.blocks if b.entries}
    assert mentioned["A Fast Solver"] == ("https://example.org/code",)
    assert mentioned["Numbered"] == ("https://example.org/nested",)


def test_images_and_code_in_a_note_are_not_mentioned() -> None:
    raw = "- [a](b) ![c](d) `[e](f)` <https://example.org> \\[g](h) [i](<j k>)"
    (entry,) = get_fields(raw, Context())
    assert entry.mentioned == ("https://example.org", "j k")


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_are_read_and_counted_like_those_of_unix(small: Reading, end: str) -> None:
    text = "".join(block.raw for block in small.blocks)
    other = read_document(text.replace("\n", end))
    assert other.dialect.newline == end
    assert [(b.kind, b.line, b.end_line, b.entries) for b in other.blocks] == [
        (b.kind, b.line, b.end_line, b.entries) for b in small.blocks
    ]


def test_a_lone_cr_ends_a_line_and_is_not_counted_beside_others() -> None:
    reading = read_document("# a\r- [b](c)\n- [d](e)\n")
    assert [(block.kind, block.line) for block in reading.blocks] == [
        ("heading", 1),
        ("entry", 1),
        ("entry", 2),
    ]


def test_signs_that_other_programs_take_for_line_ends_are_none() -> None:
    (entry,) = get_fields("- [a](b)\none\x0ctwo\u2028three\x85four\x0bfive", Context())
    assert entry.note == "one\x0ctwo\u2028three\x85four\x0bfive"


def test_the_title_is_recognised_after_a_byte_order_mark() -> None:
    reading = read_document("\ufeff# a\n- [b](c)\n")
    assert reading.title == "a"
    assert [(block.kind, block.line) for block in reading.blocks] == [
        ("prose", 1),
        ("heading", 1),
        ("entry", 2),
    ]


def test_front_matter_is_text_and_its_lines_are_no_headings() -> None:
    reading = read_document("---\ntitle: a\n# b\n---\n\n# c\n")
    assert [block.kind for block in reading.blocks] == ["prose", "heading"]
    assert reading.title == "c"


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    reading = read_document("---\n\n# a\n\n---\n")
    assert [block.kind for block in reading.blocks] == ["prose", "heading", "prose"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("## A\n## 2024:\n- [a](b)\n## B\n- [c](d)\n", {"a": ("A", 2024), "c": ("B", None)}),
        ("## A\n#### 2024\n### 2023.\n- [a](b)\n", {"a": ("A", 2023)}),
        ("## 2024\n### A\n- [a](b)\n## 2023\n- [c](d)\n", {"a": ("A", 2024), "c": (None, 2023)}),
        ("# T\n# 2024\n- [a](b)\n# 2023\n- [c](d)\n", {"a": (None, 2024), "c": (None, 2023)}),
        ("# A\n- [a](b)\n# B\n- [c](d)\n", {"a": ("A", None), "c": ("B", None)}),
        ("## A\n# B\n- [a](b)\n", {"a": ("B", None)}),
        ("## A\n### **2024** ###\n- [a](b)\n", {"a": ("A", 2024)}),
        ("## A\n#### 2024\n### B\n- [a](b)\n", {"a": ("B", None)}),
        ("# Reading of 2024\n- [a](b)\n", {"a": (None, None)}),
        ("## From 2019 to 2021\n- [a](b)\n", {"a": ("From 2019 to 2021", None)}),
        ("## A\n\n2024\n----\n\n- [a](b)\n", {"a": ("A", 2024)}),
    ],
)
def test_a_year_heading_never_ends_its_section(
    text: str, expected: dict[str, tuple[str | None, int | None]]
) -> None:
    assert sections(read_document(text)) == expected


def test_a_heading_tells_what_it_stands_under() -> None:
    reading = read_document("# T\n\n## A\n\n#### 2024\n\ntext\n\n## B\n")
    assert [(b.parent, b.section) for b in reading.blocks] == [
        (None, None),
        (0, None),
        (1, 1),
        (2, 1),
        (0, None),
    ]


def test_a_dialect_once_decided_keeps_the_title_where_another_first_level_heading_came() -> None:
    dialect = read_document("# T\n\n## A\n").dialect
    text = "# T\n\n# B\n\n- [a](b)\n"
    assert read_document(text).title is None
    assert read_document(text, dialect).title == "T"


@pytest.mark.parametrize("wr", [0, 4, 12])
def test_a_mark_out_of_the_scale_is_read_and_doubtful(wr: int) -> None:
    reading = read_document(f"\n- [a](b) **WR={wr}**\n")
    (entry,) = reading.blocks[1].entries
    assert entry.wr == wr
    assert reading.doubtful == [(2, f"WR={wr} is out of the scale of 1 to 3")]


def test_a_mark_elsewhere_is_doubtful() -> None:
    reading = read_document("- [a](b) by C **WR=2** and D\n")
    assert [line for line, _ in reading.doubtful] == [1]
    assert reading.blocks[0].entries[0].wr is None


@pytest.mark.parametrize(
    ("block", "why"),
    [
        ("- **a** [b](c)\n", "an item that does not begin with a link"),
        ("- []()\n", "an item whose link leads nowhere"),
        ("- [x] [a](b)\n", "an item that does not begin with a plain link"),
        ("[a](b) by C\n", "a paragraph that begins with a link"),
        ("**a**\n[b](c)\n", "a paragraph with a bold title and links"),
        ("<p><a href='b'>a</a></p>\n", "HTML with links"),
    ],
)
def test_what_is_kept_as_text_is_kept_with_a_reason(block: str, why: str) -> None:
    reading = read_document(block)
    assert [reason for _, _, reason in reading.kept_as_text] == [why]


@pytest.mark.parametrize(
    "block",
    [
        "- [a](#b)\n",
        "- [![a](b)](c)\n",
        "See [a](b).\n",
        "| a |\n| - |\n",
        "> - [a](b)\n",
        "<br>\n",
    ],
)
def test_what_looks_like_no_entry_is_not_reported(block: str) -> None:
    reading = read_document(block)
    assert reading.kept_as_text == []
    assert not any(found.entries for found in reading.blocks)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("*a* **b** ***c***", "a b c"),
        ("A* and B*", "A* and B*"),
        ("snake_case_name", "snake_case_name"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("*a _b* c_", "a _b c_"),
        ("``a ` b``", "a ` b"),
        ("a &lt; b &#65;&#x42; &nope; &#0;", "a < b AB &nope; \ufffd"),
        ("<b>a</b> <3", "a <3"),
        ("[a](b) ![c](d) e", "a e"),
        ("\\!\\[a\\]", "![a]"),
        ("a\\\nb", "a b"),
        ("<https://example.org>", "https://example.org"),
        ("日本*語*", "日本語"),
    ],
)
def test_a_title_is_what_its_markdown_says(text: str, says: str) -> None:
    assert plain_text(text) == says


def test_json_of_a_later_dialect_is_read_without_what_is_unknown() -> None:
    assert Dialect.from_json('{"newline":"\\r\\n","stars":5}') == Dialect(newline="\r\n")


def test_the_words_of_the_dialect_load_no_parser(
    run_python: Callable[..., subprocess.CompletedProcess[Any]],
) -> None:
    code = "import sys; from diffkb.markdown import Dialect; print('markdown_it' in sys.modules)"
    assert run_python("-c", code).stdout == "False\n"


def test_an_unknown_name_of_the_room_is_an_attribute_error() -> None:
    import diffkb.markdown

    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = diffkb.markdown.nothing

"""Where blocks begin and end: as CommonMark has it, and in time that grows with the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from diffkb.markdown.blocks import DEEPEST, cut, trailing

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

PARTS = (
    *("- ", "* ", "1. ", "2) ", "# ", "---", "===", "```", "> ", "|", "-|-\n", "<!--", "-->"),
    *("<div>", "</div>", "a", "b | c", " ", "  ", "    ", "\t", "\n", "\n\n", "\r\n", "\r"),
)
HOSTILE = {
    "two thousand lists in lists": """
        "".join("  " * depth + "- [a](b)\\n" for depth in range(2000))
    """,
    "two thousand quotes in quotes": "'> ' * 2000 + 'a\\n' * 2000",
    "lines that go on lazily": "'- ' * 20 + 'a\\n' * 40_000",
    "a hundred thousand markers on a line": "'- ' * 100_000",
    "a line of ten megabytes": "'- [a](b) ' + 'x' * 10_000_000",
    "brackets that nothing closes": "'- ' + '[' * 1_000_000",
    "links that nothing closes": "'- [a](b)\\n' + '[a](' * 50_000",
    "links within links": "'- ' + '[a](()' * 50_000",
    "emphasis that nothing closes": "'- [' + '*a _b ' * 50_000 + '](c)'",
    "runs of backticks": "'- [' + '`a``b' * 100_000 + '](c)'",
    "blanks after a link": "'- [a](b)' + ' ' * 2_000_000 + 'x'",
    "tags that nothing closes": "'- [' + '<a ' * 200_000 + '](b)'",
    "blank lines": "'- a' + '\\n' * 500_000 + 'b'",
    "front matter without an end": "'---\\na: b\\n' + 'a: b\\n' * 50_000",
    "hashes": "'# ' + '#' * 1_000_000",
    "blanks in a title": "'- a' + ' ' * 500_000 + 'x [[pdf]](b)'",
    "blanks before the end of a line": "'- a b c' + ' ' * 500_000 + '\\n'",
    "marks around a title": "'- ' + '**' * 200_000 + 'a b c [[pdf]](u)'",
    "quotes and stars that nothing closes": "'- ' + '“a *b **c <d [e ' * 50_000 + '[[pdf]](u)'",
    "colons after a title": "'- [a b c' + ':' * 500_000 + '](https://example.org/a.pdf)'",
    "items deep under others": "'- a\\n' + '  - b\\n    - c d e [[pdf]](u)\\n' * 10_000",
    "rows": "'|title|year|\\n|-|-|\\n' + '|[a b c](u)|2020|\\n' * 10_000",
    "titles in bold": "'**A b c**  \\nD. E, 2020. [[pdf](u)]\\n\\n' * 10_000",
    "headings with a body": "'### [A b c](https://example.org/a)\\n\\ntext\\n\\n' * 10_000",
    "items": "'- [a](b) **WR=2**\\n' * 10_000",
    "a title to escape": None,
}
READING = "from diffkb.markdown import read_document as reader\ntext = {text}\nreader(text)"
WRITING = """
from diffkb.markdown import Context, put_fields
title = '[*a_ `<&' * 20_000 + 'x'
put_fields({'title': title}, '- [a](b)', Context())
put_fields({'note': 'a\\n' * 10_000 + 'b'}, '- [a](b)', Context())
"""
LIMIT = "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (20, 20))\n"


def kinds_by_markdown_it(text: str) -> list[tuple[int, str]]:
    """Gives the first lines and the kinds of top-level blocks as the whole of markdown-it sees."""
    parser = MarkdownIt("commonmark").enable("table")
    parser.block.ruler.disable("reference")
    found = []
    for token in parser.parse(text):
        is_list = token.type in {"bullet_list_open", "ordered_list_open"}
        if token.level == 0 and token.map and not is_list:
            kind = "heading" if token.type == "heading_open" else "prose"
            found.append((token.map[0], kind))
        if token.level == 1 and token.map and token.type == "list_item_open":
            found.append((token.map[0], "item"))
    return found


def line_of(text: str, position: int) -> int:
    """Gives the number of line ends before a place."""
    return text[:position].replace("\r\n", "\n").replace("\r", "\n").count("\n")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=14).map("".join))
def test_blocks_begin_where_markdown_it_has_them(text: str) -> None:
    assume(sum(text.count(mark) for mark in (">", "- ", "* ", "1. ", "2) ")) < DEEPEST / 2)
    pieces = [piece for piece in cut(text, at_start=False) if piece.name != "blank"]
    assert [(line_of(text, p.start), p.kind) for p in pieces] == kinds_by_markdown_it(text)


def test_what_follows_lists_deeper_than_are_read_is_not_swallowed() -> None:
    deep = "".join("  " * depth + "- a\n" for depth in range(100))
    pieces = list(cut(deep + "- [b](c)\n\n# d\n"))
    assert [piece.kind for piece in pieces] == ["item", "item", "heading"]


def test_a_definition_with_a_rule_under_it_is_no_heading() -> None:
    assert [piece.kind for piece in cut("[a]: https://example.org\n---\n")] == ["prose"]


@pytest.mark.parametrize(
    ("raw", "end"), [("a", 1), ("a  \n\n", 3), ("a\r\n \r\n", 1), ("a\nb \r\r", 4), ("", 0)]
)
def test_a_block_ends_before_the_last_line_end_and_the_blank_lines(raw: str, end: int) -> None:
    assert trailing(raw) == end


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_takes_more_time_than_its_length_asks_for(
    name: str, run_python: Callable[..., subprocess.CompletedProcess[Any]]
) -> None:
    text = HOSTILE[name]
    code = WRITING if text is None else READING.format(text=text.strip())
    done = run_python("-c", LIMIT + code)
    assert done.returncode == 0, done.stderr[-500:]

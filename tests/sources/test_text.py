"""Text from a source becomes plain text, whatever it holds."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkb.sources.text import one_line, paragraphs, without_controls


@given(st.text())
def test_no_control_character_is_left(text: str) -> None:
    left = {char for char in without_controls(text) if unicodedata.category(char) == "Cc"}
    assert left <= {"\t", "\n", "\r"}


@given(st.text(st.characters(exclude_categories=["Cc"])))
def test_text_without_control_characters_stays(text: str) -> None:
    assert without_controls(text) == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a \x1b[31mred\x1b[0m word", "a red word"),
        ("a \x9b31mred\x9b0m word", "a red word"),
        ("\x1b]0;title\x07word", "word"),
        ("\x1b]8;;http://e.x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9d0;title\x9cword", "word"),
        ("a mistaken \x9bquotation mark", "a mistaken quotation mark"),
        ("an open \x9dend <b>", "an open end <b>"),
        ("\x1bcword", "word"),
        ("bell\x07 and null\x00", "bell and null"),
        ("right \u202eto\u202c left", "right \u202eto\u202c left"),
    ],
)
def test_terminal_sequences_go_whole(text: str, plain: str) -> None:
    assert without_controls(text) == plain


@given(st.text())
def test_one_line_has_single_blanks_and_words(text: str) -> None:
    line = one_line(text)
    assert line is None or line.split(" ") == line.split()
    assert one_line(line) == line


@pytest.mark.parametrize("text", [None, "", " \n\t ", "\x07"])
def test_nothing_is_none(text: str | None) -> None:
    assert one_line(text) is None
    assert paragraphs(text) is None


@pytest.mark.parametrize("text", ["0", "None", "--help", "[red]x[/]", "<i>a</i> &amp; b", "$x_1$"])
def test_text_that_looks_like_something_else_is_text(text: str) -> None:
    assert one_line(text) == text
    assert paragraphs(text) == text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("  one\ntwo  three\n", "one two three"),
        ("one\n  two", "one\n\ntwo"),
        ("one\ntwo\n  three\nfour", "one two\n\nthree four"),
        ("one\n\ntwo", "one\n\ntwo"),
        ("one\n \n\n  two", "one\n\ntwo"),
    ],
)
def test_paragraphs_are_kept_and_lines_are_not(text: str, parts: str) -> None:
    assert paragraphs(text) == parts


@given(st.text())
def test_paragraphs_are_stable(text: str) -> None:
    parts = paragraphs(text)
    assert paragraphs(parts) == parts

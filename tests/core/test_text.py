"""Text made comparable: folding, words, and what a column can hold."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkb.core.text import fold, storable, words

# Halves of surrogate pairs and controls are rare among all characters, and what this is about.
STRANGE = st.characters(exclude_categories=()) | st.sampled_from("\ud800\udcff\0\n\x1b\u2028")

ANY_TEXT = st.text(st.characters(), max_size=40)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Schrödinger", "schrodinger"),
        ("SCHRO\u0308DINGER", "schrodinger"),
        ("Straße", "strasse"),
        ("Łukasz Ørsted Æsir", "lukasz orsted aesir"),
        ("\ufb01eld", "field"),
        ("\U0001d413\U0001d402\u2070", "tc0"),
        ("WR=3", "wr=3"),
        ("扩散模型", "扩散模型"),
    ],
)
def test_case_and_diacritics_make_no_difference(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(st.characters(codec="ascii"), max_size=40))
def test_ascii_text_is_folded_to_lower_case(text: str) -> None:
    assert fold(text) == text.lower()


@given(ANY_TEXT)
def test_words_are_folded_and_stand_in_the_folded_text(text: str) -> None:
    assert all(word in fold(text) for word in words(text))


def test_words_are_cut_at_what_is_no_letter() -> None:
    assert words("On Score-Based Models: a Überblick") == [
        *("on", "score", "based", "models", "a", "uberblick")
    ]


@given(st.text(STRANGE, max_size=40))
def test_a_column_holds_what_is_storable_and_gives_it_back(text: str) -> None:
    kept = storable(text)
    assert len(kept) == len(text)
    with closing(sqlite3.connect(":memory:")) as connection:
        found = connection.execute("SELECT ?, length(?)", (kept, kept)).fetchone()
    assert found == (kept, len(kept))


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40))
def test_text_that_a_column_can_hold_stays(text: str) -> None:
    assert storable(text) == text


def test_bytes_that_are_no_utf8_and_nul_become_the_replacement_character() -> None:
    assert storable(b"a\xffb\x00c".decode("utf-8", "surrogateescape")) == "a\ufffdb\ufffdc"

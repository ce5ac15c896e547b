"""Citation keys: what they are made of, and that no two are the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkb.core.keys import family_name, make_key
from diffkb.core.models import Author


def key(name: str, year: int | None, title: str) -> str:
    return make_key([Author(name)], year, title, lambda _: False)


@pytest.mark.parametrize(
    ("name", "year", "title", "expected"),
    [
        ("Ada Example", 2020, "On the Theory of Samplers", "example2020theory"),
        ("Ada Example", None, "Samplers", "examplesamplers"),
        ("Łucja Ørsted", 2021, "Évolution", "orsted2021evolution"),
        ("Ada Example", 2020, "The of and", "example2020"),
        ("Ada Example", 2020, "What Is It?", "example2020"),
        ("Ada Example", 2020, "Score-Based Models", "example2020score"),
        ("O'Neil", 2020, "x", "oneil2020x"),
        ("王小明", 2020, "Samplers", "anon2020samplers"),
        ("", 2020, "扩散", "anon2020"),
        ("", None, "", "anon"),
    ],
)
def test_a_key_is_name_year_and_first_real_word(
    name: str, year: int | None, title: str, expected: str
) -> None:
    assert key(name, year, title) == expected


def test_without_authors_a_key_starts_with_a_letter_all_the_same() -> None:
    assert make_key([], 2020, "4D Models", lambda _: False) == "anon20204d"


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        (Author("Ada Example"), "Example"),
        (Author("Example, Ada"), "Ada"),
        (Author("Ada Example Jr."), "Example"),
        (Author("Ada Example III"), "Example"),
        (Author("Jr"), "Jr"),
        (Author("Ada van der Example", family="van der Example"), "van der Example"),
        (Author(" "), ""),
    ],
)
def test_the_family_name_is_the_given_one_or_the_last_word(author: Author, expected: str) -> None:
    assert family_name(author) == expected


def test_clashes_are_told_apart_by_letters() -> None:
    taken: set[str] = set()
    for _ in range(30):
        taken.add(make_key([Author("A B")], 2020, "c", taken.__contains__))
    assert len(taken) == 30
    assert {"b2020c", "b2020ca", "b2020cz", "b2020caa", "b2020cab"} <= taken


@given(
    st.lists(st.builds(Author, st.text(max_size=20)), max_size=2),
    st.none() | st.integers(1, 9999),
    st.text(max_size=30),
)
def test_every_program_accepts_a_key(authors: list[Author], year: int | None, title: str) -> None:
    made = make_key(authors, year, title, lambda _: False)
    assert re.fullmatch("[a-z][a-z0-9]*", made)
    assert make_key(authors, year, title, {made}.__contains__) == f"{made}a"

"""Likeness of works: laws of the measure, and what is enough to ask a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkb.core.likeness import Description, compare, shared_family, title_similarity
from diffkb.core.models import Author
from diffkb.core.text import words

TITLES = st.text(max_size=40)
KETTLE = Description("Whistling Kettles in Flow", (Author("Ada Example"),), 2024)


@given(st.text(st.characters(codec="ascii"), max_size=40))
def test_a_title_is_like_itself_in_any_case_and_punctuation(title: str) -> None:
    has_words = bool(words(title))
    assert title_similarity(title, f"  {title.upper()}.") == (1.0 if has_words else 0.0)


@given(TITLES, TITLES)
def test_likeness_is_a_share(one: str, other: str) -> None:
    assert 0.0 <= title_similarity(one, other) <= 1.0


@given(TITLES)
def test_nothing_is_like_no_title(title: str) -> None:
    assert title_similarity(title, "") == title_similarity("...", title) == 0.0


@pytest.mark.parametrize(
    ("other", "suffices"),
    [
        (KETTLE, True),
        (KETTLE._replace(title="Whistling kettles in flows"), True),
        (KETTLE._replace(authors=(Author("B. Other"), Author("A. EXAMPLE"))), True),
        (KETTLE._replace(authors=(Author("A. Éxample", "Éxample", "A."),)), True),
        (KETTLE._replace(year=2023), True),
        (KETTLE._replace(year=2030), True),
        (KETTLE._replace(title="Whistling Teapots in Rest"), False),
        (KETTLE._replace(title=None), False),
        (KETTLE._replace(authors=(Author("Ada Other"),)), False),
        (KETTLE._replace(authors=()), False),
        (KETTLE._replace(year=2022), False),
        (KETTLE._replace(year=2031), False),
        (KETTLE._replace(year=None), False),
    ],
)
def test_title_author_and_year_are_needed(other: Description, *, suffices: bool) -> None:
    assert compare(KETTLE, other).suffices is suffices


def test_the_family_name_is_told_as_the_first_spells_it() -> None:
    assert shared_family([Author("A. Łukasz"), Author("B. Müller")], [Author("C. MULLER")]) == (
        "Müller"
    )

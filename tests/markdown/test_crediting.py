"""Crediting: authors are named as others in the list are, and none of the others is copied."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkb.core.models import Author
from diffkb.markdown.crediting import Facts, credits_like
from diffkb.markdown.persons import split_authors

LARK = Author("Ann Lark")
FINCH = Author("Ben Finch", "Finch", "Ben")
WREN = Author("Carl van der Wren")
HERON = Author("Dora E. Heron", "Heron", "Dora E.")
ALL = (LARK, FINCH, WREN, HERON)


def authors_like(shown: list[str], authors: tuple[Author, ...] = ALL) -> str | None:
    return credits_like(Facts(authors), shown, []).authors


@pytest.mark.parametrize(
    ("shown", "authors", "written"),
    [
        (["Emil Crane, Fay Stork, Gus Gull"], 4, "Ann Lark, Ben Finch, Carl van der Wren, "),
        (["Emil Crane, Fay Stork, and Gus Gull"], 2, "Ann Lark and Ben Finch"),
        (["Emil Crane, Fay Stork and Gus Gull"], 3, "Ann Lark, Ben Finch and Carl van der Wren"),
        (["E. Crane and F. Stork"], 2, "A. Lark and B. Finch"),
        (["E. Crane, F. Stork & G. Gull"], 3, "A. Lark, B. Finch & C. van der Wren"),
        (["Crane, E., & Stork, F."], 2, "Lark, A., & Finch, B."),
        (["Crane, Emil; Stork, Fay"], 3, "Lark, Ann; Finch, Ben; van der Wren, Carl"),
        (["Crane, Emil, and Fay Stork"], 2, "Lark, Ann, and Ben Finch"),
        (["Crane E, Stork FG"], 2, "Lark A, Finch B"),
        (["Emil Crane et al."], 4, "Ann Lark et al."),
        (["Emil Crane et al."], 1, "Ann Lark"),
        (["Emil Crane, Fay Stork, et al."], 4, "Ann Lark, Ben Finch, et al."),
        (["Emil Crane et al.", "Emil Crane and Fay Stork"], 2, "Ann Lark and Ben Finch"),
        (["Emil Crane et al.", "Emil Crane and Fay Stork"], 3, "Ann Lark et al."),
        (["Emil Crane 等"], 3, "Ann Lark 等"),
        (["someone, somewhere (and more)"], 2, "Ann Lark, Ben Finch"),
    ],
)
def test_authors_are_written_as_the_list_writes_them(
    shown: list[str], authors: int, written: str
) -> None:
    said = authors_like(shown, ALL[:authors])
    assert said is not None
    assert said == written or (written.endswith(" ") and said == f"{written}Dora E. Heron")


def test_a_list_that_shows_none_gets_none_and_nobody_is_made_up() -> None:
    assert authors_like([]) is None
    assert authors_like(["Emil Crane"], ()) is None


def test_a_venue_is_that_of_the_source_or_for_arxiv_what_the_list_calls_it() -> None:
    def venue(facts: Facts, *shown: str) -> str | None:
        return credits_like(facts, [], shown).venue

    assert venue(Facts(venue="River  Letters"), "ICML") == "River Letters"
    assert venue(Facts(preprint=True), "ICML", "Arxiv", "arXiv", "Arxiv") == "Arxiv"
    assert venue(Facts(preprint=True), "ICML") is None
    assert venue(Facts(), "arXiv") is None


NAMES = st.builds(
    "{} {}".format,
    st.sampled_from(["Ann", "Ben", "Jean-Paul", "Dora E."]),
    st.sampled_from(["Lark", "Finch", "Wren", "Óbriain", "Li"]),
)


@given(
    st.lists(NAMES.map(Author), min_size=1, max_size=6, unique=True),
    st.sampled_from(["Emil Crane, Fay Stork, Gus Gull", "Emil Crane, Fay Stork and Gus Gull"]),
)
def test_full_names_read_back_as_the_same_persons(authors: list[Author], shown: str) -> None:
    said = authors_like([shown], tuple(authors))
    assert said is not None
    assert [one.name for one in split_authors(said)] == [one.name for one in authors]

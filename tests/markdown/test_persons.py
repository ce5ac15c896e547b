"""The persons that authors as written are, in each habit of writing them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkb.core.models import Author
from diffkb.markdown.persons import split_authors

LARK, FINCH, WREN = Author("Ann Lark"), Author("Ben Finch"), Author("Cy Wren")
TURNED = Author("Ann Lark", "Lark", "Ann")

HABITS = {
    "Ann Lark": (LARK,),
    "Ann Lark, Ben Finch": (LARK, FINCH),
    "Ann Lark, Ben Finch, and Cy Wren": (LARK, FINCH, WREN),
    "Ann Lark & Ben Finch": (LARK, FINCH),
    "Ann Lark、Ben Finch": (LARK, FINCH),
    "Ann Lark · Ben Finch": (LARK, FINCH),
    "Ann Lark; Ben Finch": (LARK, FINCH),
    "Ann Lark et al.": (LARK,),
    "Ann Lark, Ben Finch, et al": (LARK, FINCH),
    "Ann Lark and others": (LARK,),
    "Ann Lark 等": (LARK,),
    "Lark et al.": (Author("Lark"),),
    "Lark, Finch": (Author("Lark"), Author("Finch")),
    "The Owl Team": (Author("The Owl Team"),),
    # One name that is turned round, each, or the first alone.
    "Lark, Ann; Finch, Ben": (TURNED, Author("Ben Finch", "Finch", "Ben")),
    "Lark, Ann and Finch, Ben": (TURNED, Author("Ben Finch", "Finch", "Ben")),
    "Lark, Ann, and Ben Finch": (TURNED, FINCH),
    "Lark, Ann, et al.": (TURNED,),
    "Lark, Ann B., and Ben Finch": (Author("Ann B. Lark", "Lark", "Ann B."), FINCH),
    "Lark, A., & Finch, B.-C.": (
        Author("A. Lark", "Lark", "A."),
        Author("B.-C. Finch", "Finch", "B.-C."),
    ),
    "Lark A, Finch B C": (Author("Lark A", "Lark", "A"), Author("Finch B C", "Finch", "B C")),
    "A. Lark, B. Finch": (Author("A. Lark"), Author("B. Finch")),
    # What stands beside a name is no part of it.
    "Ann Lark<sup>1,2</sup>, Ben Finch*": (LARK, FINCH),
    "Ann Lark1, Ben Finch†": (LARK, FINCH),
    "Ann Lark (School of Birds), Ben Finch (2021)": (LARK, FINCH),
    "**Ann Lark**, [Ben Finch](https://example.org/b_f)": (LARK, FINCH),
    "Ann Lark, Jr., Ben Finch III": (Author("Ann Lark Jr."), Author("Ben Finch III")),
    "Ann Lark, Ann Lark": (LARK,),
    " , ": (),
}


@pytest.mark.parametrize("written", HABITS)
def test_persons_are_told_apart(written: str) -> None:
    assert split_authors(written) == HABITS[written]


@given(st.lists(st.sampled_from(["Ann Lark", "Ben Finch", "Cy Wren", "Di Owl"]), unique=True))
def test_names_between_commas_come_back(names: list[str]) -> None:
    assert [author.name for author in split_authors(", ".join(names))] == names


@given(st.text())
def test_there_is_no_text_that_cannot_be_split(written: str) -> None:
    assert all(author.name.strip() for author in split_authors(written))

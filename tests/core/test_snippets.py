"""Snippets: what is marked was sought, and what was found is marked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from diffkb.core.matching import has_phrase
from diffkb.core.query import Phrase
from diffkb.core.snippets import cut_snippet, find_hits
from diffkb.core.text import words

TEXT = st.lists(
    st.sampled_from(
        [
            "flow",
            "Flow-matching",
            "overflow",
            "flows2",
            "Schrödinger",
            "扩散模型",
            "e\u0301tude",
            "a_b",
            ";",
        ]
    ),
    max_size=40,
).map(" ".join)
PHRASE = st.builds(
    Phrase,
    st.none(),
    st.lists(
        st.sampled_from(["flow", "matching", "schrodinger", "扩", "散", "etude"]),
        min_size=1,
        max_size=2,
    ).map(tuple),
    st.booleans(),
)


@given(TEXT, PHRASE)
def test_a_phrase_is_marked_where_it_stands_and_nowhere_else(text: str, phrase: Phrase) -> None:
    hits = find_hits(text, [phrase])
    assert bool(hits) == has_phrase(text, phrase.words, prefix=phrase.prefix)
    for start, end in hits:
        assert words(text[start:end])[0] == phrase.words[0] or phrase.prefix


@given(TEXT, st.lists(PHRASE, max_size=3), st.integers(10, 200))
def test_a_snippet_is_a_part_of_the_text_with_its_first_hit(
    text: str, phrases: list[Phrase], width: int
) -> None:
    hits = find_hits(text, phrases)
    snippet = cut_snippet(text, phrases, width)
    assert (snippet is None) == (not hits)
    if snippet is None:
        return
    assert snippet.text.strip("…") in text
    marked = [snippet.text[start:end] for start, end in snippet.hits]
    assert marked == [text[start:end] for start, end in hits[: len(marked)]]
    assert len(snippet.text) <= max(width, hits[0][1] - hits[0][0] + 30) + 32


def test_hits_are_apart_and_in_order() -> None:
    phrases = [
        Phrase(None, ("flow", "matching")),
        Phrase(None, ("matching",)),
        Phrase(None, ("a",)),
    ]
    assert find_hits("Matching flow matching: a", phrases) == [(0, 8), (9, 22), (24, 25)]


def test_a_long_text_is_cut_at_words() -> None:
    text = "word " * 40 + "here it is " + "word " * 40
    snippet = cut_snippet(text, [Phrase(None, ("here",))], 60)
    assert snippet is not None
    assert snippet.text == "…word word word word word here it is word word word word…"
    assert snippet.hits == ((26, 30),)

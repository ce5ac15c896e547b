"""Entries ranked by how well their texts hold what a person seeks, with the words found marked."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.query import And, By, Or, Phrase
from diffkb.core.snippets import Snippet, cut_snippet, find_hits
from diffkb.services.listing import select

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from diffkb.core.models import Entry
    from diffkb.core.query import Condition
    from diffkb.services.listing import Wish
    from diffkb.store.reader import Reader

# Of a snippet so many characters are kept, whatever the width of a terminal.
SNIPPET = 160
SUGGESTIONS = 3
# Words of the index that a misspelt one is held against: the commonest with its first letter.
MOST_WORDS = 5_000


class Hit(NamedTuple):
    """An entry that was found.

    Attributes:
        entry: what the list says.
        title_hits: where in its title the words stand: (start, end) pairs in order.
        field: the text from which the snippet is; None where only the title holds the words.
        snippet: the words with what stands around them.
    """

    entry: Entry
    title_hits: tuple[tuple[int, int], ...] = ()
    field: str | None = None
    snippet: Snippet | None = None


class Found(NamedTuple):
    """The answer to a search.

    Attributes:
        hits: the best first; in list order where the query needs no word of an entry.
        more: whether there are others beyond the limit.
        nearest: for each word that is nowhere, those of the index that are like it.
    """

    hits: list[Hit]
    more: bool
    nearest: dict[str, list[str]]


def search(reader: Reader, wish: Wish, saved: Mapping[str, str] | None = None) -> Found:
    """Finds entries.

    Args:
        reader: the base.
        wish: what was typed.
        saved: queries by the name they are saved under.

    Raises:
        BadQuery, BadPattern, BadValue, UsageError: a part of it cannot be read.
        SectionNotFound, DocumentNotFound: there is no such section or document.
    """
    selection = select(reader, wish, saved)
    beyond = (wish.limit or 0) + 1
    ids = None if selection.order else reader.ranked_ids(selection.condition, beyond)
    if ids is None:
        rows = reader.entry_rows(("id",), selection.condition, selection.order, beyond)
        ids = [entry_id for (entry_id,) in rows]
    phrases = list(phrases_of(selection.condition))
    entries = reader.entries_of(ids[: selection.limit])
    hits = [_hit(entry, phrases) for entry in entries]
    return Found(hits, len(ids) > len(hits), {} if ids else _nearest(reader, phrases))


def phrases_of(condition: Condition) -> Iterator[Phrase]:
    """Yields the phrases that a condition asks for, those it excludes left out."""
    match condition:
        case And(parts) | Or(parts):
            for part in parts:
                yield from phrases_of(part)
        case Phrase():
            yield condition
        case By(family, _, prefix):
            yield Phrase("author", family, prefix)


def _hit(entry: Entry, phrases: Sequence[Phrase]) -> Hit:
    """Marks what was found in the texts of an entry."""
    title = find_hits(entry.title, _for_field("title", phrases))
    authors = ", ".join(author.name for author in entry.authors)
    texts = {"note": entry.note, "author": authors, "abstract": entry.abstract}
    for field, text in texts.items():
        snippet = cut_snippet(text or "", _for_field(field, phrases), SNIPPET)
        if snippet is not None:
            return Hit(entry, tuple(title), field, snippet)
    return Hit(entry, tuple(title))


def _for_field(field: str, phrases: Sequence[Phrase]) -> list[Phrase]:
    """Returns the phrases that are looked for in a field."""
    return [phrase for phrase in phrases if phrase.field in {None, field}]


def _nearest(reader: Reader, phrases: Sequence[Phrase]) -> dict[str, list[str]]:
    """Returns the words of the index that are like those it does not hold."""
    sought = dict.fromkeys(word for phrase in phrases for word in phrase.words)
    found = {}
    for word in sought:
        known = reader.indexed_words(word[0], MOST_WORDS)
        if word not in known:
            found[word] = get_close_matches(word, known, SUGGESTIONS)
    return {word: near for word, near in found.items() if near}

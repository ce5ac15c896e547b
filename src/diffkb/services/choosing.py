"""Which entries a person means where a command takes many: by references, or by one query."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.grammar import is_query
from diffkb.core.identifiers import parse_ref
from diffkb.errors import MalformedIdentifier, UsageError
from diffkb.services.listing import Wish, find_document, select
from diffkb.services.refs import resolve_ref

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from diffkb.store.reader import Document, Reader

# Words and signs that join the conditions of a query.
JOINING = frozenset({"or", "and", "not", "(", ")"})


class Meant(NamedTuple):
    """Which entries a person means, as they typed it.

    Attributes:
        words: references, or a query in one or more words.
        query: what was given as a query by an option.
        saved: queries by the name they are saved under.
        document: the name of the only document they may stand in; None for any.
    """

    words: Sequence[str] = ()
    query: Sequence[str] = ()
    saved: Mapping[str, str] | None = None
    document: str | None = None


def choose_entries(reader: Reader, meant: Meant) -> list[int]:
    """Finds the entries that are meant, each once.

    Args:
        reader: the base.
        meant: what was typed. Words are references, unless they look like a query: they name a
            field (`section:Foundations`), have an operator (`wr>=2`), or name a saved query.

    Returns:
        Their ids, in the order of the references or of the query; a query may find none.

    Raises:
        UsageError: nothing is named, or references and a query are.
        EntryNotFound, AmbiguousRef: as `resolve_ref` says.
        DocumentNotFound: there is no such document.
        BadQuery, SectionNotFound: the query cannot be read, or names what is not there.
    """
    if not meant.words and not meant.query:
        raise UsageError("no entry is named", hint="name entries by REF, or give a query")
    asking = [word for word in meant.words if _asks(reader, word)]
    if not asking and not meant.query:
        only = named_document(reader, meant.document)
        return list(dict.fromkeys(resolve_ref(reader, ref, only) for ref in meant.words))
    left = [one for one in meant.words if one not in asking and one.lower() not in JOINING]
    if left:
        raise UsageError(
            f"`{left[0]}` is a reference beside a query",
            hint="give the one or the other; a query of several words goes in quotation marks",
            ref=left[0],
        )
    wish = Wish((*meant.words, *meant.query), document=meant.document)
    selection = select(reader, wish, meant.saved)
    rows = reader.entry_rows(("id",), selection.condition, selection.order)
    return [entry_id for (entry_id,) in rows]


def named_document(reader: Reader, name: str | None) -> Document | None:
    """Returns the document that is named; None where none is.

    Raises:
        DocumentNotFound: there is no such document.
    """
    return None if name is None else find_document(reader.documents(), name)


def holds_query(reader: Reader, meant: Meant) -> bool:
    """Says whether a query is among what was typed."""
    return bool(meant.query) or any(_asks(reader, word) for word in meant.words)


def _asks(reader: Reader, word: str) -> bool:
    """Says whether a word is a query, and no identifier or title that looks like one."""
    if not is_query(word):
        return False
    try:
        if parse_ref(word).identifier is not None:
            return False
    except MalformedIdentifier:
        pass
    return not reader.ids_by_title(word)

"""Which entry a person means: by id, identifier, link, citation key, title, or words of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.core.identifiers import canonical_url, parse_ref
from diffkb.core.models import URL
from diffkb.core.text import storable
from diffkb.errors import AmbiguousRef, EntryNotFound, MalformedIdentifier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffkb.store.reader import Document, Reader


def resolve_ref(reader: Reader, ref: str, document: Document | None = None) -> int:
    """Finds the entry that is meant.

    Args:
        reader: the base.
        ref: an id, an identifier in any spelling, a link, a citation key, a whole title, or words
            found in exactly one title; tried in this order. Case and diacritics of titles make no
            difference.
        document: the only document it may stand in; None for any.

    Returns:
        The entry's id.

    Raises:
        EntryNotFound: nothing is meant.
        AmbiguousRef: several entries are.
    """
    text = storable(ref.strip())
    for anywhere in _tries(reader, text):
        found = anywhere
        if document is not None:
            found = reader.ids_in_document(anywhere, document.id)
        if len(found) > 1:
            raise AmbiguousRef(ref, reader.titles(found))
        if found:
            return found[0]
    raise EntryNotFound(ref, document.name if document else None)


def _tries(reader: Reader, text: str) -> Iterator[list[int]]:
    """Yields the entries each way of reading a reference finds."""
    number = text.isascii() and text.isdigit()
    if number:
        yield reader.ids_by_id(text)
    yield ids_by_link(reader, text)
    yield reader.ids_by_key(text)
    yield reader.ids_by_title(text)
    # An id that is no longer there must not mean another entry with those digits in its title.
    if not number and (words := text.split()):
        yield reader.ids_by_words(words)


def ids_by_link(reader: Reader, text: str) -> list[int]:
    """Returns the entries of the work that an identifier or a link names."""
    try:
        ref = parse_ref(text)
    except MalformedIdentifier:
        return []
    if ref.identifier is not None:
        return reader.ids_by_identifier(ref.identifier.scheme, ref.identifier.value)
    return reader.ids_by_identifier(URL, canonical_url(text))

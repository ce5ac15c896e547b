"""Giving the base back: a document's own bytes, or the base in another form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diffkb.core.query import EVERYTHING
from diffkb.errors import AmbiguousDocument, NotFoundError
from diffkb.formats import Style, writer_of
from diffkb.services.listing import find_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffkb.formats import Format
    from diffkb.services.listing import Selection
    from diffkb.store.reader import Document, Reader


def choose_document(reader: Reader, name: str | None, default: str | None) -> Document:
    """Says which document is meant.

    Args:
        reader: the base.
        name: the one a person named, or None.
        default: the one the configuration names, or None.

    Returns:
        The one that is named, else the only one, else the preferred one.

    Raises:
        DocumentNotFound: none has that name.
        AmbiguousDocument: there are several, and nothing says which.
        NotFoundError: there is none yet.
    """
    documents = reader.documents()
    if name is not None:
        return find_document(documents, name)
    if len(documents) == 1:
        return documents[0]
    preferred = [document for document in documents if document.preferred]
    if preferred:
        return preferred[0]
    if default is not None and documents:
        return find_document(documents, default)
    if not documents:
        raise NotFoundError(
            "the base holds no document yet", hint="`diffkb import FILE` brings one"
        )
    raise AmbiguousDocument([document.name for document in documents])


def export_markdown(reader: Reader, document: Document) -> Iterator[bytes]:
    """Yields a document's bytes as they were read, with the changes made since."""
    return reader.texts(document.id)


def export_selected(
    reader: Reader,
    selection: Selection,
    form: Format,
    *,
    annotated: bool = False,
    private: bool = False,
) -> Iterator[str]:
    """Yields the entries of a selection in a format that writes entries.

    Args:
        reader: the base.
        selection: which entries, and in which order.
        form: the format.
        annotated: whether WR, note and section go where the format has a place for such.
        private: whether notes that do not stand in the Markdown go with them.
    """
    from diffkb.store.references import select_references

    condition, _, order, limit = selection
    references = select_references(reader, condition, order, limit, private=private)
    style = Style(annotated, private, order[0].field if order else None)
    return writer_of(form)(references, style)


def export_whole(reader: Reader, *, private: bool) -> Iterator[str]:
    """Yields the whole base as one JSON object, piece by piece.

    Args:
        reader: the base.
        private: whether notes that do not stand in the Markdown go with it.
    """
    from diffkb.formats.json_base import Part, write

    return write(
        [
            Part("documents", (document._asdict() for document in reader.documents())),
            Part("blocks", _blocks(reader)),
            Part("entries", _entries(reader, private=private)),
            Part("identifiers", reader.records("identifiers")),
            Part("facts", reader.records("facts")),
            Part("authors", reader.records("authors")),
            Part("proposals", reader.records("proposals")),
        ]
    )


def _blocks(reader: Reader) -> Iterator[dict[str, Any]]:
    """Yields every block as JSON holds it."""
    from diffkb.formats.json_base import block_object

    for document in reader.documents():
        for kind, raw in reader.blocks(document.id):
            yield block_object(document.name, kind, raw)


def _entries(reader: Reader, *, private: bool) -> Iterator[dict[str, Any]]:
    """Yields every entry as JSON holds it, with the number of its work."""
    from diffkb.formats.jsonl import entry_object

    papers = reader.papers()
    for entry in reader.entries(EVERYTHING):
        yield {
            **entry_object(entry),
            "paper_id": papers.get(entry.id),
            "private": reader.private_note(entry.id) if private else None,
        }

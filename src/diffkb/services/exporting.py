"""Giving the base back: a document's own bytes, or the base in another form."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.query import And, Between, Or
from diffkb.errors import AmbiguousDocument, NotFoundError
from diffkb.formats import Style, writer_of
from diffkb.services.listing import find_document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from diffkb.core.query import Condition
    from diffkb.formats import Format
    from diffkb.services.listing import Selection
    from diffkb.store.reader import Document, Reader

CHUNK = 200


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
    cited: Cited | None = None,
    annotated: bool = False,
    private: bool = False,
    template: Path | None = None,
) -> Iterator[str]:
    """Yields the entries of a selection in a format that writes entries.

    Args:
        reader: the base.
        selection: which entries, and in which order.
        form: the format.
        cited: those of them that a paper cites; None for all.
        annotated: whether WR, note and section go where the format has a place for such.
        private: whether notes that do not stand in the Markdown go with them.
        template: the file that says how a format looks which leaves that open.
    """
    from diffkb.store.references import select_references

    condition, _, order, limit = selection
    conditions = [condition] if cited is None else cited.conditions(condition)
    references = chain.from_iterable(
        select_references(reader, one, order, limit, private=private) for one in conditions
    )
    style = Style(annotated, private, order[0].field if order else None, template)
    return writer_of(form)(references, style)


class Cited(NamedTuple):
    """The entries that a paper cites.

    Attributes:
        ids: those that are there, in the order of the citations; None for every entry.
        missing: the keys that no entry has.
    """

    ids: list[int] | None
    missing: list[str]

    @classmethod
    def of(cls, reader: Reader, path: Path) -> Cited:
        """Finds the entries that a LaTeX, .aux or .bcf file cites.

        Raises:
            UnreadableInput: it cannot be read.
        """
        from diffkb.formats.citations import ALL, read_citations

        keys = read_citations(path)
        found = {key: reader.ids_by_key(key) for key in keys if key != ALL}
        ids = [entry_id for entries in found.values() for entry_id in entries]
        missing = [key for key, entries in found.items() if not entries]
        return cls(None if ALL in keys else ids, missing)

    def conditions(self, condition: Condition) -> list[Condition]:
        """Returns the conditions for these entries among those of another: SQL has no long ones."""
        if self.ids is None:
            return [condition]
        chunks = (self.ids[start : start + CHUNK] for start in range(0, len(self.ids), CHUNK))
        return [
            And((condition, Or(tuple(Between("id", one, one) for one in chunk))))
            for chunk in chunks
        ]

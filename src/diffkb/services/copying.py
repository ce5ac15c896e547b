"""Copying entries into another list: in its own form, and standing for the same work."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from diffkb.core.models import ARXIV, Fields
from diffkb.core.outline import write_path
from diffkb.core.text import fold
from diffkb.errors import CannotWrite
from diffkb.services.curating import Verb
from diffkb.services.listing import find_document

if TYPE_CHECKING:
    from diffkb.core.outline import Node
    from diffkb.markdown.crediting import Facts
    from diffkb.services.curating import Editing
    from diffkb.services.pages import Page
    from diffkb.store.tables import EntryRow

COPY = Verb("copy", "copied")
# What a list may have no place for: without it an entry can be listed still.
DROPPED: dict[str, Any] = {"links": (), "wr": None, "note": None}


class Copying:
    """The edit that lists an entry in another document too.

    The edit raises DocumentNotFound, SectionNotFound and AmbiguousSection where no place is meant,
    and CannotWrite where the list cannot hold title or link.

    Attributes:
        copies: of each entry that was copied its copy; of one that was there already, the one
            that is there.
        known: the entries that were there already.
        left_out: of each entry what the other list has no place for.

    Args:
        document: the name of the other document.
        section: the name of the section; None for the one that is called as the entry's is.
        create: whether it is made where missing.
        again: whether a work that is there already is listed once more.
    """

    def __init__(self, document: str, section: str | None, *, create: bool, again: bool) -> None:
        self._document = document
        self._section = section
        self._create = create
        self._again = again
        self.copies: dict[int, int] = {}
        self.known: set[int] = set()
        self.left_out: dict[int, tuple[str, ...]] = {}

    def __call__(self, editing: Editing, entry: EntryRow) -> str | None:
        """Copies an entry."""
        from diffkb.store.tables import id_of

        target = find_document(editing.reader.documents(), self._document)
        page = editing.page(target.id)
        there = None if self._again else _find_copy(editing, entry, target.id)
        if there is not None:
            self.known.add(id_of(entry))
            self.copies[id_of(entry)] = there
            return None
        self.known.discard(id_of(entry))
        copy = self._copy(editing, entry, page)
        self.copies[id_of(entry)] = id_of(copy)
        path = page.outline().path(copy.section_id)
        return f'to "{write_path((target.name, *path))}" as {copy.id}'

    def _copy(self, editing: Editing, entry: EntryRow, page: Page) -> EntryRow:
        """Writes an entry into another document, with what the base alone holds of it."""
        from diffkb.services.accepting import give_key
        from diffkb.services.facts import chosen_authors
        from diffkb.services.labelling import tagging
        from diffkb.services.marking import marking
        from diffkb.services.vouching import work_of_entry
        from diffkb.store.tables import id_of

        unit = editing.unit
        [shown] = editing.reader.entries_of([id_of(entry)])
        work_of_entry(unit, entry)
        said = editing.page(entry.document_id).fields_of(entry)
        low, high = page.scale
        fits = said.wr is not None and low <= said.wr <= high
        fields = Fields(
            said.title,
            said.url,
            links=said.links,
            year=entry.year,
            wr=said.wr if fits else None,
            note=said.note,
        )
        left_out = [] if fits or said.wr is None else ["wr"]
        copy = _write(page, self._place(page, shown.section), fields, entry, _facts(editing, entry))
        now = page.fields_of(copy)
        left_out += [
            name
            for name in (*DROPPED, "year")
            if getattr(fields, name) and getattr(now, name) != getattr(fields, name)
        ]
        self.left_out[id_of(entry)] = tuple(left_out)
        if shown.tags:
            tagging(shown.tags, ())(editing, copy)
        if shown.read:
            marking(read=True)(editing, copy)
        if entry.citation_key is not None:
            authors = chosen_authors(unit, entry.paper_id)
            give_key(unit, copy, authors, entry.year, entry.title)
        return copy

    def _place(self, page: Page, path: tuple[str, ...]) -> Node | None:
        """Returns the section an entry goes to; None for a list that has none at all."""
        from diffkb.services.headings import UNSORTED

        if self._section is not None:
            return page.section(self._section, create=self._create)
        for name in (write_path(path), write_path(path[-1:])):
            found = page.outline().find(name) if name else []
            if len(found) == 1:
                return found[0]
        return None if page.is_flat() else page.section(UNSORTED, create=False)


def _find_copy(editing: Editing, entry: EntryRow, document_id: int) -> int | None:
    """Returns the entry of a document that stands for an entry's work, or has its title."""
    found = editing.unit.connection.execute(
        "SELECT id, paper_id, title, url FROM entries WHERE document_id = ? ORDER BY id",
        (document_id,),
    )
    for entry_id, paper_id, title, url in found:
        same = paper_id is not None and paper_id == entry.paper_id
        if same or (url is entry.url is None and fold(title) == fold(entry.title)):
            return int(entry_id)
    return None


def _facts(editing: Editing, entry: EntryRow) -> Facts:
    """Returns what is known of an entry's work that a list may show."""
    from diffkb.markdown.crediting import Facts
    from diffkb.markdown.persons import split_authors
    from diffkb.services.facts import chosen_authors, chosen_facts

    authors = tuple(chosen_authors(editing.unit, entry.paper_id))
    venue = entry.venue or chosen_facts(editing.unit, entry.paper_id).get("venue")
    schemes = {scheme for scheme, _ in editing.reader.identifiers(entry.id or 0)}
    if not authors and entry.authors:
        authors = split_authors(entry.authors)
    return Facts(authors, venue, ARXIV in schemes)


def _write(
    page: Page, section: Node | None, fields: Fields, entry: EntryRow, facts: Facts
) -> EntryRow:
    """Writes a new entry, without what the list has no place for."""
    from diffkb.services.placing import add_entry

    try:
        return add_entry(
            page,
            section,
            fields,
            kind="link" if entry.kind == "link" else "paper",
            paper_id=entry.paper_id,
            facts=facts,
            placeholder=entry.placeholder,
            provisional_year=entry.provisional_year,
        )
    except CannotWrite as error:
        fewer = {name: empty for name, empty in DROPPED.items() if name == error.field}
        if not fewer or replace(fields, **fewer) == fields:
            raise
        return _write(page, section, replace(fields, **fewer), entry, facts)

"""Writes entries into a list one by one, with what sources said about their works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.core.identifiers import kind_of, url_of
from diffkb.core.models import ARXIV, Candidate, Fields
from diffkb.errors import (
    AmbiguousDocument,
    CannotWrite,
    ConflictError,
    DiffkbError,
    NotFoundError,
    UnknownWork,
)
from diffkb.markdown.crediting import Facts
from diffkb.services import accepting, identity
from diffkb.services.additions import Added, Item, published_year, work_of, year_of
from diffkb.services.completing import complete_entry
from diffkb.services.curating import Editing
from diffkb.services.exporting import choose_document
from diffkb.services.findings import Finding, entries_of, named
from diffkb.services.headings import UNSORTED
from diffkb.services.labelling import tagging
from diffkb.services.pages import Page
from diffkb.services.placing import add_entry
from diffkb.services.titles import SameTitles
from diffkb.services.versions import paper_of, stating
from diffkb.store.tables import EntryRow, PaperRow, id_of

if TYPE_CHECKING:
    from diffkb.core.identifiers import Ref
    from diffkb.core.models import Identifier
    from diffkb.core.outline import Node
    from diffkb.services.additions import Plan, Request
    from diffkb.store.reader import Document, Reader
    from diffkb.store.writer import UnitOfWork


class Adder:
    """Adds items one by one inside a unit of work.

    Attributes:
        findings: what came to light about works that are listed.
    """

    def __init__(
        self,
        unit: UnitOfWork,
        reader: Reader,
        plan: Plan,
        default_document: str | None,
    ) -> None:
        self._unit = unit
        self._reader = reader
        self._request = plan.request
        self._page = self._open_page(default_document)
        titles = (item.title for item in plan.items if isinstance(item, Item) and item.is_new)
        typed = plan.request.title
        self._titles = SameTitles(unit.connection, titles if typed is None else [typed])
        self.findings: list[Finding] = []

    def _open_page(self, default_document: str | None) -> Page:
        """Opens the document that is meant; an empty base's first entry makes one."""
        if not self._reader.documents():
            return Page.new(self._unit)
        document = document_for(self._reader, self._request, default_document)
        return Page.open(self._unit, document.id)

    def add(self, item: Item, section: str | None) -> Added:
        """Adds an item; where the list cannot take it, nothing of it is left behind."""
        result = Added(item.ref.text, item.line, "failed", item.ref.identifier)
        ids = listed_ids(self._reader, item)
        if isinstance(item.answer, UnknownWork) and not ids:
            return result._replace(error=_at_line(item.answer, item))
        found = len(self.findings)
        try:
            with self._unit.attempt():
                if ids and not self._request.again:
                    return self._know(item, result, ids[0])
                return self._place(item, result, section)
        except (CannotWrite, NotFoundError, ConflictError) as error:
            del self.findings[found:]
            return result._replace(error=_at_line(error, item))

    def _know(self, item: Item, result: Added, entry_id: int) -> Added:
        """Takes over what a source said of a work that is listed; nothing curated changes."""
        entry = self._unit.session.get_one(EntryRow, entry_id)
        paper = self._unit.session.get_one(PaperRow, entry.paper_id)
        if isinstance(item.answer, Candidate):
            self._meet(paper, work_of(item.ref))
            self.findings += accepting.accept_candidate(self._unit, paper, item.answer)
            complete_entry(self._unit, entry, item.answer)
        error = item.answer if isinstance(item.answer, DiffkbError) else None
        return result._replace(outcome="known", entry_id=entry_id, error=error)

    def _meet(self, paper: PaperRow, own: Identifier) -> None:
        """Gives a listed work the identifier it was named by, which may be of another version."""
        if paper_of(self._unit.connection, own) is None:
            identity.add_identifiers(self._unit, paper, [own])
            ids = entries_of(self._unit, paper)
            message = f"{named(ids)} and {own} are one work, by the word of a service"
            self.findings.append(Finding("joined", ids, message))

    def _place(self, item: Item, result: Added, section: str | None) -> Added:
        """Writes a new entry."""
        own = work_of(item.ref)
        paper = identity.find_paper(self._unit, [own])
        if paper is None:
            paper = identity.make_paper(self._unit, [own])
        else:
            identity.add_identifiers(self._unit, paper, [own])
        entry = add_entry(
            self._page,
            self._section(self._request.section or section),
            self._fields(item),
            kind=kind_of(item.ref.url or url_of(own)),
            paper_id=paper.id,
            facts=_facts(item),
            placeholder=self._request.title is None and not _is_titled(item),
            provisional_year=self._request.year is None and not isinstance(item.answer, Candidate),
        )
        if self._request.tags:
            tagging(self._request.tags, ())(Editing(self._unit), entry)
        given = self._request.year
        left_out = ("year",) if given is not None and given != entry.year else ()
        placed = result._replace(entry_id=entry.id, left_out=left_out)
        return self._take(item, placed, paper, entry)

    def _section(self, name: str | None) -> Node | None:
        """Returns the section an entry goes to; None for a list that has none at all."""
        if name is None and self._page.is_flat():
            return None
        return self._page.section(name or UNSORTED, create=self._request.create)

    def _take(self, item: Item, result: Added, paper: PaperRow, entry: EntryRow) -> Added:
        """Takes over what a source said about a new entry, or why it said nothing."""
        if isinstance(item.answer, Candidate):
            self.findings += accepting.accept_candidate(self._unit, paper, item.answer)
            self._give_key(entry, item.answer)
        elif item.answer is not None:
            accepting.mark_pending(self._unit, paper, item.answer.message)
            return result._replace(outcome="pending", error=item.answer)
        asked = item.answer is not None or not self._request.fetch
        same = self._titles.of_other_works(entry.title, paper.id)
        self._titles.note(entry.title, id_of(entry), paper.id)
        return result._replace(outcome="added", asked=asked, same_title=tuple(same))

    def _fields(self, item: Item) -> Fields:
        """Returns what a new entry is to say."""
        return Fields(
            title=self._request.title or item.title,
            url=item.ref.url or url_of(item.ref.identifier or work_of(item.ref)),
            year=self._request.year or year_of(item.ref, item.answer),
            wr=self._request.wr,
            note=self._request.note,
        )

    def _give_key(self, entry: EntryRow, candidate: Candidate) -> None:
        """Gives an entry its citation key, now that its authors are known."""
        year = published_year(candidate) or entry.year
        title = (candidate.title if entry.placeholder else None) or entry.title
        accepting.give_key(self._unit, entry, candidate.authors, year, title)


def document_for(reader: Reader, request: Request, default: str | None) -> Document:
    """Returns the document an entry goes to: of several, the only one with the section named.

    Raises:
        AmbiguousDocument, DocumentNotFound, NotFoundError: as for `choose_document`.
    """
    try:
        return choose_document(reader, request.document, default)
    except AmbiguousDocument:
        found = [] if request.section is None else reader.outline().find(request.section)
        holders = {node.document_id for node in found}
        if len(holders) != 1:
            raise
        return next(one for one in reader.documents() if one.id in holders)


def ids_of(reader: Reader, ref: Ref) -> list[int]:
    """Returns the entries of the work a reference names, in list order.

    It may name another version of it, by the word of a service.
    """
    own = work_of(ref)
    if found := reader.ids_by_identifier(own.scheme, own.value):
        return found
    stated = stating(reader.connection, own)
    return [] if stated is None else reader.ids_by_paper(stated)


def listed_ids(reader: Reader, item: Item) -> list[int]:
    """Returns the entries of the work an item is about, by its reference or a source's answer."""
    if found := ids_of(reader, item.ref):
        return found
    met = None
    if isinstance(item.answer, Candidate):
        met = identity.met_paper(reader.connection, item.answer)
    return [] if met is None else reader.ids_by_paper(met)


def _at_line(error: DiffkbError, item: Item) -> DiffkbError:
    """Returns an error of one item with the line of the input that names it."""
    error.ref, error.line = error.ref or item.ref.text, item.line
    return error


def _facts(item: Item) -> Facts:
    """Returns what a source said that the list may show."""
    preprint = work_of(item.ref).scheme == ARXIV
    if not isinstance(item.answer, Candidate):
        return Facts(preprint=preprint)
    return Facts(item.answer.authors, item.answer.venue, preprint)


def _is_titled(item: Item) -> bool:
    """Says whether a source gave a title."""
    return isinstance(item.answer, Candidate) and bool(item.answer.title)

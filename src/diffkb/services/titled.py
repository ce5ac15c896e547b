"""Adding an entry by its title alone: one without a link, which no source can be asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.core.models import Fields
from diffkb.core.text import fold
from diffkb.errors import BaseNotFound
from diffkb.services.adder import document_for
from diffkb.services.adding import check_request, check_without_list, rehearse
from diffkb.services.additions import Added
from diffkb.services.curating import SHOWN, Editing
from diffkb.services.headings import UNSORTED
from diffkb.services.labelling import tagging
from diffkb.services.opening import open_reader, open_unit
from diffkb.services.pages import Page
from diffkb.services.placing import add_entry
from diffkb.services.titles import SameTitles
from diffkb.store.reader import Reader
from diffkb.store.tables import EntryRow, id_of

if TYPE_CHECKING:
    from diffkb.core.outline import Node
    from diffkb.paths import BaseChoice
    from diffkb.services.additions import Request
    from diffkb.services.opening import Report
    from diffkb.store.writer import UnitOfWork


def check_titled(
    choice: BaseChoice, request: Request, default_document: str | None, report: Report
) -> None:
    """Refuses what does not fit the list, before anybody is asked anything.

    Raises:
        WrOutOfScale, SectionNotFound, AmbiguousSection, AmbiguousDocument, DocumentNotFound: the
            request does not fit the list.
    """
    try:
        reader = open_reader(choice, report)
    except BaseNotFound:
        check_without_list(request)
        return
    with reader:
        if reader.documents():
            check_request(reader, request, default_document)
        else:
            check_without_list(request)


def add_titled(
    choice: BaseChoice,
    title: str,
    request: Request,
    *,
    section: str | None,
    default_document: str | None,
    report: Report,
) -> Added:
    """Adds an entry that has no link, in the form of its neighbours.

    Args:
        choice: the base; it is made where there is none.
        title: on one line.
        request: how it is to be added.
        section: the section, where the request has none; without either it is Unsorted.
        default_document: the document the configuration names, or None.
        report: takes a sentence about what had to be done.

    Returns:
        What became of it: added, or known where the section has an entry of that title.

    Raises:
        CannotWrite: the list cannot hold it; nothing has changed.
        NotFoundError, ConflictError: no section or document is meant, or several are.
        StorageError: the base cannot be read or written.
    """
    if request.dry_run:

        def carry_out(copy: BaseChoice) -> list[Added]:
            wanted = request._replace(dry_run=False)
            return [
                add_titled(
                    copy,
                    title,
                    wanted,
                    section=section,
                    default_document=default_document,
                    report=lambda _sentence: None,
                )
            ]

        return rehearse(choice, carry_out)[0]
    with open_unit(choice, "add", report) as unit:
        reader = Reader(unit.connection, unit.path)
        page = _open_page(unit, reader, request, default_document)
        result = _add(unit, page, title, request, section)
        unit.summary = f"add {title}" if len(title) <= SHOWN else f"add {title[: SHOWN - 1]}…"
        [entry] = reader.entries_of([result.entry_id or 0])
    return result._replace(entry=entry)


def _open_page(
    unit: UnitOfWork, reader: Reader, request: Request, default_document: str | None
) -> Page:
    """Opens the document that is meant; an empty base's first entry makes one."""
    if not reader.documents():
        return Page.new(unit)
    return Page.open(unit, document_for(reader, request, default_document).id)


def _add(unit: UnitOfWork, page: Page, title: str, request: Request, section: str | None) -> Added:
    """Writes the entry, unless its section has one of that title."""
    node = _section(page, request, section)
    known = None if request.again else _known(unit, page, node, title)
    if known is not None:
        return Added(title, None, "known", entry_id=known)
    twins = SameTitles(unit.connection, [title]).of_other_works(title, None)
    fields = Fields(title, year=request.year, wr=request.wr, note=request.note)
    entry = add_entry(page, node, fields, kind="paper", paper_id=None)
    if request.tags:
        tagging(request.tags, ())(Editing(unit), entry)
    left_out = ("year",) if request.year is not None and request.year != entry.year else ()
    return Added(
        title,
        None,
        "added",
        entry_id=id_of(entry),
        left_out=left_out,
        same_title=tuple(twins),
    )


def _section(page: Page, request: Request, section: str | None) -> Node | None:
    """Returns the section it goes to; None for a list that has none at all."""
    name = request.section or section
    if name is None and page.is_flat():
        return None
    return page.section(name or UNSORTED, create=request.create)


def _known(unit: UnitOfWork, page: Page, node: Node | None, title: str) -> int | None:
    """Returns the entry of a section that has a title, whatever its case."""
    from sqlmodel import select

    asked = select(EntryRow).where(
        EntryRow.document_id == page.document_id,
        EntryRow.section_id == (node.id if node else None),
    )
    wanted = _folded(title)
    return next(
        (id_of(one) for one in unit.session.exec(asked) if _folded(one.title) == wanted), None
    )


def _folded(title: str) -> str:
    """Returns a title without case, diacritics and superfluous blanks."""
    return " ".join(fold(title).split())

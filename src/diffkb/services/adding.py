"""Adding papers by reference: resolve, ask the sources, place; the base is taken only for that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from diffkb import sources
from diffkb.core.identifiers import arxiv_year, canonical_url, kind_of, parse_ref, url_of, work
from diffkb.core.models import ARXIV, URL, Candidate, Fields, Identifier
from diffkb.errors import (
    BaseNotFound,
    CannotWrite,
    ConflictError,
    DiffkbError,
    DocumentNotFound,
    MalformedIdentifier,
    NotFoundError,
    SectionNotFound,
    UnknownWork,
    WrOutOfScale,
)
from diffkb.markdown.dialect import WR_SCALE, Dialect
from diffkb.services import accepting
from diffkb.services.exporting import choose_document
from diffkb.services.opening import open_reader, open_unit
from diffkb.services.placing import UNSORTED, Page, find_section
from diffkb.store.reader import Reader
from diffkb.store.tables import EntryRow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from diffkb.core.identifiers import Ref
    from diffkb.core.models import Entry
    from diffkb.paths import BaseChoice
    from diffkb.services.opening import Report
    from diffkb.sources.http import Door
    from diffkb.store.tables import PaperRow
    from diffkb.store.writer import UnitOfWork

Outcome = Literal["added", "known", "pending", "failed", "would-add"]
Answer = Candidate | DiffkbError


class Request(NamedTuple):
    """How entries are to be added; what is None is decided from what is there.

    Attributes:
        section: the section's name.
        create: whether it is made where it is missing.
        year: the list's year.
        wr: worth reading.
        note: the curator's words.
        title: the title to write, whatever a source says.
        document: the document's name.
        again: whether a work that is listed already is listed once more.
        fetch: whether sources are asked.
        dry_run: whether nothing is written.
    """

    section: str | None = None
    create: bool = False
    year: int | None = None
    wr: int | None = None
    note: str | None = None
    title: str | None = None
    document: str | None = None
    again: bool = False
    fetch: bool = True
    dry_run: bool = False


class Added(NamedTuple):
    """What became of one reference.

    Attributes:
        ref: as it was typed.
        line: its line where it came from a file, or None.
        outcome: what became of it.
        identifier: the work it names, or None where it names none.
        entry: the entry, where there is one.
        entry_id: its id.
        error: why it failed or waits, or why a known work could not be asked about.
    """

    ref: str
    line: int | None
    outcome: Outcome
    identifier: Identifier | None = None
    entry: Entry | None = None
    entry_id: int | None = None
    error: DiffkbError | None = None


class Item(NamedTuple):
    """A reference that was understood, with what was found out about it.

    Attributes:
        ref: what it means.
        line: its line where it came from a file, or None.
        known: whether its work is listed already.
        answer: what a source said, or why it said nothing; None where none was asked.
    """

    ref: Ref
    line: int | None
    known: bool = False
    answer: Answer | None = None

    @property
    def title(self) -> str:
        """The title a source gave, else the one that stands in for it."""
        if isinstance(self.answer, Candidate) and self.answer.title:
            return self.answer.title
        return placeholder_title(self.ref)

    @property
    def is_new(self) -> bool:
        """Whether it is going to be an entry."""
        return not self.known and not isinstance(self.answer, UnknownWork)


class Plan(NamedTuple):
    """What is to be added, after everything that can fail early has not failed.

    Attributes:
        request: how.
        items: each reference, those that were not understood as failed already.
    """

    request: Request
    items: list[Item | Added]


def make_plan(
    choice: BaseChoice,
    refs: Sequence[tuple[str, int | None]],
    request: Request,
    *,
    door: Callable[[], Door],
    default_document: str | None,
    report: Report,
) -> Plan:
    """Resolves references and asks the sources about them; writes nothing.

    Args:
        choice: the base.
        refs: each as it was typed, with its line.
        request: how they are to be added.
        door: opens the way to the network, where it is needed.
        default_document: the document the configuration names, or None.
        report: takes a sentence about what is going on.

    Raises:
        WrOutOfScale, SectionNotFound, AmbiguousSection, AmbiguousDocument, DocumentNotFound: the
            request does not fit the list, whatever the references are.
    """
    parsed = [_parse(text, line) for text, line in refs]
    found = _look_up(choice, parsed, request, default_document, report)
    answers = _ask(found, door, report) if request.fetch else {}
    items = [
        one._replace(answer=answers.get(_work(one.ref))) if isinstance(one, Item) else one
        for one in found
    ]
    return Plan(request, items)


def carry_out(
    choice: BaseChoice,
    plan: Plan,
    *,
    sections: Mapping[int, str],
    default_document: str | None,
    report: Report,
) -> list[Added]:
    """Adds what was planned, all in one step.

    Args:
        choice: the base; it is made where there is none.
        plan: what is to be added.
        sections: the section for items by their place in the plan, where the request has none.
        default_document: the document the configuration names, or None.
        report: takes a sentence about what had to be done.

    Returns:
        What became of each reference, in their order.
    """
    if plan.request.dry_run or not any(_changes_something(item) for item in plan.items):
        return _without_writing(choice, plan, report)
    with open_unit(choice, "add", report) as unit:
        reader = Reader(unit.connection, unit.path)
        adder = _Adder(unit, reader, plan.request, default_document)
        results = [
            adder.add(item, sections.get(place)) if isinstance(item, Item) else item
            for place, item in enumerate(plan.items)
        ]
        unit.summary = _summary(results)
        ids = [one.entry_id for one in results if one.entry_id is not None]
        entries = {entry.id: entry for entry in reader.entries_of(ids)}
    return [one._replace(entry=entries.get(one.entry_id or 0)) for one in results]


def placeholder_title(ref: Ref) -> str:
    """Returns the title of an entry that nobody has given one yet."""
    if ref.identifier is None:
        return ref.url or ref.text
    name = {"arxiv": "arXiv", "openreview": "OpenReview"}.get(ref.identifier.scheme)
    return f"{name or ref.identifier.scheme}:{ref.identifier.value}"


def _parse(text: str, line: int | None) -> Item | Added:
    """Reads a reference; one that cannot be read has failed."""
    try:
        return Item(parse_ref(text), line)
    except MalformedIdentifier as error:
        error.line = line
        return Added(text, line, "failed", error=error)


def _look_up(
    choice: BaseChoice,
    parsed: Sequence[Item | Added],
    request: Request,
    default_document: str | None,
    report: Report,
) -> list[Item | Added]:
    """Says which works are listed already, and refuses a request that does not fit the list."""
    try:
        reader = open_reader(choice, report)
    except BaseNotFound:
        _check_without_list(request)
        return [*parsed]
    with reader:
        if reader.documents():
            _check_request(reader, request, default_document)
        else:
            _check_without_list(request)
        return [
            one._replace(known=bool(_ids(reader, one.ref)) and not request.again)
            if isinstance(one, Item)
            else one
            for one in parsed
        ]


def _check_request(reader: Reader, request: Request, default_document: str | None) -> None:
    """Refuses what does not fit the document that is meant."""
    document = choose_document(reader, request.document, default_document)
    _check_wr(request, Dialect.from_json(document.dialect).scale or WR_SCALE)
    if request.section is not None and not request.create and request.section != UNSORTED:
        find_section(reader.outline(document.id), request.section)


def _check_without_list(request: Request) -> None:
    """Refuses what even a new list cannot take."""
    _check_wr(request, WR_SCALE)
    if request.document is not None:
        raise DocumentNotFound(request.document, [])
    if request.section is not None and not request.create and request.section != UNSORTED:
        raise SectionNotFound(request.section, [], can_create=True)


def _check_wr(request: Request, scale: tuple[int, int]) -> None:
    """Refuses a WR that is not on the list's scale."""
    low, high = scale
    if request.wr is not None and not low <= request.wr <= high:
        raise WrOutOfScale(request.wr, low, high)


def _ask(
    found: Sequence[Item | Added], door: Callable[[], Door], report: Report
) -> Mapping[Identifier, Answer]:
    """Asks the sources about the works that one of them knows."""
    identifiers = [
        one.ref.identifier for one in found if isinstance(one, Item) and one.ref.identifier
    ]
    askable = [one for one in identifiers if sources.find_source(one) is not None]
    if not askable:
        return {}
    with door() as opened:
        return sources.fetch(askable, door=opened, report=report)


def _without_writing(choice: BaseChoice, plan: Plan, report: Report) -> list[Added]:
    """Returns what would become of each item, or has where there was nothing to write."""
    try:
        reader = open_reader(choice, report)
    except BaseNotFound:
        return [_would_become(item) for item in plan.items]
    with reader:
        results = [_would_become(item, reader) for item in plan.items]
        ids = [one.entry_id for one in results if one.entry_id is not None]
        entries = {entry.id: entry for entry in reader.entries_of(ids)}
    return [one._replace(entry=entries.get(one.entry_id or 0)) for one in results]


def _would_become(item: Item | Added, reader: Reader | None = None) -> Added:
    """Returns what would become of an item; of a known one, with its entry."""
    if isinstance(item, Added):
        return item
    error = item.answer if isinstance(item.answer, DiffkbError) else None
    result = Added(item.ref.text, item.line, "would-add", item.ref.identifier, error=error)
    if isinstance(item.answer, UnknownWork):
        return result._replace(outcome="failed")
    if item.known and reader is not None:
        return result._replace(outcome="known", entry_id=_ids(reader, item.ref)[0])
    return result


def _changes_something(item: Item | Added) -> bool:
    """Says whether an item has anything to write."""
    return isinstance(item, Item) and (item.is_new or isinstance(item.answer, Candidate))


def _work(ref: Ref) -> Identifier:
    """Returns the identity of the work a reference names."""
    if ref.identifier is not None:
        return work(ref.identifier)
    return Identifier(URL, canonical_url(ref.url or ref.text))


def _ids(reader: Reader, ref: Ref) -> list[int]:
    """Returns the entries of the work a reference names, in list order."""
    identity = _work(ref)
    return reader.ids_by_identifier(identity.scheme, identity.value)


def _summary(results: Sequence[Added]) -> str:
    """Says in a few words what a step did."""
    added = [one for one in results if one.outcome in {"added", "pending"} and one.entry_id]
    if not added:
        return f"refresh {_counted(sum(one.outcome == 'known' for one in results))}"
    if len(added) == 1:
        return f"add {added[0].ref}"
    return f"add {_counted(len(added))}"


def _counted(count: int) -> str:
    """Returns "1 paper" or "2 papers"."""
    return f"{count} {'paper' if count == 1 else 'papers'}"


class _Adder:
    """Adds items one by one inside a unit of work."""

    def __init__(
        self, unit: UnitOfWork, reader: Reader, request: Request, default_document: str | None
    ) -> None:
        self._unit = unit
        self._reader = reader
        self._request = request
        self._page = self._open_page(default_document)

    def _open_page(self, default_document: str | None) -> Page:
        """Opens the document that is meant; an empty base's first entry makes one."""
        if not self._reader.documents():
            return Page.new(self._unit)
        document = choose_document(self._reader, self._request.document, default_document)
        return Page.open(self._unit, document.id)

    def add(self, item: Item, section: str | None) -> Added:
        """Adds an item; where the list cannot take it, nothing of it is left behind."""
        result = Added(item.ref.text, item.line, "failed", item.ref.identifier)
        if isinstance(item.answer, UnknownWork):
            return result._replace(error=item.answer)
        ids = _ids(self._reader, item.ref)
        try:
            with self._unit.attempt():
                if ids and not self._request.again:
                    return self._know(item, result, ids[0])
                return self._place(item, result, section)
        except (CannotWrite, NotFoundError, ConflictError) as error:
            return result._replace(error=error)

    def _know(self, item: Item, result: Added, entry_id: int) -> Added:
        """Takes over what a source said of a work that is listed; nothing curated changes."""
        paper = accepting.find_paper(self._unit, [_work(item.ref)])
        entry = self._unit.session.get(EntryRow, entry_id)
        if paper is not None and entry is not None and isinstance(item.answer, Candidate):
            accepting.accept_candidate(self._unit, paper, item.answer)
            self._give_key(entry, item.answer)
        error = item.answer if isinstance(item.answer, DiffkbError) else None
        return result._replace(outcome="known", entry_id=entry_id, error=error)

    def _place(self, item: Item, result: Added, section: str | None) -> Added:
        """Writes a new entry."""
        identity = _work(item.ref)
        paper = accepting.find_paper(self._unit, [identity])
        if paper is None:
            paper = accepting.make_paper(self._unit, [identity])
        name = self._request.section or section or UNSORTED
        entry = self._page.add_entry(
            self._page.section(name, create=self._request.create),
            self._fields(item),
            kind=kind_of(item.ref.url or (url_of(identity))),
            paper_id=paper.id,
            placeholder=self._request.title is None and not _is_titled(item),
        )
        return self._take(item, result._replace(entry_id=entry.id), paper, entry)

    def _take(self, item: Item, result: Added, paper: PaperRow, entry: EntryRow) -> Added:
        """Takes over what a source said about a new entry, or why it said nothing."""
        if isinstance(item.answer, Candidate):
            accepting.accept_candidate(self._unit, paper, item.answer)
            self._give_key(entry, item.answer)
        elif item.answer is not None:
            accepting.mark_pending(self._unit, paper, item.answer.message)
            return result._replace(outcome="pending", error=item.answer)
        return result._replace(outcome="added")

    def _fields(self, item: Item) -> Fields:
        """Returns what a new entry is to say."""
        return Fields(
            title=self._request.title or item.title,
            url=item.ref.url or url_of(item.ref.identifier or _work(item.ref)),
            year=self._request.year or year_of(item.ref, item.answer),
            wr=self._request.wr,
            note=self._request.note,
        )

    def _give_key(self, entry: EntryRow, candidate: Candidate) -> None:
        """Gives an entry its citation key, now that its authors are known."""
        year = published_year(candidate) or entry.year
        title = (candidate.title if entry.placeholder else None) or entry.title
        accepting.give_key(self._unit, entry, candidate.authors, year, title)


def year_of(ref: Ref, answer: Answer | None) -> int | None:
    """Returns the year of a new entry: of its first version, else in its arXiv id, else none."""
    if isinstance(answer, Candidate) and (year := published_year(answer)):
        return year
    if ref.identifier is not None and ref.identifier.scheme == ARXIV:
        return arxiv_year(ref.identifier)
    return None


def published_year(candidate: Candidate) -> int | None:
    """Returns the year in which a work's first version came out."""
    date = candidate.published or ""
    return int(date[:4]) if date[:4].isdecimal() else None


def _is_titled(item: Item) -> bool:
    """Says whether a source gave a title."""
    return isinstance(item.answer, Candidate) and bool(item.answer.title)

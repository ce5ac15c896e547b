"""Adding papers by reference: resolve, ask the sources, place; the base is taken only for that."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from diffkb import sources
from diffkb.core.identifiers import Ref, parse_ref, work
from diffkb.core.models import Candidate
from diffkb.errors import (
    BaseNotFound,
    DiffkbError,
    DocumentNotFound,
    Interrupted,
    MalformedIdentifier,
    NoIdentifier,
    SectionNotFound,
    UnreadableInput,
    WrOutOfScale,
)
from diffkb.markdown.dialect import WR_SCALE, Dialect
from diffkb.services.adder import Adder, document_for, ids_of, listed_ids
from diffkb.services.additions import Added, Item, Plan, work_of
from diffkb.services.asking import ask
from diffkb.services.headings import UNSORTED, find_section
from diffkb.services.opening import open_reader, open_unit
from diffkb.sources.pdf import identifier_in_pdf, is_pdf
from diffkb.store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from diffkb.paths import BaseChoice
    from diffkb.services.additions import Request
    from diffkb.services.asking import Asked
    from diffkb.services.opening import Progress, Report
    from diffkb.sources.http import Door


def make_plan(
    choice: BaseChoice,
    refs: Sequence[tuple[str, int | None]],
    request: Request,
    *,
    door: Callable[[], Door],
    default_document: str | None,
    report: Report,
    progress: Progress = lambda _done, _total: None,
) -> Plan:
    """Resolves references and asks the sources about them; writes nothing.

    An interruption ends the asking, not the command: what was answered can still be added.

    Args:
        choice: the base.
        refs: each as it was typed, with its line.
        request: how they are to be added.
        door: opens the way to the network, where it is needed.
        default_document: the document the configuration names, or None.
        report: takes a sentence about what is going on.
        progress: takes how many works of how many are settled.

    Raises:
        KeyboardInterrupt: a person interrupted it before anything was answered.
        WrOutOfScale, SectionNotFound, AmbiguousSection, AmbiguousDocument, DocumentNotFound: the
            request does not fit the list, whatever the references are.
    """
    parsed = [_parse(text, line, report) for text, line in refs]
    found = _look_up(choice, parsed, request, default_document, report)
    # What would become of a known work is known without its source.
    wanted = [one for one in found if not (request.dry_run and isinstance(one, Item) and one.known)]
    asked = _ask(wanted if request.fetch else [], door, report, progress)
    items = [_answered(one, asked) if isinstance(one, Item) else one for one in found]
    return Plan(request, items, asked.interrupted)


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
    if plan.request.dry_run:

        def in_copy(copy: BaseChoice) -> list[Added]:
            return carry_out(
                copy,
                plan._replace(request=plan.request._replace(dry_run=False)),
                sections=sections,
                default_document=default_document,
                report=lambda _sentence: None,
            )

        return rehearse(choice, in_copy)
    if not any(_changes_something(item) for item in plan.items):
        return _without_writing(choice, plan, report)
    with open_unit(choice, "add", report) as unit:
        reader = Reader(unit.connection, unit.path)
        adder = Adder(unit, reader, plan, default_document)
        results = [
            adder.add(item, sections.get(place)) if isinstance(item, Item) else item
            for place, item in enumerate(plan.items)
        ]
        unit.summary = _summary(results)
        ids = [one.entry_id for one in results if one.entry_id is not None]
        entries = {entry.id: entry for entry in reader.entries_of(ids)}
    for finding in adder.findings:
        report(finding.message)
    return [one._replace(entry=entries.get(one.entry_id or 0)) for one in results]


def _parse(text: str, line: int | None, report: Report) -> Item | Added:
    """Reads a reference; one that cannot be read has failed."""
    try:
        return Item(_ref_of(text, report), line)
    except (MalformedIdentifier, UnreadableInput, NoIdentifier) as error:
        error.ref = text
        error.line = line
        return Added(text, line, "failed", error=error)


def _ref_of(text: str, report: Report) -> Ref:
    """Returns what a person typed for a work: an identifier, a link, or the path of its PDF.

    Raises:
        MalformedIdentifier: it is none of these.
        UnreadableInput: the PDF cannot be read.
        NoIdentifier: the PDF names no work.
    """
    try:
        return parse_ref(text)
    except MalformedIdentifier:
        path = Path(text)
        if not is_pdf(path):
            if path.suffix.lower() == ".pdf" and "://" not in text:
                raise UnreadableInput(text, "there is no PDF of that name") from None
            raise
    found = identifier_in_pdf(path)
    report(f"{text} is {found}")
    # The list links to the work: nobody typed the version that lies there.
    return Ref(text, work(found))


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
        check_without_list(request)
        return [*parsed]
    with reader:
        if reader.documents():
            check_request(reader, request, default_document)
        else:
            check_without_list(request)
        return [
            one._replace(known=bool(ids_of(reader, one.ref)) and not request.again)
            if isinstance(one, Item)
            else one
            for one in parsed
        ]


def check_request(reader: Reader, request: Request, default_document: str | None) -> None:
    """Refuses what does not fit the document that is meant."""
    document = document_for(reader, request, default_document)
    _check_wr(request, Dialect.from_json(document.dialect).scale or WR_SCALE)
    if request.section is not None and not request.create and request.section != UNSORTED:
        find_section(reader.outline(document.id), request.section)


def check_without_list(request: Request) -> None:
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
    found: Sequence[Item | Added], door: Callable[[], Door], report: Report, progress: Progress
) -> Asked:
    """Asks the sources about the works that one of them answers for.

    Raises:
        KeyboardInterrupt: a person interrupted it before there was an answer.
    """
    refs = {
        one.ref: work_of(one.ref)
        for one in found
        if isinstance(one, Item) and sources.find_source(one.ref) is not None
    }
    return ask(
        [ref.identifier or own for ref, own in refs.items()],
        door=door,
        report=report,
        progress=progress,
        urls={own: ref.url for ref, own in refs.items() if ref.url},
    )


def _answered(item: Item, asked: Asked) -> Item | Added:
    """Returns an item with its answer; one that the asking did not come to has failed."""
    answer = asked.answers.get(work_of(item.ref))
    is_left_out = answer is None and asked.interrupted and not item.known
    if is_left_out and sources.find_source(item.ref) is not None:
        text = item.ref.text
        error = Interrupted(text)
        error.line = item.line
        return Added(text, item.line, "failed", item.ref.identifier, error=error)
    return item._replace(answer=answer)


def rehearse(choice: BaseChoice, carry_out: Callable[[BaseChoice], list[Added]]) -> list[Added]:
    """Returns what would become of references: it is done in a copy of the base, which then goes.

    Args:
        choice: the base.
        carry_out: does it in the base it is given.
    """
    from diffkb.store.schema import copy_base

    with TemporaryDirectory(prefix="diffkb-") as folder:
        copy = Path(folder) / "kb.sqlite"
        if choice.path.exists():
            copy_base(choice.path, copy, wal=False)
        results = carry_out(choice._replace(path=copy, target=copy, origin="option"))
    return [
        one._replace(outcome="would-add", entry_id=None)
        if one.outcome in {"added", "pending"}
        else one
        for one in results
    ]


def _without_writing(choice: BaseChoice, plan: Plan, report: Report) -> list[Added]:
    """Returns what has become of each item where there is nothing to write."""
    try:
        reader = open_reader(choice, report)
    except BaseNotFound:
        return [_found_as(item) for item in plan.items]
    with reader:
        results = [_found_as(item, reader) for item in plan.items]
        ids = [one.entry_id for one in results if one.entry_id is not None]
        entries = {entry.id: entry for entry in reader.entries_of(ids)}
    return [one._replace(entry=entries.get(one.entry_id or 0)) for one in results]


def _found_as(item: Item | Added, reader: Reader | None = None) -> Added:
    """Returns what has become of an item that changes nothing: it is known, or it failed."""
    if isinstance(item, Added):
        return item
    error = item.answer if isinstance(item.answer, DiffkbError) else None
    result = Added(item.ref.text, item.line, "failed", item.ref.identifier, error=error)
    listed = [] if reader is None else listed_ids(reader, item)
    if listed:
        return result._replace(outcome="known", entry_id=listed[0])
    return result


def _changes_something(item: Item | Added) -> bool:
    """Says whether an item has anything to write."""
    return isinstance(item, Item) and (item.is_new or isinstance(item.answer, Candidate))


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

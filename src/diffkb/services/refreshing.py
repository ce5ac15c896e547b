"""Asking the sources again: what is pending or unfetched is completed, the rest updated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from diffkb import sources
from diffkb.core.models import URL, Candidate, Identifier
from diffkb.errors import DiffkbError, Offline, UnknownWork
from diffkb.services.opening import open_reader, open_unit
from diffkb.services.refs import resolve_ref

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from diffkb.core.models import Entry
    from diffkb.paths import BaseChoice
    from diffkb.services.opening import Report
    from diffkb.sources.http import Door
    from diffkb.store.reader import Reader
    from diffkb.store.writer import UnitOfWork

Outcome = Literal["refreshed", "pending", "failed"]
Answer = Candidate | DiffkbError


class Work(NamedTuple):
    """A work that is to be asked about, with the entries it stands for."""

    paper_id: int
    identifier: Identifier
    entry_ids: tuple[int, ...]
    url: str | None


class Refreshed(NamedTuple):
    """What became of one entry.

    Attributes:
        ref: as it was typed; of an entry nobody named, its identifier.
        entry_id: its id, or None where nothing is meant.
        outcome: what became of it.
        entry: the entry as it is now.
        error: why it failed or waits.
    """

    ref: str
    entry_id: int | None
    outcome: Outcome
    entry: Entry | None = None
    error: DiffkbError | None = None


class Refresh(NamedTuple):
    """What a refresh did, and how many entries no source answers for."""

    results: list[Refreshed]
    without_source: int


def refresh(
    choice: BaseChoice,
    refs: Sequence[str],
    *,
    door: Callable[[], Door],
    report: Report,
) -> Refresh:
    """Asks the sources about entries, and takes over what they say.

    Args:
        choice: the base.
        refs: the entries; none stands for all that are pending or unfetched.
        door: opens the way to the network.
        report: takes a sentence about what is going on.

    Raises:
        BaseNotFound: there is no base.
        Offline: the network was not to be used; nothing is written then.
        StorageError: it cannot be read or written.
    """
    with open_reader(choice, report) as reader:
        named, failed = _resolve(reader, refs)
        works, without = _works(reader, list(named) if refs else None)
    if not works:
        return Refresh(failed, len(without))
    with door() as opened:
        if opened.offline:
            first = sources.find_source(works[0].identifier)
            raise Offline(first.name if first else "no source")
        answers = sources.fetch(
            [one.identifier for one in works],
            door=opened,
            report=report,
            urls={one.identifier: one.url for one in works if one.url},
        )
    done = _take_over(choice, works, answers, named, report)
    return Refresh([*failed, *done], len(without))


def _resolve(reader: Reader, refs: Sequence[str]) -> tuple[dict[int, str], list[Refreshed]]:
    """Returns the entries that are meant, and the references that mean none."""
    named: dict[int, str] = {}
    failed = []
    for ref in refs:
        try:
            named.setdefault(resolve_ref(reader, ref), ref)
        except DiffkbError as error:
            failed.append(Refreshed(ref, None, "failed", error=error))
    return named, failed


def _works(reader: Reader, ids: Sequence[int] | None) -> tuple[list[Work], list[int]]:
    """Returns the works to ask about, and the entries that no source answers for."""
    found: dict[int, Work] = {}
    without = []
    for entry_id, paper_id, state, url, identifiers in reader.works(ids):
        identifier = _askable(identifiers)
        # Pages are many and say little: those that nobody asked about are not asked unnamed.
        page = ids is None and state == "unfetched" and identifier and identifier.scheme == URL
        if identifier is None or paper_id is None or page:
            without.append(entry_id)
            continue
        known = found.get(paper_id)
        entries = (*known.entry_ids, entry_id) if known else (entry_id,)
        found[paper_id] = Work(paper_id, identifier, entries, url)
    return list(found.values()), without


def _askable(identifiers: Iterable[tuple[str, str]]) -> Identifier | None:
    """Returns the first identifier that a source answers for."""
    for scheme, value in identifiers:
        identifier = Identifier(scheme, value)
        if sources.find_source(identifier) is not None:
            return identifier
    return None


def _take_over(
    choice: BaseChoice,
    works: Sequence[Work],
    answers: Mapping[Identifier, Answer],
    named: Mapping[int, str],
    report: Report,
) -> list[Refreshed]:
    """Writes what the sources said, all in one step."""
    from diffkb.store.reader import Reader

    with open_unit(choice, "refresh", report) as unit:
        results = [
            Refreshed(named.get(entry_id, str(one.identifier)), entry_id, outcome, error=error)
            for one in works
            for entry_id, outcome, error in _take_over_one(unit, one, answers.get(one.identifier))
        ]
        done = sum(one.outcome == "refreshed" for one in results)
        unit.summary = f"refresh {done} {'entry' if done == 1 else 'entries'}"
        ids = [one.entry_id for one in results if one.entry_id is not None]
        entries = {one.id: one for one in Reader(unit.connection, unit.path).entries_of(ids)}
    return [one._replace(entry=entries.get(one.entry_id or 0)) for one in results]


def _take_over_one(
    unit: UnitOfWork, one: Work, answer: Answer | None
) -> list[tuple[int, Outcome, DiffkbError | None]]:
    """Writes what was said of one work, or why nothing was."""
    from diffkb.services import accepting
    from diffkb.services.completing import complete_entry
    from diffkb.store.tables import EntryRow, PaperRow

    paper = unit.session.get(PaperRow, one.paper_id)
    if paper is None:
        # Somebody removed it while the source was asked.
        return []
    if isinstance(answer, Candidate):
        for entry_id in one.entry_ids:
            entry = unit.session.get(EntryRow, entry_id)
            if entry is not None:
                complete_entry(unit, paper, entry, answer)
        return [(entry_id, "refreshed", None) for entry_id in one.entry_ids]
    if isinstance(answer, UnknownWork):
        accepting.mark_unknown(unit, paper, answer.message)
    if answer is None or isinstance(answer, UnknownWork):
        return [(entry_id, "failed", answer) for entry_id in one.entry_ids]
    accepting.mark_pending(unit, paper, answer.message)
    return [(entry_id, "pending", answer) for entry_id in one.entry_ids]

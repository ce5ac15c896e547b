"""Asking the sources again: what waits is completed, what is old updated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple

from diffkb import sources
from diffkb.core.models import ARXIV, DOI, URL, Candidate, Identifier
from diffkb.errors import DiffkbError, Interrupted, Offline, TurnedAway, UnknownWork
from diffkb.services.asking import ask
from diffkb.services.choosing import choose_entries, holds_query
from diffkb.services.opening import open_reader, open_unit
from diffkb.services.refs import resolve_ref

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from diffkb.core.models import Entry
    from diffkb.paths import BaseChoice
    from diffkb.services.asking import Asked
    from diffkb.services.choosing import Meant
    from diffkb.services.findings import Finding
    from diffkb.services.opening import Progress, Report
    from diffkb.sources.http import Door
    from diffkb.store.reader import Reader, Work
    from diffkb.store.tables import EntryRow, PaperRow
    from diffkb.store.writer import UnitOfWork

Outcome = Literal["refreshed", "pending", "failed"]
Answer = Candidate | DiffkbError

# How long what a source said counts as fresh.
FRESH = timedelta(days=30)
# How long a source that turned diffkb away is left alone.
REST = timedelta(days=1)


class Question(NamedTuple):
    """A work that is to be asked about.

    Attributes:
        identifiers: by which it is asked about; what the first one's source says counts most.
        entry_ids: the entries that stand for it.
        url: the link of the first of them.
    """

    identifiers: tuple[Identifier, ...]
    entry_ids: tuple[int, ...]
    url: str | None


class Refreshed(NamedTuple):
    """What became of one entry.

    Attributes:
        ref: as it was typed; of an entry nobody named, its identifier.
        entry_id: its id, or None where nothing is meant.
        outcome: what became of it.
        entry: the entry as it is now.
        error: why it failed or waits; of a refreshed one, why not all of it could be asked.
        expected: whether nobody counts on more: its source is known to turn programs away.
    """

    ref: str
    entry_id: int | None
    outcome: Outcome
    entry: Entry | None = None
    error: DiffkbError | None = None
    expected: bool = False


class Refresh(NamedTuple):
    """What a refresh did.

    Attributes:
        results: what became of each entry.
        without_source: how many entries no source answers for.
        resting: how many entries wait for a source that turned diffkb away within a day.
        findings: what came to light.
        interrupted: whether a person did not wait until all sources were asked.
    """

    results: list[Refreshed]
    without_source: int
    resting: int = 0
    findings: tuple[Finding, ...] = ()
    interrupted: bool = False


class Selection(NamedTuple):
    """Which works are to be asked about, and which entries are not."""

    questions: list[Question]
    without_source: int
    resting: int


def refresh(
    choice: BaseChoice,
    meant: Meant,
    *,
    older_than: timedelta = FRESH,
    door: Callable[[], Door],
    report: Report,
    progress: Progress = lambda _done, _total: None,
) -> Refresh:
    """Asks the sources about entries, and takes over what they say.

    An interruption ends the asking, not the command: what was answered is taken over.

    Args:
        choice: the base.
        meant: the entries, by references or a query; none stands for all that are pending,
            unfetched or stale.
        older_than: what was fetched so long ago, or longer, is stale.
        door: opens the way to the network.
        report: takes a sentence about what is going on.
        progress: takes how many works of how many are settled.

    Raises:
        KeyboardInterrupt: a person interrupted it before anything was answered.
        BaseNotFound: there is no base.
        UsageError, BadQuery, SectionNotFound: a query cannot be read, or stands beside references.
        Offline: the network was not to be used; nothing is written then.
        StorageError: it cannot be read or written.
    """
    with open_reader(choice, report) as reader:
        named, failed = _resolve(reader, meant)
        everything = not meant.words and not meant.query
        selection = _select(reader, None if everything else list(named), older_than)
    questions = selection.questions
    if not questions:
        return Refresh(failed, selection.without_source, selection.resting)
    asked = ask(
        [identifier for one in questions for identifier in one.identifiers],
        door=partial(_open_online, door, questions[0]),
        report=report,
        progress=progress,
        urls={one.identifiers[0]: one.url for one in questions if one.url},
    )
    done, findings = _take_over(choice, questions, asked, named, report)
    return Refresh(
        [*failed, *done],
        selection.without_source,
        selection.resting,
        tuple(findings),
        asked.interrupted,
    )


def _open_online(door: Callable[[], Door], first: Question) -> Door:
    """Opens the way to the network.

    Raises:
        Offline: the network was not to be used.
    """
    opened = door()
    if opened.offline:
        source = sources.find_source(first.identifiers[0])
        raise Offline(source.name if source else "no source")
    return opened


def time_before(now: datetime, age: timedelta) -> str:
    """Returns a time as the base holds it: so long before another one.

    A time before all calendars is the beginning of them.
    """
    try:
        then = now - age
    except OverflowError:
        then = datetime.min.replace(tzinfo=UTC)
    return f"{then:%Y-%m-%dT%H:%M:%SZ}".rjust(20, "0")


def _resolve(reader: Reader, meant: Meant) -> tuple[dict[int, str], list[Refreshed]]:
    """Returns the entries that are meant, and the references that mean none."""
    if holds_query(reader, meant):
        return {one: str(one) for one in choose_entries(reader, meant)}, []
    named: dict[int, str] = {}
    failed = []
    for ref in meant.words:
        try:
            named.setdefault(resolve_ref(reader, ref), ref)
        except DiffkbError as error:
            failed.append(Refreshed(ref, None, "failed", error=error))
    return named, failed


def _select(reader: Reader, ids: Sequence[int] | None, older_than: timedelta) -> Selection:
    """Returns the works to ask about; those of entries that nobody named only if it makes sense."""
    now = datetime.now(UTC)
    since = time_before(now, REST)
    found: dict[int, Question] = {}
    without = resting = 0
    for one in reader.works(ids, stale=time_before(now, older_than)):
        identifiers = identifiers_to_ask([Identifier(*pair) for pair in one.identifiers])
        if one.paper_id is None or not identifiers or (ids is None and _is_new_page(one)):
            without += 1
        elif ids is None and _is_resting(one, since):
            resting += 1
        elif one.paper_id in found:
            known = found[one.paper_id]
            found[one.paper_id] = known._replace(entry_ids=(*known.entry_ids, one.entry_id))
        else:
            found[one.paper_id] = Question(identifiers, (one.entry_id,), one.url)
    return Selection(list(found.values()), without, resting)


def _is_new_page(one: Work) -> bool:
    """Says whether a work is a page that nobody asked about: they are many, and say little."""
    return one.state == "unfetched" and all(scheme == URL for scheme, _ in one.identifiers)


def _is_resting(one: Work, since: str) -> bool:
    """Says whether a work's source turned diffkb away a short while ago."""
    return TurnedAway.WORDS in (one.reason or "") and (one.asked or "") > since


def identifiers_to_ask(identifiers: Sequence[Identifier]) -> tuple[Identifier, ...]:
    """Returns by which identifiers sources are asked about a work.

    arXiv comes first, and knows nothing of the published version: its DOIs are asked about too.
    The pages are left alone of a work that has a name of its own.
    """
    askable = [one for one in identifiers if sources.find_source(one) is not None]
    named = [one for one in askable if one.scheme != URL] or askable
    first = next((one for one in named if one.scheme == ARXIV), next(iter(named), None))
    if first is None:
        return ()
    return (first, *(one for one in named if one.scheme == DOI and one != first))


def _take_over(
    choice: BaseChoice,
    questions: Sequence[Question],
    asked: Asked,
    named: Mapping[int, str],
    report: Report,
) -> tuple[list[Refreshed], list[Finding]]:
    """Writes what the sources said, all in one step."""
    from diffkb.store.reader import Reader

    with open_unit(choice, "refresh", report) as unit:
        taking = _Taking(unit, named)
        results = [result for one in questions for result in taking.take(one, _answers(one, asked))]
        done = sum(one.outcome == "refreshed" for one in results)
        unit.summary = f"refresh {done} {'entry' if done == 1 else 'entries'}"
        ids = [one.entry_id for one in results if one.entry_id is not None]
        entries = {one.id: one for one in Reader(unit.connection, unit.path).entries_of(ids)}
    found = [one._replace(entry=entries.get(one.entry_id or 0)) for one in results]
    return found, taking.findings


def _answers(question: Question, asked: Asked) -> list[Answer | None]:
    """Returns what was said of a work; where a person did not wait for it, that."""
    missing = Interrupted(str(question.identifiers[0])) if asked.interrupted else None
    return [asked.answers.get(one, missing) for one in question.identifiers]


class _Taking:
    """Takes over the answers about one work after the other.

    Args:
        unit: the change it is part of.
        named: the entries that a person named, with the words for each.
    """

    def __init__(self, unit: UnitOfWork, named: Mapping[int, str]) -> None:
        self._unit = unit
        self._named = named
        self.findings: list[Finding] = []

    def take(self, question: Question, answers: Sequence[Answer | None]) -> list[Refreshed]:
        """Writes what was said of one work, or why nothing was."""
        from diffkb.store.tables import PaperRow

        entries = list(self._entries(question))
        # Another work may have been joined with it meanwhile, or somebody removed it.
        paper = self._unit.session.get(PaperRow, entries[0].paper_id) if entries else None
        if paper is None or question.identifiers[0] not in self._identifiers(paper):
            return []
        outcome, error = self._write(paper, entries, answers)
        return [
            Refreshed(
                self._named.get(entry.id or 0, str(question.identifiers[0])),
                entry.id,
                outcome,
                error=error,
                expected=entry.id not in self._named and isinstance(error, TurnedAway),
            )
            for entry in entries
        ]

    def _identifiers(self, paper: PaperRow) -> list[Identifier]:
        """Returns the identifiers of a work as they are now."""
        from diffkb.services.versions import identifiers_of
        from diffkb.store.tables import id_of

        return identifiers_of(self._unit.connection, id_of(paper))

    def _entries(self, question: Question) -> Iterator[EntryRow]:
        """Yields the entries of a work that are still there."""
        from diffkb.store.tables import EntryRow

        for entry_id in question.entry_ids:
            entry = self._unit.session.get(EntryRow, entry_id)
            if entry is not None and entry.paper_id is not None:
                yield entry

    def _write(
        self, paper: PaperRow, entries: Sequence[EntryRow], answers: Sequence[Answer | None]
    ) -> tuple[Outcome, DiffkbError | None]:
        """Takes over what was said; of what was not said, the first reason counts."""
        from diffkb.services import accepting
        from diffkb.services.completing import complete_entry

        candidates = [one for one in answers if isinstance(one, Candidate)]
        error = next((one for one in answers if isinstance(one, DiffkbError)), None)
        # The first one last: where nothing else decides, the latest answer counts.
        for candidate in reversed(candidates):
            self.findings += accepting.accept_candidate(self._unit, paper, candidate)
        if candidates:
            for entry in entries:
                complete_entry(self._unit, entry, candidates[0])
            if error is not None and not isinstance(error, UnknownWork):
                accepting.mark_pending(self._unit, paper, error.message)
            return "refreshed", error
        if isinstance(error, UnknownWork):
            accepting.mark_unknown(self._unit, paper, error.message)
        if error is None or isinstance(error, UnknownWork | Interrupted):
            return "failed", error
        accepting.mark_pending(self._unit, paper, error.message)
        return "pending", error

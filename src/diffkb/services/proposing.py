"""Published versions of pre-prints: looking for them, and keeping what is found as proposals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from diffkb import sources
from diffkb.core.identifiers import arxiv_year
from diffkb.core.likeness import Description, year_of
from diffkb.core.models import ARXIV, DOI, Identifier
from diffkb.errors import SourceError
from diffkb.services.asking import collect
from diffkb.services.evidence import Subject, dois_of, weigh
from diffkb.services.opening import open_reader, open_unit
from diffkb.services.refs import resolve_ref

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from diffkb.paths import BaseChoice
    from diffkb.services.evidence import Answers, Found
    from diffkb.services.opening import Progress, Report
    from diffkb.sources.base import Outcome
    from diffkb.sources.http import Door
    from diffkb.store.reader import Proposal, Reader


class Keys(NamedTuple):
    """What services know a person by; OpenAlex is not asked without."""

    s2: str | None
    openalex: str | None


class Proposals(NamedTuple):
    """What is proposed, and which services could not be asked.

    Attributes:
        listed: what waits for a word, by entry.
        errors: one of each service that did not answer.
        interrupted: whether a person did not wait until all were asked.
    """

    listed: list[Proposal]
    errors: list[SourceError]
    interrupted: bool = False


def look_for_versions(
    choice: BaseChoice,
    refs: Sequence[str] | None,
    *,
    keys: Keys,
    door: Callable[[], Door],
    report: Report,
    progress: Progress = lambda _done, _total: None,
) -> Proposals:
    """Looks for the published versions of pre-prints, and keeps what it finds as proposals.

    An interruption ends the asking: what was found until then is kept.

    Args:
        choice: the base.
        refs: the entries; None stands for all papers on arXiv without a DOI.
        keys: for the services that know people by them.
        door: opens the way to the network.
        report: takes a sentence about what is going on.
        progress: takes about how many works of how many a service has answered.

    Returns:
        What is proposed for these entries now, found before or just now.

    Raises:
        EntryNotFound, AmbiguousRef: as `resolve_ref` says.
        StorageError: the base cannot be read or written.
    """
    with open_reader(choice, report) as reader:
        ids = None if refs is None else {resolve_ref(reader, ref) for ref in refs}
        subjects = list(_subjects(reader, ids))
    errors: list[SourceError] = []
    interrupted = False
    if subjects:
        with door() as opened:
            looking = _Looking(opened, keys, report, progress)
            found = looking.look(subjects)
        errors, interrupted = looking.errors(), looking.interrupted
        if found:
            _keep(choice, found, report)
    with open_reader(choice, report) as reader:
        listed = [one for one in reader.proposals() if ids is None or one.entry_id in ids]
    return Proposals(listed, errors, interrupted)


def _subjects(reader: Reader, ids: Iterable[int] | None) -> Iterator[Subject]:
    """Yields the pre-prints among the works of some entries, or of all entries."""
    seen = set()
    for entry_id, title in reader.preprints(None if ids is None else sorted(ids)):
        paper_id = reader.paper_of(entry_id)
        if paper_id is None or paper_id in seen:
            continue
        seen.add(paper_id)
        names = [Identifier(*pair) for pair in reader.identifiers(entry_id)]
        facts = {fact.name: fact.value for fact in reader.facts(entry_id) if fact.chosen}
        [entry] = reader.entries_of([entry_id])
        preprint = next(one for one in names if one.scheme == ARXIV)
        stated = (one for one in reader.proposals(entry_id) if one.stated and one.scheme == DOI)
        yield Subject(
            paper_id,
            preprint,
            Description(
                facts.get("title") or title,
                entry.authors,
                year_of(facts.get("published")) or arxiv_year(preprint),
            ),
            {Identifier(one.scheme, one.value): _origin(one) for one in stated},
            "venue" in facts,
        )


def _origin(proposal: Proposal) -> str:
    """Returns who states a version, without what was found out about it later."""
    return proposal.evidence.partition(";")[0]


class _Looking:
    """Asks one service after the other what became of pre-prints; an interruption ends it.

    Args:
        door: the way to the network.
        keys: for Semantic Scholar and OpenAlex.
        report: is told of waits.
        progress: takes about how many works of how many a service has answered.

    Attributes:
        interrupted: whether a person did not wait for the end.
    """

    def __init__(self, door: Door, keys: Keys, report: Report, progress: Progress) -> None:
        self._door = door
        self._keys = keys
        self._report = report
        self._progress = progress
        self._errors: dict[str, SourceError] = {}
        self.interrupted = False

    def look(self, subjects: Sequence[Subject]) -> list[Found]:
        """Returns the versions that were found."""
        collected = self._ask_collectors([one.identifier for one in subjects])
        searched = self._search(subjects, collected)
        dois = {
            doi for one in subjects for doi in (*one.stated, *dois_of([*collected, searched], one))
        }
        named = sorted(dois, key=str)
        answers = sources.fetch_each(named, door=self._door, report=self._report)
        records = self._hear(answers, len(named))
        return [found for one in subjects for found in weigh(one, collected, searched, records)]

    def errors(self) -> list[SourceError]:
        """Returns why services said nothing, one reason for each."""
        return list(self._errors.values())

    def _ask_collectors(self, refs: Sequence[Identifier]) -> list[Answers]:
        """Returns what Semantic Scholar and OpenAlex say, which join what they take for one."""
        from diffkb.sources import openalex, semantic_scholar

        door, report, keys = self._door, self._report, self._keys
        found = [semantic_scholar.look_up(refs, key=keys.s2, door=door, report=report)]
        if keys.openalex:
            found.append(openalex.look_up(refs, key=keys.openalex, door=door, report=report))
        return [self._hear(answers, len(refs)) for answers in found]

    def _search(self, subjects: Sequence[Subject], collected: Sequence[Answers]) -> Answers:
        """Looks by title for those of which nobody knows a DOI."""
        from diffkb.sources import crossref

        wanted = {
            one.identifier: one.description
            for one in subjects
            if not (one.stated or any(dois_of(collected, one)))
        }
        found = crossref.search(wanted, door=self._door, report=self._report)
        return self._hear(found, len(wanted))

    def _hear(self, answers: Iterable[tuple[Identifier, Outcome]], total: int) -> Answers:
        """Takes the answers of a service, and notes whether it could not be asked."""
        if self.interrupted or not total:
            return {}
        self._progress(0, total)
        asked = collect(answers, lambda done: self._progress(done, total))
        self.interrupted = asked.interrupted
        for answer in asked.answers.values():
            if isinstance(answer, SourceError):
                self._errors.setdefault(answer.source, answer)
        return asked.answers


def _keep(choice: BaseChoice, found: Sequence[Found], report: Report) -> None:
    """Keeps what was found; what a curator decided stays decided."""
    from diffkb.services.versions import OPEN, PUBLISHED, find_proposal, new_proposal
    from diffkb.store.tables import PaperRow

    with open_unit(choice, "refresh", report) as unit:
        for one in found:
            paper = unit.session.get(PaperRow, one.paper_id)
            if paper is None:
                continue
            row = find_proposal(unit, paper, one.version) or new_proposal(
                unit,
                paper,
                one.version,
                relation=PUBLISHED,
                source=one.source,
                evidence=one.evidence,
            )
            if row.state == OPEN:
                row.source, row.evidence = one.source, one.evidence
                row.facts = json.dumps(one.facts, ensure_ascii=False)
                unit.session.add(row)
        unit.session.flush()
        count = len(found)
        unit.summary = f"refresh --proposals: {count} {'version' if count == 1 else 'versions'}"

"""Why something is taken for the published version of a pre-print: stated, or alike enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.likeness import Description, compare, description_of
from diffkb.core.models import DOI, Candidate, Identifier
from diffkb.services.deciding import VENUE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from diffkb.core.likeness import Likeness
    from diffkb.sources.base import Outcome

    Answers = Mapping[Identifier, Outcome]


class Subject(NamedTuple):
    """A pre-print whose published version is looked for.

    Attributes:
        paper_id: its work.
        identifier: its arXiv identifier.
        description: what it is told by.
        stated: the DOIs that its own record names, each with who says so.
        has_venue: whether it is known where it came out.
    """

    paper_id: int
    identifier: Identifier
    description: Description
    stated: dict[Identifier, str]
    has_venue: bool


class Found(NamedTuple):
    """A version that was found, and why it is taken for one.

    Attributes:
        paper_id: the work it is a version of.
        version: its identifier, or its venue.
        source: who says what is known of it.
        evidence: in words for people.
        facts: what is known of it.
    """

    paper_id: int
    version: Identifier
    source: str
    evidence: str
    facts: dict[str, str]


def dois_of(answers: Iterable[Answers], subject: Subject) -> Iterator[Identifier]:
    """Yields the DOIs that services take for the published version."""
    for found in answers:
        answer = found.get(subject.identifier)
        if isinstance(answer, Candidate):
            yield from (one for one in answer.identifiers if one.scheme == DOI)


def weigh(
    subject: Subject, collected: Sequence[Answers], searched: Answers, records: Answers
) -> list[Found]:
    """Returns the versions for which there is evidence: its own record's word, or likeness.

    Args:
        subject: the pre-print.
        collected: what services say that join what they take for one work.
        searched: what was found by title.
        records: what is known of the DOIs that any of them name.
    """
    found = list(_weigh_dois(subject, collected, searched, records))
    return found or list(_weigh_venues(subject, collected))


def _weigh_dois(
    subject: Subject, collected: Sequence[Answers], searched: Answers, records: Answers
) -> Iterator[Found]:
    """Yields the DOIs for which there is evidence."""
    for doi in dict.fromkeys((*subject.stated, *dois_of([*collected, searched], subject))):
        named_by = [one for answers in collected if (one := _naming(answers, subject, doi))]
        by_title = _naming(searched, subject, doi)
        record = records.get(doi)
        best = record if isinstance(record, Candidate) else next(iter(named_by), by_title)
        if best is None:
            continue
        likeness = compare(subject.description, description_of(best))
        stated = subject.stated.get(doi)
        if stated or likeness.suffices:
            yield Found(
                subject.paper_id,
                doi,
                best.source,
                _evidence(likeness, named_by, by_title, stated),
                _facts(best, "title", "venue", "published"),
            )


def _naming(answers: Answers, subject: Subject, doi: Identifier) -> Candidate | None:
    """Returns what a service says of a pre-print, if it names that DOI."""
    answer = answers.get(subject.identifier)
    return answer if isinstance(answer, Candidate) and doi in answer.identifiers else None


def _weigh_venues(subject: Subject, collected: Sequence[Answers]) -> Iterator[Found]:
    """Yields where a work came out that has no DOI, if services know."""
    for answers in collected:
        answer = answers.get(subject.identifier)
        if subject.has_venue or not isinstance(answer, Candidate) or not answer.venue:
            continue
        likeness = compare(subject.description, description_of(answer))
        if likeness.suffices:
            version = Identifier(VENUE, answer.venue)
            evidence = _evidence(likeness, [answer])
            facts = _facts(answer, "title", "venue")
            yield Found(subject.paper_id, version, answer.source, evidence, facts)
            return


def _evidence(
    likeness: Likeness,
    named_by: Iterable[Candidate],
    by_title: Candidate | None = None,
    stated: str | None = None,
) -> str:
    """Says why something is taken for a version of a work."""
    parts = [stated] if stated else []
    if listed := " and ".join(one.source for one in named_by):
        parts.append(f"so does {listed}" if stated else f"{listed} takes the two for one")
    if by_title is not None:
        parts.append(f"found at {by_title.source} by its title")
    return "; ".join([*parts, str(likeness)])


def _facts(candidate: Candidate, *names: str) -> dict[str, str]:
    """Returns what a record says of a version."""
    known = dict(candidate.facts())
    return {name: known[name] for name in names if name in known}

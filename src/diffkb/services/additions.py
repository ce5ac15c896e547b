"""What is asked to be added, what a source said about it, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from diffkb.core import likeness
from diffkb.core.identifiers import arxiv_year, canonical_url, work
from diffkb.core.models import ARXIV, URL, Candidate, Identifier
from diffkb.errors import DiffkbError, UnknownWork

if TYPE_CHECKING:
    from diffkb.core.identifiers import Ref
    from diffkb.core.models import Entry

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
        tags: the labels to give.
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
    tags: tuple[str, ...] = ()


class Added(NamedTuple):
    """What became of one reference.

    Attributes:
        ref: as it was typed.
        line: its line where it came from a file, or None.
        outcome: what became of it.
        identifier: the work it names, or None where it names none.
        entry: the entry, where there is one.
        entry_id: its id.
        asked: whether a source was asked about it, or none had to be.
        error: why it failed or waits, or why a known work could not be asked about.
        left_out: the names of fields that were given and that the list shows otherwise or not.
        same_title: the entries of the same title that stand for other works.
    """

    ref: str
    line: int | None
    outcome: Outcome
    identifier: Identifier | None = None
    entry: Entry | None = None
    entry_id: int | None = None
    asked: bool = True
    error: DiffkbError | None = None
    left_out: tuple[str, ...] = ()
    same_title: tuple[int, ...] = ()


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
        return not (self.known or isinstance(self.answer, UnknownWork))


class Plan(NamedTuple):
    """What is to be added, after everything that can fail early has not failed.

    Attributes:
        request: how.
        items: each reference, those that were not understood as failed already.
        interrupted: whether a person did not wait until all sources were asked.
    """

    request: Request
    items: list[Item | Added]
    interrupted: bool = False


def placeholder_title(ref: Ref) -> str:
    """Returns the title of an entry that nobody has given one yet."""
    if ref.identifier is None:
        return ref.url or ref.text
    name = {"arxiv": "arXiv", "openreview": "OpenReview"}.get(ref.identifier.scheme)
    return f"{name or ref.identifier.scheme}:{ref.identifier.value}"


def work_of(ref: Ref) -> Identifier:
    """Returns the identity of the work a reference names."""
    if ref.identifier is not None:
        return work(ref.identifier)
    return Identifier(URL, canonical_url(ref.url or ref.text))


def year_of(ref: Ref, answer: Answer | None) -> int | None:
    """Returns the year of a new entry: of its first version, else in its arXiv id, else none."""
    if isinstance(answer, Candidate) and (year := published_year(answer)):
        return year
    if ref.identifier is not None and ref.identifier.scheme == ARXIV:
        return arxiv_year(ref.identifier)
    return None


def published_year(candidate: Candidate) -> int | None:
    """Returns the year in which a work's first version came out."""
    return likeness.year_of(candidate.published)

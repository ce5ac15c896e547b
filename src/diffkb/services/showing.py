"""Everything the base knows about one entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from diffkb.errors import EntryNotFound
from diffkb.services.refs import resolve_ref
from diffkb.store.steps import Steps

if TYPE_CHECKING:
    from diffkb.core.models import Entry
    from diffkb.store.reader import Fact, Proposal, Reader
    from diffkb.store.steps import Step


class Details(NamedTuple):
    """An entry with what stands around it.

    Attributes:
        entry: what the list says.
        authors: as the list writes them, or None.
        venue: as the list writes it, or None.
        others: the other entries of the same work.
        private: the note that does not stand in the list.
        state: fetched, pending with the reason, or unfetched; None without a work.
        identifiers: the (scheme, value) pairs of its work.
        facts: what sources said.
        proposals: other versions that are proposed for its work.
        history: the steps that touched it or its work, the oldest first.
    """

    entry: Entry
    authors: str | None
    venue: str | None
    others: list[Entry]
    private: str | None
    state: str | None
    identifiers: list[tuple[str, str]]
    facts: list[Fact]
    proposals: list[Proposal]
    history: list[Step]


def describe_entry(reader: Reader, ref: str) -> Details:
    """Returns what is known about the entry that is meant.

    Raises:
        EntryNotFound, AmbiguousRef: as `resolve_ref` says.
    """
    entry_id = resolve_ref(reader, ref)
    [entry] = reader.entries_of([entry_id])
    return Details(
        entry,
        *reader.listed_credits(entry_id),
        list(reader.entries_of(reader.others_of_work(entry_id))),
        reader.private_note(entry_id),
        reader.state(entry_id),
        reader.identifiers(entry_id),
        reader.facts(entry_id),
        reader.proposals(entry_id),
        Steps(reader).of_entry(entry_id)[::-1],
    )


def markdown_of(reader: Reader, entry_id: int) -> str:
    """Returns an entry's own Markdown, without the blank lines around it.

    Raises:
        EntryNotFound: there is no such entry.
    """
    from diffkb.markdown.blocks import leading, trailing

    raw = reader.raw_of(entry_id)
    if raw is None:
        raise EntryNotFound(str(entry_id))
    text = raw.decode("utf-8", "surrogateescape")
    return text[leading(text) : trailing(text)]

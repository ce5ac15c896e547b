"""A curator's word on what is proposed: applying it, or turning it down for good."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from diffkb.core.identifiers import parse_ref
from diffkb.core.models import Identifier
from diffkb.errors import AmbiguousProposal, MalformedIdentifier, NothingProposed
from diffkb.services.opening import open_reader, open_unit
from diffkb.services.refs import resolve_ref
from diffkb.store.reader import Reader

if TYPE_CHECKING:
    from diffkb.paths import BaseChoice
    from diffkb.services.opening import Report
    from diffkb.store.reader import Proposal
    from diffkb.store.writer import UnitOfWork

# Of a version that has no identifier, what is proposed is where it came out.
VENUE = "venue"


def decide(
    choice: BaseChoice,
    ref: str,
    named: str | None,
    *,
    reject: bool,
    dry_run: bool,
    report: Report,
) -> Proposal:
    """Applies what is proposed for an entry, or turns it down for good.

    Its identifier becomes one of the entry's work, and what is known of it is taken over; where
    another work has it, the two become one.

    Args:
        choice: the base.
        ref: the entry.
        named: the identifier or the venue that is proposed; None where there is only one.
        reject: whether it is turned down.
        dry_run: whether nothing is written.
        report: takes a sentence about what had to be done.

    Raises:
        EntryNotFound, AmbiguousRef: as `resolve_ref` says.
        NothingProposed, AmbiguousProposal: none is, or several are.
        StorageError: the base cannot be read or written.
    """
    with open_reader(choice, report) as reader:
        chosen = _choose(reader, resolve_ref(reader, ref), named)
    if not dry_run:
        verb = "reject" if reject else "accept"
        with open_unit(choice, "accept", report) as unit:
            # Another process may have changed something since.
            reader = Reader(unit.connection, unit.path)
            chosen = _choose(reader, resolve_ref(reader, ref), named)
            (_reject if reject else _accept)(unit, chosen)
            unit.summary = f"{verb} {chosen.value} for entry {chosen.entry_id}"
    return chosen


def facts_of(proposal: Proposal) -> dict[str, str]:
    """Returns what is known of a version that is proposed: title, venue, published."""
    found: dict[str, str] = json.loads(proposal.facts) if proposal.facts else {}
    return found


def _choose(reader: Reader, entry_id: int, named: str | None) -> Proposal:
    """Returns the proposal that is meant.

    Raises:
        NothingProposed, AmbiguousProposal: none is, or several are.
    """
    found = reader.proposals(entry_id)
    if named is not None:
        values = {named}
        try:
            identifier = parse_ref(named).identifier
        except MalformedIdentifier:
            identifier = None
        if identifier is not None:
            values.add(identifier.value)
        found = [one for one in found if one.value in values]
    if not found:
        raise NothingProposed(entry_id, named)
    if len(found) > 1:
        raise AmbiguousProposal(entry_id, [one.value for one in found])
    return found[0]


def _accept(unit: UnitOfWork, chosen: Proposal) -> None:
    """Makes a version one with the work it is proposed for."""
    from diffkb.services.facts import keep_fact
    from diffkb.services.identity import add_identifiers, join_papers
    from diffkb.services.versions import ACCEPTED, bring_together, paper_of
    from diffkb.store.tables import PaperRow, ProposalRow

    row = unit.session.get_one(ProposalRow, chosen.id)
    paper = unit.session.get_one(PaperRow, row.paper_id)
    version = Identifier(row.scheme, row.value)
    row.state = ACCEPTED
    unit.session.add(row)
    unit.session.flush()
    holder = None if row.scheme == VENUE else paper_of(unit.connection, version)
    if holder is not None and holder != paper.id:
        other = unit.session.get_one(PaperRow, holder)
        bring_together(unit, paper, other)
        join_papers(unit, paper, other)
    elif row.scheme != VENUE:
        add_identifiers(unit, paper, [version])
    for name, value in facts_of(chosen).items():
        if name != "title":
            keep_fact(unit, paper, name, value, row.source)


def _reject(unit: UnitOfWork, chosen: Proposal) -> None:
    """Turns a version down for good."""
    from diffkb.services.versions import REJECTED
    from diffkb.store.tables import ProposalRow

    row = unit.session.get_one(ProposalRow, chosen.id)
    row.state = REJECTED
    unit.session.add(row)

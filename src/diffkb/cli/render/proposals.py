"""Proposals as people and programs are shown them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diffkb.cli.render.messages import printable
from diffkb.services.deciding import VENUE, facts_of

if TYPE_CHECKING:
    from diffkb.store.reader import Proposal


def proposal_line(proposal: Proposal, *, terminal: bool) -> str:
    """Returns a proposal as a line: entry, version, venue, date, evidence.

    Args:
        proposal: what is proposed.
        terminal: whether a person watches; else there are tabs between the columns.
    """
    facts = facts_of(proposal)
    if terminal:
        return printable(f"{proposal.entry_id}  {described(proposal)}: {proposal.evidence}")
    identifier = "" if proposal.scheme == VENUE else proposal.value
    columns = (
        str(proposal.entry_id),
        identifier,
        facts.get("venue", ""),
        facts.get("published", ""),
        proposal.evidence,
    )
    return "\t".join(map(printable, columns))


def described(proposal: Proposal) -> str:
    """Returns a version in words: its identifier, where it came out, and when."""
    facts = facts_of(proposal)
    where = ", ".join(filter(None, (facts.get("venue"), facts.get("published", "")[:4])))
    if proposal.scheme == VENUE:
        return where or proposal.value
    name = f"pre-print {proposal.value}" if proposal.relation == "preprint" else proposal.value
    return f"{name} ({where})" if where else name


def proposal_object(proposal: Proposal) -> dict[str, Any]:
    """Returns a proposal as JSON holds it; what is not known is null."""
    facts = facts_of(proposal)
    identifier = {"scheme": proposal.scheme, "value": proposal.value, "version": None}
    return {
        "entry": proposal.entry_id,
        "identifier": None if proposal.scheme == VENUE else identifier,
        "relation": proposal.relation,
        "stated": bool(proposal.stated),
        "title": facts.get("title"),
        "venue": facts.get("venue"),
        "published": facts.get("published"),
        "source": proposal.source,
        "evidence": proposal.evidence,
        "found": proposal.found,
    }

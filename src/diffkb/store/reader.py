"""The read path: what commands ask of a base, as SQL over sqlite3."""

from __future__ import annotations

from diffkb.store.document_reads import Document
from diffkb.store.entry_reads import EntryReads
from diffkb.store.ref_reads import RefReads
from diffkb.store.work_reads import Fact, Proposal, Work, WorkReads

__all__ = ["Document", "Fact", "Proposal", "Reader", "Work"]


class Reader(EntryReads, RefReads, WorkReads):
    """A base that is open for reading: documents, entries, refs and works."""

"""What is asked of works: which entry has which, and what sources said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from diffkb.store.opening import translating
from diffkb.store.reads import Reads

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Fact(NamedTuple):
    """What one source said about a work, and when; `chosen` is 1 where that source counts."""

    name: str
    value: str
    source: str
    fetched: str
    chosen: int


class Work(NamedTuple):
    """The work of an entry: why and when it was asked about, and its (scheme, value) pairs."""

    entry_id: int
    paper_id: int | None
    state: str | None
    reason: str | None
    asked: str | None
    url: str | None
    identifiers: list[tuple[str, str]]


class Proposal(NamedTuple):
    """Another version that is proposed for an entry's work; the columns are ProposalRow's."""

    entry_id: int
    id: int
    scheme: str
    value: str
    relation: str
    stated: int
    source: str
    evidence: str
    facts: str | None
    found: str


class WorkReads(Reads):
    """Reads works."""

    def works(self, ids: Sequence[int] | None, *, stale: str) -> Iterator[Work]:
        """Yields entries with their works, in list order.

        Args:
            ids: which entries; None for those whose work is pending, unfetched or stale, or of
                which not all could be asked.
            stale: the time at which or before which a work that is stale was asked about last.
        """
        where = "p.state IN ('pending', 'unfetched')"
        where += " OR (p.state = 'fetched' AND"
        where += " (coalesce(p.asked, '') <= ? OR p.reason IS NOT NULL))"
        if ids is not None:
            where = f"e.id IN ({', '.join('?' * len(ids))})"
        found = list(
            self.rows(
                "SELECT e.id, e.paper_id, p.state, p.reason, p.asked, e.url"
                " FROM blocks b CROSS JOIN entries e ON e.block_id = b.id"
                f" LEFT JOIN papers p ON p.id = e.paper_id WHERE {where}"
                " ORDER BY b.document_id, b.position, e.ordinal",
                (stale,) if ids is None else ids,
            )
        )
        for row in found:
            yield Work._make((*row, self.identifiers(row[0])))

    def paper_of(self, entry_id: int) -> int | None:
        """Returns the number of an entry's work, if it has one."""
        found = self.rows("SELECT paper_id FROM entries WHERE id = ?", (entry_id,))
        return next((paper_id for (paper_id,) in found), None)

    def papers(self) -> dict[int, int | None]:
        """Returns the number of each entry's work."""
        return dict(self.rows("SELECT id, paper_id FROM entries"))

    def ids_by_paper(self, paper_id: int) -> list[int]:
        """Returns the entries of a work, in list order."""
        return self._ids(
            "SELECT e.id FROM entries e JOIN blocks b ON b.id = e.block_id WHERE e.paper_id = ?"
            " ORDER BY b.document_id, b.position, e.ordinal",
            [paper_id],
        )

    def others_of_work(self, entry_id: int) -> list[int]:
        """Returns the other entries of an entry's work, in list order."""
        found = self.rows(
            "SELECT o.id FROM entries e JOIN entries o ON o.paper_id = e.paper_id AND o.id <> e.id"
            " JOIN blocks b ON b.id = o.block_id WHERE e.id = ?"
            " ORDER BY b.document_id, b.position, o.ordinal",
            (entry_id,),
        )
        return [row[0] for row in found]

    def identifiers(self, entry_id: int) -> list[tuple[str, str]]:
        """Returns the (scheme, value) pairs of an entry's work."""
        found = self.rows(
            "SELECT i.scheme, i.value FROM entries e JOIN identifiers i"
            " ON i.paper_id = e.paper_id WHERE e.id = ? ORDER BY i.id",
            (entry_id,),
        )
        return [(scheme, value) for scheme, value in found]

    def state(self, entry_id: int) -> str | None:
        """Returns the state of an entry's work, with the reason where it is pending."""
        found = self.rows(
            "SELECT p.state, p.reason FROM entries e JOIN papers p ON p.id = e.paper_id"
            " WHERE e.id = ?",
            (entry_id,),
        )
        for state, reason in found:
            return f"{state}: {reason}" if reason else str(state)
        return None

    def states(self) -> dict[str, int]:
        """Returns how many entries have a work that is unfetched, pending, fetched."""
        found = self.rows(
            "SELECT p.state, count(*) FROM entries e JOIN papers p ON p.id = e.paper_id"
            " GROUP BY p.state"
        )
        return dict(found)

    def facts(self, entry_id: int) -> list[Fact]:
        """Returns what sources said about an entry's work, the chosen ones first."""
        found = self.rows(
            "SELECT f.name, f.value, f.source, f.fetched, f.chosen FROM entries e"
            " JOIN facts f ON f.paper_id = e.paper_id WHERE e.id = ?"
            " ORDER BY f.chosen DESC, f.id",
            (entry_id,),
        )
        return [Fact(*row) for row in found]

    def preprints(self, ids: Sequence[int] | None) -> list[tuple[int, str]]:
        """Returns entries of papers on arXiv, with their titles.

        Args:
            ids: of these entries; None for all whose paper has no DOI.
        """
        where = "NOT EXISTS (SELECT 1 FROM identifiers WHERE paper_id = i.paper_id"
        where += " AND scheme = 'doi')"
        if ids is not None:
            where = f"e.id IN ({', '.join('?' * len(ids))})"
        found = self.rows(
            "SELECT e.id, e.title FROM identifiers i JOIN entries e ON e.paper_id = i.paper_id"
            f" WHERE i.scheme = 'arxiv' AND {where} ORDER BY e.id",
            ids or (),
        )
        return [(entry_id, title) for entry_id, title in found]

    def proposals(self, entry_id: int | None = None) -> list[Proposal]:
        """Returns what is proposed for an entry's work and not decided, or for that of any."""
        found = self.rows(
            "SELECT e.id, p.id, p.scheme, p.value, p.relation, p.stated, p.source, p.evidence,"
            " p.facts, p.found FROM proposals p JOIN entries e ON e.paper_id = p.paper_id"
            " WHERE p.state = 'open' AND (?1 IS NULL OR e.id = ?1) ORDER BY e.id, p.id",
            (entry_id,),
        )
        return [Proposal(*row) for row in found]

    def records(self, table: str) -> Iterator[dict[str, Any]]:
        """Yields the rows of a table, by column."""
        with translating(self.path):
            cursor = self.connection.execute(f"SELECT * FROM {table} ORDER BY id")
            names = [column[0] for column in cursor.description]
            for row in cursor:
                yield dict(zip(names, row, strict=True))

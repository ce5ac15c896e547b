"""The read path: what commands ask of a base, as SQL over sqlite3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Self

from diffkb.core.outline import Node, Outline, Span, fold_name
from diffkb.core.query import is_everything
from diffkb.store.opening import connect_for_reading, translating
from diffkb.store.sql import (
    count_entries,
    count_words,
    select_entries,
    select_ranked,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from diffkb.core.models import Entry
    from diffkb.core.query import Condition, SortKey

# SQLite's integers have at most 19 digits; of those the first 18 always fit.
MOST_DIGITS = 18
# Entries that are ranked or sorted as a whole; of more, what is shown first is not worth the time.
MOST_RANKED = 20_000
# The sections of the folded name ?1, in the document ?2 if it is given. Names of plain letters with
# single blanks, which are most, are folded by SQLite itself and looked up.
_NAMED = (
    "SELECT s.id, s.document_id, b.position FROM sections s JOIN blocks b ON b.id = s.block_id"
    " WHERE s.role = 'section' AND (?2 IS NULL OR s.document_id = ?2)"
)
SECTIONS_NAMED = (
    f"{_NAMED} AND s.name = ?1 COLLATE NOCASE"
    f" UNION {_NAMED} AND (s.name GLOB '*[^ -~]*' OR s.name GLOB '*  *' OR trim(s.name) <> s.name)"
    " AND fold_name(s.name) = ?1 ORDER BY 2, 3"
)
# Entries of which each can be asked about by itself; of more, everything is read at once.
FEW = 500


class Document(NamedTuple):
    """A document of the base."""

    id: int
    name: str
    title: str | None
    path: str | None
    sha256: str | None
    dialect: str
    preferred: bool


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


class Reader:
    """A base that is open for reading.

    Args:
        connection: to the base; the reader closes it at its end.
        path: the base's file, for what may have to be said about it.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self.path = path
        self._folds_names = False

    @classmethod
    def open(cls, path: Path) -> Self:
        """Opens a base; what may be raised is what `connect_for_reading` says."""
        return cls(connect_for_reading(path), path)

    def __enter__(self) -> Self:
        """Returns the reader."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Closes the base."""
        self.connection.close()

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Yields the rows of a statement as SQLite finds them.

        Raises:
            StorageError: the base cannot be read any further.
        """
        with translating(self.path):
            # Not `yield from`: that would close the cursor of a base that was closed before it.
            for row in self.connection.execute(statement, parameters):  # noqa: UP028
                yield row

    def documents(self) -> list[Document]:
        """Returns the documents in the order in which they came."""
        found = self.rows(
            "SELECT id, name, title, path, sha256, dialect, preferred FROM documents ORDER BY id"
        )
        return [Document(*row) for row in found]

    def outline(self, document_id: int | None = None) -> Outline:
        """Returns the headings of a document, or of all."""
        found = self.rows(
            "SELECT s.id, s.document_id, s.parent_id, s.role, s.level, s.name, s.year, s.block_id,"
            " b.position FROM sections s JOIN blocks b ON b.id = s.block_id"
            " WHERE ?1 IS NULL OR s.document_id = ?1 ORDER BY s.document_id, b.position",
            (document_id,),
        )
        return Outline(Node(*row) for row in found)

    def spans_named(self, name: str, document_id: int | None = None) -> list[Span]:
        """Returns the stretches of the sections of a whole name, whatever its case.

        It is what the outline would tell, without reading the headings that are not meant.

        Args:
            name: the name, no path.
            document_id: the document; None for all.
        """
        if not self._folds_names:
            # Each time it is taught anew, SQLite forgets all statements it has prepared.
            self.connection.create_function("fold_name", 1, fold_name, deterministic=True)
            self._folds_names = True
        wanted = fold_name(name.replace("\\/", "/"))
        found = self.rows(SECTIONS_NAMED, (wanted, document_id))
        return [
            Span(document, low, self._end(section, document)) for section, document, low in found
        ]

    def _end(self, section_id: int, document_id: int) -> int | None:
        """Returns where the heading after a section and all below it stands; None at the end."""
        found = self.rows(
            "WITH RECURSIVE below (id, block_id) AS ("
            " SELECT id, block_id FROM sections WHERE id = ?1 UNION ALL"
            " SELECT s.id, s.block_id FROM below JOIN sections s ON s.parent_id = below.id)"
            " SELECT b.position FROM blocks b CROSS JOIN sections s ON s.block_id = b.id"
            " WHERE b.document_id = ?2 AND b.position > ("
            " SELECT max(position) FROM below CROSS JOIN blocks ON blocks.id = below.block_id)"
            " ORDER BY b.position LIMIT 1",
            (section_id, document_id),
        )
        return next((position for (position,) in found), None)

    def outline_above(self, section_ids: Iterable[int | None]) -> Outline:
        """Returns some sections and the headings above them: enough to tell their paths."""
        wanted = sorted({one for one in section_ids if one is not None})
        marks = ", ".join("?" * len(wanted))
        found = self.rows(
            f"WITH RECURSIVE above (id) AS (SELECT id FROM sections WHERE id IN ({marks}) UNION"
            " SELECT s.parent_id FROM above JOIN sections s ON s.id = above.id"
            " WHERE s.parent_id IS NOT NULL)"
            " SELECT s.id, s.document_id, s.parent_id, s.role, s.level, s.name, s.year, s.block_id,"
            " b.position FROM above CROSS JOIN sections s ON s.id = above.id"
            " CROSS JOIN blocks b ON b.id = s.block_id ORDER BY s.document_id, b.position",
            wanted,
        )
        return Outline(Node(*row) for row in found)

    def entry_rows(
        self,
        columns: Sequence[str],
        condition: Condition,
        order: Iterable[SortKey] = (),
        limit: int | None = None,
    ) -> Iterator[tuple[Any, ...]]:
        """Yields columns of entries; the arguments are those of `select_entries`."""
        self._learn(condition)
        few = self._are_few(condition)
        return self.rows(*select_entries(columns, condition, order, limit, few=few))

    def ranked_ids(self, condition: Condition, limit: int) -> list[int] | None:
        """Returns entries by how well their texts hold what is sought, the best first.

        Of more than MOST_RANKED entries, to rank them all would take seconds: those that hold it
        in their titles come first, then the newest, each of these ranked; then the others as they
        stand in the list.

        Args:
            condition: which.
            limit: at most so many.

        Returns:
            None where the condition may hold for an entry without any word of it.
        """
        from diffkb.store.conditions import required_words

        expression = required_words(condition)
        if expression is None:
            return None
        self._learn(condition)
        # One more than may be: counting them first would go through them twice.
        all_of_them = select_ranked(condition, expression, limit, MOST_RANKED + 1, newest=False)
        rows = list(self.rows(*all_of_them))
        if rows[0][1] <= MOST_RANKED if rows else not self._are_many(expression):
            return [entry_id for entry_id, _ in rows]
        found: dict[int, None] = {}
        for narrowed in (f"{{title}} : ({expression})", expression):
            if len(found) < limit:
                ranked = select_ranked(condition, narrowed, limit, MOST_RANKED, newest=True)
                found.update(dict.fromkeys(self._ids(*ranked)))
        if len(found) < limit:
            rest = select_entries(("id",), condition, limit=limit)
            found.update(dict.fromkeys(self._ids(*rest)))
        return list(found)[:limit]

    def _are_few(self, condition: Condition) -> bool:
        """Says whether a condition leads to few entries that can be looked up."""
        if is_everything(condition):
            return False
        from diffkb.store.conditions import is_looked_up, required_words

        if is_looked_up(condition):
            return True
        expression = required_words(condition)
        return expression is not None and not self._are_many(expression)

    def _are_many(self, expression: str) -> bool:
        """Says whether more entries hold what is sought than are ranked."""
        [(count,)] = self.rows(*count_words(expression, MOST_RANKED + 1))
        return bool(count > MOST_RANKED)

    def indexed_words(self, beginning: str, limit: int) -> list[str]:
        """Returns folded words of the index that begin so, those of the most entries first."""
        # U+10FFFF comes after every letter.
        found = self.rows(
            "SELECT term FROM search_words WHERE term >= ? AND term < ? ORDER BY doc DESC LIMIT ?",
            (beginning, beginning + "\U0010ffff", limit),
        )
        return [word for (word,) in found]

    def entries(
        self,
        condition: Condition,
        order: Iterable[SortKey] = (),
        limit: int | None = None,
        *,
        outline: Outline | None = None,
    ) -> Iterator[Entry]:
        """Yields whole entries.

        Args:
            condition: which.
            order: by what to sort before the list's own order.
            limit: at most so many.
            outline: the base's headings, where they are known already.
        """
        from diffkb.store.entries import ENTRY_COLUMNS, make_entry

        headings = outline or self.outline()
        for row in self.entry_rows(ENTRY_COLUMNS, condition, order, limit):
            yield make_entry(row, headings)

    def entries_of(self, ids: Sequence[int]) -> list[Entry]:
        """Returns the entries of those ids in that order; ids that nobody has are left out."""
        from diffkb.store.entries import SECTION, SELECT_ENTRY, make_entry

        rows = [row for entry_id in ids for row in self.rows(SELECT_ENTRY, (entry_id,))]
        sections = {row[SECTION] for row in rows}
        headings = self.outline_above(sections) if len(rows) < FEW else self.outline()
        return [make_entry(row, headings) for row in rows]

    def count(self, condition: Condition) -> tuple[int, int]:
        """Returns how many entries there are, and how many of them are unrated."""
        self._learn(condition)
        total, unrated = next(self.rows(*count_entries(condition)))
        return total, unrated

    def _learn(self, condition: Condition) -> None:
        """Teaches SQL what a condition needs; most need nothing, and are answered at once."""
        if is_everything(condition):
            return
        from diffkb.store.conditions import needs_functions

        if needs_functions(condition):
            from diffkb.store.functions import teach_functions

            teach_functions(self.connection)

    def document_counts(self) -> list[tuple[Document, int]]:
        """Returns the documents, each with the number of its entries."""
        counts = dict(self.rows("SELECT document_id, count(*) FROM entries GROUP BY document_id"))
        return [(document, counts.get(document.id, 0)) for document in self.documents()]

    def section_counts(self) -> list[tuple[int | None, int, int]]:
        """Returns for each section its id, how many entries it has itself, and the unrated."""
        found = self.rows(
            "SELECT section_id, count(*), count(*) - count(wr) FROM entries GROUP BY section_id"
        )
        return [(section_id, entries, unrated) for section_id, entries, unrated in found]

    def states(self) -> dict[str, int]:
        """Returns how many entries have a work that is unfetched, pending, fetched."""
        found = self.rows(
            "SELECT p.state, count(*) FROM entries e JOIN papers p ON p.id = e.paper_id"
            " GROUP BY p.state"
        )
        return dict(found)

    def ids_by_identifier(self, scheme: str, value: str) -> list[int]:
        """Returns the entries of the work with that identifier, in list order."""
        return [
            row[0]
            for row in self.rows(
                "SELECT e.id FROM identifiers i JOIN entries e ON e.paper_id = i.paper_id"
                " JOIN blocks b ON b.id = e.block_id WHERE i.scheme = ? AND i.value = ?"
                " ORDER BY b.document_id, b.position, e.ordinal",
                (scheme, value),
            )
        ]

    def ids_by_paper(self, paper_id: int) -> list[int]:
        """Returns the entries of a work, in list order."""
        return self._ids(
            "SELECT e.id FROM entries e JOIN blocks b ON b.id = e.block_id WHERE e.paper_id = ?"
            " ORDER BY b.document_id, b.position, e.ordinal",
            [paper_id],
        )

    def last_first(self, ids: Sequence[int]) -> list[int]:
        """Returns entries by where they stand, those last in their lists first."""
        listed = ", ".join(map(str, ids))
        return self._ids(
            "SELECT e.id FROM json_each(?) JOIN entries e ON e.id = value JOIN blocks b"
            " ON b.id = e.block_id ORDER BY b.document_id DESC, b.position DESC, e.ordinal DESC",
            [f"[{listed}]"],
        )

    def paper_of(self, entry_id: int) -> int | None:
        """Returns the number of an entry's work, if it has one."""
        found = self.rows("SELECT paper_id FROM entries WHERE id = ?", (entry_id,))
        return next((paper_id for (paper_id,) in found), None)

    def links_of(self, entry_id: int) -> tuple[str | None, str | None]:
        """Returns an entry's link, and its further links as JSON."""
        url, links = next(self.rows("SELECT url, links FROM entries WHERE id = ?", (entry_id,)))
        return url, links

    def ids_by_id(self, text: str) -> list[int]:
        """Returns the entry whose id those digits are; too many digits are nobody's."""
        if len(text) > MOST_DIGITS:
            return []
        return self._ids("SELECT id FROM entries WHERE id = ?", [int(text)])

    def ids_by_key(self, key: str) -> list[int]:
        """Returns the entry with that citation key."""
        return self._ids("SELECT id FROM entries WHERE citation_key = ?", [key])

    def ids_by_title(self, title: str) -> list[int]:
        """Returns the entries with that title, whatever its case and diacritics."""
        folded = self._folding()(" ".join(title.split()))
        return self._ids("SELECT id FROM entries WHERE fold(title) = ? ORDER BY id", [folded])

    def ids_by_words(self, words: Sequence[str]) -> list[int]:
        """Returns the entries whose title holds those words, whatever their case and diacritics."""
        folded = map(self._folding(), words)
        where = " AND ".join(["instr(fold(title), ?)"] * len(words))
        return self._ids(f"SELECT id FROM entries WHERE {where} ORDER BY id", [*folded])

    def ids_in_document(self, ids: Sequence[int], document_id: int) -> list[int]:
        """Returns which of some entries stand in a document."""
        marks = ", ".join("?" * len(ids))
        return self._ids(
            f"SELECT id FROM entries WHERE document_id = ? AND id IN ({marks}) ORDER BY id",
            [document_id, *ids],
        )

    def titles(self, ids: Sequence[int]) -> list[tuple[int, str]]:
        """Returns the (id, title) pairs of entries."""
        marks = ", ".join("?" * len(ids))
        found = self.rows(f"SELECT id, title FROM entries WHERE id IN ({marks}) ORDER BY id", ids)
        return [(entry_id, title) for entry_id, title in found]

    def _folding(self) -> Callable[[str], str]:
        """Teaches SQL to fold text as Python does, and returns how that is done."""
        from diffkb.core.text import fold

        self.connection.create_function("fold", 1, fold, deterministic=True)
        return fold

    def _ids(self, statement: str, parameters: Sequence[Any]) -> list[int]:
        """Returns the ids a statement finds."""
        return [row[0] for row in self.rows(statement, parameters)]

    def refs_starting(self, text: str, limit: int) -> list[str]:
        """Returns ids and citation keys of entries that start with a text."""
        found = self.rows(
            "SELECT cast(id AS TEXT) FROM entries WHERE cast(id AS TEXT) LIKE ?1 ESCAPE '\\'"
            " UNION ALL SELECT citation_key FROM entries WHERE citation_key LIKE ?1 ESCAPE '\\'"
            " LIMIT ?2",
            (f"{_literal(text)}%", limit),
        )
        return [ref for (ref,) in found]

    def tags_starting(self, text: str, limit: int) -> list[str]:
        """Returns the labels that start with a text, each once."""
        found = self.rows(
            "SELECT DISTINCT name FROM tags WHERE name LIKE ? ESCAPE '\\' ORDER BY name LIMIT ?",
            (f"{_literal(text)}%", limit),
        )
        return [name for (name,) in found]

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

    def texts(self, document_id: int) -> Iterator[bytes]:
        """Yields a document's bytes, block by block."""
        for (raw,) in self.rows(
            "SELECT raw FROM blocks WHERE document_id = ? ORDER BY position", (document_id,)
        ):
            yield raw

    def raw_of(self, entry_id: int) -> bytes | None:
        """Returns the bytes of the block an entry stands in."""
        found = self.rows(
            "SELECT b.raw FROM entries e JOIN blocks b ON b.id = e.block_id WHERE e.id = ?",
            (entry_id,),
        )
        return next((raw for (raw,) in found), None)

    def blocks(self, document_id: int) -> Iterator[tuple[str, bytes]]:
        """Yields the kind and the bytes of each block of a document."""
        yield from self.rows(
            "SELECT kind, raw FROM blocks WHERE document_id = ? ORDER BY position", (document_id,)
        )

    def entry_of_each_block(self, document_id: int) -> list[int | None]:
        """Returns for each block of a document its entry, where it has one."""
        found = self.rows(
            "SELECT e.id FROM blocks b LEFT JOIN entries e ON e.block_id = b.id AND e.ordinal = 0"
            " WHERE b.document_id = ? ORDER BY b.position",
            (document_id,),
        )
        return [entry_id for (entry_id,) in found]

    def records(self, table: str) -> Iterator[dict[str, Any]]:
        """Yields the rows of a table, by column."""
        with translating(self.path):
            cursor = self.connection.execute(f"SELECT * FROM {table} ORDER BY id")
            names = [column[0] for column in cursor.description]
            for row in cursor:
                yield dict(zip(names, row, strict=True))

    def papers(self) -> dict[int, int | None]:
        """Returns the number of each entry's work."""
        return dict(self.rows("SELECT id, paper_id FROM entries"))

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

    def identifiers(self, entry_id: int) -> list[tuple[str, str]]:
        """Returns the (scheme, value) pairs of an entry's work."""
        found = self.rows(
            "SELECT i.scheme, i.value FROM entries e JOIN identifiers i"
            " ON i.paper_id = e.paper_id WHERE e.id = ? ORDER BY i.id",
            (entry_id,),
        )
        return [(scheme, value) for scheme, value in found]

    def listed_credits(self, entry_id: int) -> tuple[str | None, str | None]:
        """Returns authors and venue of an entry as its list writes them."""
        found = self.rows("SELECT authors, venue FROM entries WHERE id = ?", (entry_id,))
        return next(((authors, venue) for authors, venue in found), (None, None))

    def others_of_work(self, entry_id: int) -> list[int]:
        """Returns the other entries of an entry's work, in list order."""
        found = self.rows(
            "SELECT o.id FROM entries e JOIN entries o ON o.paper_id = e.paper_id AND o.id <> e.id"
            " JOIN blocks b ON b.id = o.block_id WHERE e.id = ?"
            " ORDER BY b.document_id, b.position, o.ordinal",
            (entry_id,),
        )
        return [row[0] for row in found]

    def private_note(self, entry_id: int) -> str | None:
        """Returns the note that does not stand in the Markdown."""
        found = self.rows(
            "SELECT text FROM notes WHERE entry_id = ? AND kind = 'private'", (entry_id,)
        )
        return next((text for (text,) in found), None)


def _literal(text: str) -> str:
    r"""Returns text for LIKE with `\` as its escape, so that it stands for itself."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

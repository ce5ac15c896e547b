"""What is asked of documents: their names, their headings, their bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.outline import Node, Outline, Span, fold_name
from diffkb.store.reads import Reads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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


class Document(NamedTuple):
    """A document of the base."""

    id: int
    name: str
    title: str | None
    path: str | None
    sha256: str | None
    dialect: str
    preferred: bool


class DocumentReads(Reads):
    """Reads documents and their sections."""

    _folds_names = False

    def documents(self) -> list[Document]:
        """Returns the documents in the order in which they came."""
        found = self.rows(
            "SELECT id, name, title, path, sha256, dialect, preferred FROM documents ORDER BY id"
        )
        return [Document(*row) for row in found]

    def document_counts(self) -> list[tuple[Document, int]]:
        """Returns the documents, each with the number of its entries."""
        counts = dict(self.rows("SELECT document_id, count(*) FROM entries GROUP BY document_id"))
        return [(document, counts.get(document.id, 0)) for document in self.documents()]

    def outline(self, document_id: int | None = None) -> Outline:
        """Returns the headings of a document, or of all."""
        found = self.rows(
            "SELECT s.id, s.document_id, s.parent_id, s.role, s.level, s.name, s.year, s.block_id,"
            " b.position FROM sections s JOIN blocks b ON b.id = s.block_id"
            " WHERE ?1 IS NULL OR s.document_id = ?1 ORDER BY s.document_id, b.position",
            (document_id,),
        )
        return Outline(Node(*row) for row in found)

    def spans_of_lines(self, low: int | None, high: int | None) -> list[Span]:
        """Returns the stretches of all documents whose blocks begin in some lines.

        Lines end in line feeds, in a document that has none in carriage returns, as the lens counts
        them; blank lines before a block are not its own.

        Args:
            low: the first line, from 1; None for the first of all.
            high: the last line; None for the last of all.
        """
        with_feeds = dict(
            self.rows(
                "SELECT document_id, max(instr(raw, x'0a') > 0) OR NOT max(instr(raw, x'0d') > 0)"
                " FROM blocks GROUP BY document_id"
            )
        )
        return [
            span
            for document_id, feeds in sorted(with_feeds.items())
            if (span := self._span_of_lines(document_id, b"\n" if feeds else b"\r", low, high))
        ]

    def _span_of_lines(
        self, document_id: int, line_end: bytes, low: int | None, high: int | None
    ) -> Span | None:
        """Returns the stretch of a document whose blocks begin in some lines; None without any."""
        first: int | None = None
        line = 1
        blocks = self.rows(
            "SELECT position, raw FROM blocks WHERE document_id = ? ORDER BY position",
            (document_id,),
        )
        for position, raw in blocks:
            begins = line + raw.count(line_end, 0, len(raw) - len(raw.lstrip(b"\r\n")))
            if high is not None and begins > high:
                return None if first is None else Span(document_id, first, position)
            if first is None and (low is None or begins >= low):
                first = position
            line += raw.count(line_end)
        return None if first is None else Span(document_id, first, None)

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

    def section_counts(self) -> list[tuple[int | None, int, int]]:
        """Returns for each section its id, how many entries it has itself, and the unrated."""
        found = self.rows(
            "SELECT section_id, count(*), count(*) - count(wr) FROM entries GROUP BY section_id"
        )
        return [(section_id, entries, unrated) for section_id, entries, unrated in found]

    def texts(self, document_id: int) -> Iterator[bytes]:
        """Yields a document's bytes, block by block."""
        for (raw,) in self.rows(
            "SELECT raw FROM blocks WHERE document_id = ? ORDER BY position", (document_id,)
        ):
            yield raw

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

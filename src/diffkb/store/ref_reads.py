"""Which entries go by a name: an id, an identifier, a citation key, a title, words of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.store.reads import Reads

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# SQLite's integers have at most 19 digits; of those the first 18 always fit.
MOST_DIGITS = 18


class RefReads(Reads):
    """Reads which entries are named."""

    def ids_by_id(self, text: str) -> list[int]:
        """Returns the entry whose id those digits are; too many digits are nobody's."""
        if len(text) > MOST_DIGITS:
            return []
        return self._ids("SELECT id FROM entries WHERE id = ?", [int(text)])

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
        listed = ", ".join(map(str, ids))
        return self._ids(
            "SELECT e.id FROM json_each(?) JOIN entries e ON e.id = value WHERE e.document_id = ?"
            " ORDER BY e.id",
            [f"[{listed}]", document_id],
        )

    def last_first(self, ids: Sequence[int]) -> list[int]:
        """Returns entries by where they stand, those last in their lists first."""
        listed = ", ".join(map(str, ids))
        return self._ids(
            "SELECT e.id FROM json_each(?) JOIN entries e ON e.id = value JOIN blocks b"
            " ON b.id = e.block_id ORDER BY b.document_id DESC, b.position DESC, e.ordinal DESC",
            [f"[{listed}]"],
        )

    def titles(self, ids: Sequence[int]) -> list[tuple[int, str]]:
        """Returns the (id, title) pairs of entries."""
        marks = ", ".join("?" * len(ids))
        found = self.rows(f"SELECT id, title FROM entries WHERE id IN ({marks}) ORDER BY id", ids)
        return [(entry_id, title) for entry_id, title in found]

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

    def _folding(self) -> Callable[[str], str]:
        """Teaches SQL to fold text as Python does, and returns how that is done."""
        from diffkb.core.text import fold

        self.connection.create_function("fold", 1, fold, deterministic=True)
        return fold


def _literal(text: str) -> str:
    r"""Returns text for LIKE with `\` as its escape, so that it stands for itself."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

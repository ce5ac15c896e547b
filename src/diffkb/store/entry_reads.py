"""What is asked of entries: those that a query finds, and what each holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diffkb.core.query import is_everything
from diffkb.store.document_reads import DocumentReads
from diffkb.store.sql import count_entries, count_words, select_entries, select_ranked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from diffkb.core.models import Entry
    from diffkb.core.outline import Outline
    from diffkb.core.query import Condition, SortKey

# Entries that are ranked or sorted as a whole; of more, what is shown first is not worth the time.
MOST_RANKED = 20_000
# Entries of which each can be asked about by itself; of more, everything is read at once.
FEW = 500


class EntryReads(DocumentReads):
    """Reads entries."""

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

    def _learn(self, condition: Condition) -> None:
        """Teaches SQL what a condition needs; most need nothing, and are answered at once."""
        if is_everything(condition):
            return
        from diffkb.store.conditions import needs_functions

        if needs_functions(condition):
            from diffkb.store.functions import teach_functions

            teach_functions(self.connection)

    def raw_of(self, entry_id: int) -> bytes | None:
        """Returns the bytes of the block an entry stands in."""
        found = self.rows(
            "SELECT b.raw FROM entries e JOIN blocks b ON b.id = e.block_id WHERE e.id = ?",
            (entry_id,),
        )
        return next((raw for (raw,) in found), None)

    def links_of(self, entry_id: int) -> tuple[str | None, str | None]:
        """Returns an entry's link, and its further links as JSON."""
        url, links = next(self.rows("SELECT url, links FROM entries WHERE id = ?", (entry_id,)))
        return url, links

    def listed_credits(self, entry_id: int) -> tuple[str | None, str | None]:
        """Returns authors and venue of an entry as its list writes them."""
        found = self.rows("SELECT authors, venue FROM entries WHERE id = ?", (entry_id,))
        return next(((authors, venue) for authors, venue in found), (None, None))

    def private_note(self, entry_id: int) -> str | None:
        """Returns the note that does not stand in the Markdown."""
        found = self.rows(
            "SELECT text FROM notes WHERE entry_id = ? AND kind = 'private'", (entry_id,)
        )
        return next((text for (text,) in found), None)

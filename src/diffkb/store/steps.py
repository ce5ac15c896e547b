"""The steps of a base, read: what was done, by whom and when, and what of it touched an entry."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.undoing import Undone
from diffkb.store.columns import fitting

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from diffkb.store.reader import Reader

_SELECT = "SELECT id, made, command, summary, who, undoes_id, shipped FROM steps"

# What belongs to an entry itself, and what to its work: a table, and the column that says so.
OF_ENTRY = (("entries", "id"), ("notes", "entry_id"), ("tags", "entry_id"))
OF_PAPER = (
    ("papers", "id"),
    ("identifiers", "paper_id"),
    ("facts", "paper_id"),
    ("proposals", "paper_id"),
)


class Step(NamedTuple):
    """One change of the base.

    Attributes:
        id: of the step.
        made: when, in UTC.
        command: the verb.
        summary: what it did, for people.
        who: whose it is, as the system knew them.
        undoes: the step it took back, or None.
        undone: whether it was taken back, and not brought back since.
        shipped: whether it came with the base.
    """

    id: int
    made: str
    command: str
    summary: str
    who: str | None
    undoes: int | None
    undone: bool
    shipped: bool


class Steps:
    """The steps of a base.

    Args:
        reader: the base.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    @cached_property
    def undone(self) -> Undone:
        """What the undos come to."""
        return Undone(
            (step, target)
            for step, target in self._reader.rows(
                "SELECT id, undoes_id FROM steps WHERE undoes_id IS NOT NULL"
            )
        )

    def newest(self, limit: int | None = None) -> list[Step]:
        """Returns the steps, the newest first, at most so many."""
        count = -1 if limit is None else fitting(limit)
        return self._made(f"{_SELECT} ORDER BY id DESC LIMIT ?", (count,))

    def of_ids(self, ids: Iterable[int]) -> list[Step]:
        """Returns the steps of those ids, the newest first."""
        listed = json.dumps([*ids])
        where = "id IN (SELECT value FROM json_each(?))"
        return self._made(f"{_SELECT} WHERE {where} ORDER BY id DESC", (listed,))

    def get(self, step_id: int) -> Step | None:
        """Returns the step of an id."""
        return next(iter(self.of_ids([step_id])), None)

    def after(self, step_id: int) -> list[int]:
        """Returns the ids of the steps after one."""
        found = self._reader.rows("SELECT id FROM steps WHERE id > ? ORDER BY id", (step_id,))
        return [step for (step,) in found]

    def last_change(self) -> int:
        """Returns the last step that is neither an undo nor a redo; 0 where there is none."""
        [(step,)] = self._reader.rows(
            "SELECT coalesce(max(id), 0) FROM steps WHERE undoes_id IS NULL"
        )
        return int(step)

    def standing(self) -> list[int]:
        """Returns the changes that can be undone, the one that was made or redone last first.

        Those that the base shipped with, and whatever lies behind them, are never undone.
        """
        found = self._reader.rows(
            "SELECT id FROM steps WHERE undoes_id IS NULL"
            " AND id > (SELECT coalesce(max(id), 0) FROM steps WHERE shipped)"
        )
        standing = [step for (step,) in found if not self.undone.is_undone(step)]
        return sorted(standing, key=self.undone.stands_since, reverse=True)

    def of_entry(self, entry_id: int) -> list[Step]:
        """Returns the steps that touched an entry, its note, its tags or its work, newest first.

        Of a work only those count that touched it while it was the entry's.
        """
        touched: set[int] = set()
        for table, column in OF_ENTRY:
            for trail in self._trails(table, column, [entry_id]):
                touched |= trail.steps
        copies = self._reader.rows(
            "SELECT step_id, paper_id FROM journal_entries WHERE id = ? ORDER BY journal_id",
            (entry_id,),
        )
        works = Trail(list(copies), self._reader.paper_of(entry_id), frozenset())
        for table, column in OF_PAPER:
            for trail in self._trails(table, column, works.owners):
                touched.update(step for step in trail.steps if trail.meets(works, step))
        return self.of_ids(touched)

    def _trails(self, table: str, column: str, owners: Collection[int]) -> Iterator[Trail]:
        """Yields what became of the rows that belong, or belonged, to some owners."""
        chosen = f"{column} IN (SELECT value FROM json_each(?1))"
        ids = self._reader.rows(
            f"SELECT id FROM {table} WHERE {chosen}"
            f" UNION SELECT id FROM journal_{table} WHERE {chosen}",
            (json.dumps(sorted(owners)),),
        )
        copies: dict[int, list[tuple[int, int | None]]] = {row_id: [] for (row_id,) in ids}
        among = json.dumps([*copies])
        chosen = "id IN (SELECT value FROM json_each(?))"
        live = dict(self._reader.rows(f"SELECT id, {column} FROM {table} WHERE {chosen}", (among,)))
        for row_id, step, owner in self._reader.rows(
            f"SELECT id, step_id, {column} FROM journal_{table} WHERE {chosen} ORDER BY journal_id",
            (among,),
        ):
            copies[row_id].append((step, owner))
        inserted = self._inserted(table, sorted(copies))
        for row_id, found in copies.items():
            steps = inserted.get(row_id, set()) | {step for step, _ in found}
            yield Trail(found, live.get(row_id), frozenset(steps))

    def _inserted(self, table: str, ids: Sequence[int]) -> dict[int, set[int]]:
        """Returns the steps that inserted rows."""
        found: dict[int, set[int]] = {}
        if not ids:
            return found
        ranges = self._reader.rows(
            "SELECT step_id, first_id, last_id FROM journal_inserted"
            " WHERE table_name = ? AND first_id <= ? AND last_id >= ?",
            (table, ids[-1], ids[0]),
        )
        for step, first, last in ranges:
            for row_id in ids:
                if first <= row_id <= last:
                    found.setdefault(row_id, set()).add(step)
        return found

    def _made(self, statement: str, parameters: Sequence[object]) -> list[Step]:
        """Returns the rows of a statement as steps."""
        return [
            Step._make((*row[:-1], self.undone.is_undone(row[0]), bool(row[-1])))
            for row in self._reader.rows(statement, parameters)
        ]


class Trail(NamedTuple):
    """What became of a row.

    Attributes:
        copies: the steps that changed or deleted it, each with whom it belonged to before.
        now: whom it belongs to; None where it is not there.
        steps: all that touched it.
    """

    copies: Sequence[tuple[int, int | None]]
    now: int | None
    steps: frozenset[int]

    @property
    def owners(self) -> set[int]:
        """All it ever belonged to."""
        found = {owner for _, owner in self.copies} | {self.now}
        return {owner for owner in found if owner is not None}

    def meets(self, other: Trail, step: int) -> bool:
        """Says whether two rows belonged to one owner right before or after a step."""
        return bool(self._around(step) & other._around(step) - {None})

    def _around(self, step: int) -> set[int | None]:
        """Returns whom the row belonged to right before and right after a step."""
        before = next((owner for at, owner in self.copies if at >= step), self.now)
        after = next((owner for at, owner in self.copies if at > step), self.now)
        return {before, after}

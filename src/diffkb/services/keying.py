"""Citation keys for entries that have none yet, given for good when they are first asked for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from diffkb.errors import StorageError
from diffkb.services.opening import open_unit
from diffkb.store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffkb.paths import BaseChoice
    from diffkb.services.listing import Selection
    from diffkb.services.opening import Report

CHUNK = 1_000


def give_keys(reader: Reader, choice: BaseChoice, selection: Selection, report: Report) -> None:
    """Gives keys to those of some entries that have none, as a step of its own.

    A list that was imported has none until a source has told the authors: what is exported by its
    keys is cited by them, and so they must not change from then on. Where the base cannot be
    written nothing is done: keys are made up for this time.

    Args:
        reader: the base.
        choice: the base.
        selection: the entries.
        report: takes a sentence about what was done.
    """
    rows = reader.entry_rows(("id", "key"), selection.condition, selection.order, selection.limit)
    without = [entry_id for entry_id, key in rows if key is None]
    if not without:
        return
    count = f"{len(without):,} {'entry' if len(without) == 1 else 'entries'}"
    path = choice.path
    if path != choice.target or not os.access(path, os.W_OK):
        report(f"{count} without a key: {path} cannot be written, and will not know theirs")
        return
    try:
        _give(choice, without, f"key {count}", report)
    except StorageError as error:
        report(f"{count} without a key: {error.message}, and they will not be remembered")
        return
    report(f"{count} got citation keys")


def _give(choice: BaseChoice, ids: Sequence[int], summary: str, report: Report) -> None:
    """Gives keys to entries."""
    from diffkb.store.references import Keys
    from diffkb.store.tables import EntryRow

    with open_unit(choice, "key", report) as unit:
        reader = Reader(unit.connection, unit.path)
        keys = Keys(reader)
        for start in range(0, len(ids), CHUNK):
            for entry in reader.entries_of(ids[start : start + CHUNK]):
                row = unit.session.get_one(EntryRow, entry.id)
                row.citation_key = row.citation_key or keys.make(entry)
                unit.session.add(row)
            unit.session.flush()
            unit.session.expunge_all()
        unit.summary = summary

"""Builds kb.sqlite, the base diffkb ships with: `python data/build.py`.

What it is made of lies beside it: the owner's list as it is, and `facts.json`, what is known about
the papers in it, each fact with where it was found. Times are fixed, so that the same files give
the same base.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from diffkb.core.models import DOI, OPENREVIEW, Author, Identifier
from diffkb.services import accepting
from diffkb.services.facts import (
    AUTHORS,
    chosen_authors,
    chosen_facts,
    keep_authors,
    keep_fact,
)
from diffkb.services.identity import add_identifiers
from diffkb.services.importing import import_list, read_list
from diffkb.store.schema import create_base
from diffkb.store.tables import EntryRow, PaperRow
from diffkb.store.writer import UnitOfWork

HERE = Path(__file__).parent
LIST = HERE / "knowledge-base.md"
FACTS = HERE / "facts.json"
BASE = HERE / "kb.sqlite"

# When the facts were collected.
TIME = "2026-11-22T00:00:00Z"

IDENTIFIERS = {"doi": DOI, "openreview": OPENREVIEW}


def build(path: Path) -> None:
    """Makes the base; a file that is there already is refused."""
    create_base(path, wal=False)
    with UnitOfWork(path, command="import", clock=lambda: TIME, shipped=True) as unit:
        file = read_list(LIST)
        import_list(unit, file, keep_path=False)
        facts = {one["line"]: one["facts"] for one in json.loads(FACTS.read_text("utf-8"))}
        lines = [block.line for block in file.reading.blocks if block.entries]
        entries = unit.session.exec(select(EntryRow).order_by(col(EntryRow.id))).all()
        for line, entry in zip(lines, entries, strict=True):
            add_facts(unit, entry, facts.get(line, {}))
        for entry in entries:
            give_key(unit, entry)
        unit.summary = f"the list diffkb ships with: {len(entries)} entries"


def add_facts(unit: UnitOfWork, entry: EntryRow, facts: dict[str, Any]) -> None:
    """Keeps what is known about an entry's work."""
    paper = unit.session.get(PaperRow, entry.paper_id)
    if paper is None:
        return
    for name, fact in facts.items():
        value, source = fact["value"], fact["source"]
        if name in IDENTIFIERS:
            scheme = IDENTIFIERS[name]
            named = value.lower() if scheme == DOI else value
            add_identifiers(unit, paper, [Identifier(scheme, named)])
        elif name == AUTHORS:
            keep_authors(unit, paper, [Author(one) for one in value], source)
        else:
            keep_fact(unit, paper, name, value, source)


def give_key(unit: UnitOfWork, entry: EntryRow) -> None:
    """Gives an entry its citation key, from what is known about its work."""
    facts = chosen_facts(unit, entry.paper_id)
    authors = chosen_authors(unit, entry.paper_id)
    published = facts.get("published", "")
    year = int(published[:4]) if published else entry.year
    accepting.give_key(unit, entry, authors, year, entry.title)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else BASE
    target.unlink(missing_ok=True)
    build(target)
    # What is shipped is for everybody, unlike a base of one's own.
    target.chmod(0o644)
    print(f"{target} is built")

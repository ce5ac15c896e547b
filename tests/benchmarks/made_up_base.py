"""A base of N made-up papers: `python -m tests.benchmarks.made_up_base N FILE`.

Titles of 4 to 12 words, 1 to 10 authors, abstracts of 150 words, a note at every third entry, in
sections of 500. Words come by Zipf's law, so that some stand in most texts. The same N gives the
same base.
"""

from __future__ import annotations

import random
import sqlite3
import sys
from itertools import accumulate, count
from pathlib import Path
from typing import Any, NamedTuple

from diffkb.markdown.dialect import Dialect
from diffkb.store.indexing import rebuild_index
from diffkb.store.schema import create_base

WORDS = 50_000
FAMILIES = 5_000
IN_A_SECTION = 500
CHUNK = 10_000
TIME = "2026-01-01T00:00:00Z"


class Made(NamedTuple):
    """A made-up paper."""

    title: str
    year: int
    wr: int | None
    authors: list[tuple[str, str]]
    abstract: str
    note: str | None


class Maker:
    """Makes papers, one after the other."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)  # noqa: S311 - nothing here is secret
        self.words = [self._word(2 + number % 3) for number in range(WORDS)]
        self._weights = list(accumulate(1 / (rank + 5) for rank in range(WORDS)))
        self._families = [self._word(3).capitalize() for _ in range(FAMILIES)]

    def paper(self) -> Made:
        """Makes the next paper."""
        pick = self._random
        names = pick.sample(self._families, pick.randint(1, 10))
        return Made(
            self._text(pick.randint(4, 12)).capitalize(),
            pick.randint(2005, 2026),
            pick.choice((None, None, 1, 2, 3)),
            [(family, pick.choice("ABCDEFGHJKLM") + ".") for family in names],
            self._text(150),
            self._text(12) if pick.random() < 1 / 3 else None,
        )

    def _text(self, length: int) -> str:
        """Makes so many words."""
        return " ".join(self._random.choices(self.words, cum_weights=self._weights, k=length))

    def _word(self, syllables: int) -> str:
        """Makes a word."""
        pick = self._random.choice
        return "".join(pick("bdfgklmnprstvz") + pick("aeiou") for _ in range(syllables))


def make_base(path: Path, size: int) -> None:
    """Makes a base of so many papers."""
    create_base(path)
    maker = Maker()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        rows: dict[str, list[tuple[Any, ...]]] = {}
        dialect = Dialect().to_json()
        document = (1, "Made up", None, None, None, dialect, True, TIME, TIME)
        rows["documents"] = [document]
        positions = count(1)
        authors = count(1)
        section_block = 0
        for number in range(1, size + 1):
            if number % IN_A_SECTION == 1:
                section_block = next(positions) + 1
                _add_section(rows, number // IN_A_SECTION + 1, section_block)
            _add_paper(rows, maker.paper(), number, next(positions) + 1, authors)
            if number % CHUNK == 0:
                _write(connection, rows)
        _write(connection, rows)
        rebuild_index(connection)
    connection.close()


def _add_section(rows: dict[str, list[tuple[Any, ...]]], number: int, block: int) -> None:
    """Adds a heading."""
    # Of five digits none is a year.
    name = f"Section {number:05}"
    raw = f"## {name}\n\n".encode()
    rows.setdefault("blocks", []).append((block, 1, block - 1, "heading", raw))
    section = (number, 1, block, None, 2, "section", name, None)
    rows.setdefault("sections", []).append(section)


def _add_paper(
    rows: dict[str, list[tuple[Any, ...]]], made: Made, number: int, block: int, authors: Any
) -> None:
    """Adds a paper: its block, its work with what a source said, and its entry."""
    # Their numbers start with 1 each month: arXiv has no 1502.00000.
    month, place = divmod(number - 1, 90_000)
    arxiv = f"{15 + month // 12}{month % 12 + 1:02}.{place + 1:05}"
    url = f"https://arxiv.org/abs/{arxiv}"
    mark = "" if made.wr is None else f" **WR={made.wr}**"
    note = "" if made.note is None else f"  \n{made.note}."
    # The blank line before a heading belongs to what stands before it.
    end = "\n\n" if number % IN_A_SECTION == 0 else "\n"
    raw = f"- [{made.title}]({url}){mark}{note}{end}".encode()
    rows.setdefault("blocks", []).append((block, 1, block - 1, "entry", raw))
    rows.setdefault("papers", []).append((number, "fetched", None, None))
    rows.setdefault("identifiers", []).append((number, number, "arxiv", arxiv))
    names = "; ".join(f"{given} {family}" for family, given in made.authors)
    for shift, (name, value) in enumerate((("authors", names), ("abstract", made.abstract))):
        fact = (2 * number + shift, number, name, value, "arXiv", TIME, True)
        rows.setdefault("facts", []).append(fact)
    for position, (family, given) in enumerate(made.authors):
        row = (next(authors), 2 * number, position, f"{given} {family}", family, given)
        rows.setdefault("authors", []).append(row)
    section = (number - 1) // IN_A_SECTION + 1
    rows.setdefault("entries", []).append(
        (
            *(number, 1, block, 0, section, section, number, "paper", made.title, False, False),
            *(url, None, made.year, "text", made.wr, None, None, None, None, f"key{number}"),
            *(None, None, TIME, TIME),
        )
    )
    if made.note is not None:
        rows.setdefault("notes", []).append((number, number, "listed", f"{made.note}."))


def _write(connection: sqlite3.Connection, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    """Writes the rows that have come together."""
    for table, found in rows.items():
        if found:
            marks = ", ".join("?" * len(found[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", found)
            found.clear()


if __name__ == "__main__":
    make_base(Path(sys.argv[2]), int(sys.argv[1]))

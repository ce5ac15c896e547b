"""JSON lines: what `import --format jsonl` takes beyond plain SQLite.

A part of `python -m tests.benchmarks.queries`. The plain side reads the same
lines, puts the same rows of the same tables in by `executemany`, and makes the same index. That of
the undo of the import, and of its redo, is the import. Each is a process of its own, with its peak
memory; they take turns, and times are medians.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from diffkb.store.indexing import rebuild_index
from diffkb.store.schema import create_base

RUNS = 3
# Of so many, one run will do.
MANY = 1_000_000
CHUNK = 5_000
TIME = "2026-01-01T00:00:00Z"


def insert_plainly(lines: Path, base: Path) -> None:
    """Reads the lines and inserts their rows, without a look at what they are."""
    import sqlite3

    create_base(base)
    connection = sqlite3.connect(base)
    rows: dict[str, list[tuple[Any, ...]]] = {}
    document = (1, "Made up", None, None, None, "{}", True, TIME, TIME)
    connection.execute(f"INSERT INTO documents VALUES ({', '.join('?' * 9)})", document)
    facts = authors = 0
    with lines.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            one = json.loads(line)
            mark = "" if one["wr"] is None else f" **WR={one['wr']}**"
            raw = f"- [{one['title']}]({one['url']}){mark}\n{one['note'] or ''}\n"
            rows.setdefault("blocks", []).append((number, 1, number, "entry", raw.encode()))
            rows.setdefault("papers", []).append((number, "unfetched", None, None))
            rows.setdefault("identifiers", []).append((number, number, "arxiv", one["arxiv_id"]))
            names = "; ".join(author["name"] for author in one["authors"])
            for name, value in (("abstract", one["abstract"]), ("authors", names)):
                facts += 1
                fact = (facts, number, name, value, "plain", TIME, True)
                rows.setdefault("facts", []).append(fact)
            for position, author in enumerate(one["authors"]):
                authors += 1
                row = (authors, facts, position, author["name"], author["family"], author["given"])
                rows.setdefault("authors", []).append(row)
            entry = (
                *(number, 1, number, 0, None, None, number, "paper", one["title"], False, False),
                *(one["url"], None, one["year"], "text", one["wr"], None, None, None, None),
                *(one["key"], None, None, TIME, TIME),
            )
            rows.setdefault("entries", []).append(entry)
            if one["note"]:
                rows.setdefault("notes", []).append((number, number, "listed", one["note"]))
            if number % CHUNK == 0:
                write(connection, rows)
    write(connection, rows)
    rebuild_index(connection)
    connection.commit()


def write(connection: Any, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    """Writes the rows that have come together."""
    for table, found in rows.items():
        if found:
            marks = ", ".join("?" * len(found[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", found)
            found.clear()


def process(words: list[str]) -> tuple[float, float]:
    """Returns the seconds and the peak megabytes of a process."""
    code = (
        "import resource, subprocess, sys, time\n"
        "start = time.perf_counter()\n"
        "subprocess.run(sys.argv[1:], check=True, stderr=subprocess.DEVNULL)\n"
        "peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
        "print(time.perf_counter() - start, peak)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words], check=True, capture_output=True, text=True
    )
    seconds, kilobytes = map(float, done.stdout.split())
    return seconds, kilobytes / 1024


class Taken(NamedTuple):
    """What a command takes: seconds, one value a run, and the peak megabytes of all runs."""

    seconds: list[float]
    megabytes: list[float]

    def row(self, operation: str, size: int, plainly: float) -> str:
        """Returns it as a row of the table, beside the seconds of the plain side."""
        taken = statistics.median(self.seconds)
        return (
            f"| {operation} | {size:,} | {taken:,.1f} s | {plainly:,.1f} s"
            f" | {taken / plainly:.2f} | {max(self.megabytes):.0f} MB |"
        )


def measure(base: Path, size: int, folder: Path) -> list[str]:
    """Returns rows of the table: the entries of a base brought into an empty one, and undone."""
    lines = folder / f"{size}.jsonl"
    diffkb = str(Path(sys.executable).with_name("diffkb"))
    with lines.open("wb") as file:
        subprocess.run([diffkb, "--base", str(base), "export", "jsonl"], stdout=file, check=True)
    ours, plain = folder / "ours.sqlite", folder / "plain.sqlite"
    commands = {
        "import": [diffkb, "--base", str(ours), "import", str(lines)],
        "undo": [diffkb, "--base", str(ours), "undo"],
        "redo": [diffkb, "--base", str(ours), "redo"],
        "plain": [sys.executable, "-m", "tests.benchmarks.records", str(lines), str(plain)],
    }
    taken = {name: Taken([], []) for name in commands}
    for _ in range(RUNS if size < MANY else 1):
        for name, words in commands.items():
            seconds, megabytes = process(words)
            taken[name].seconds.append(seconds)
            taken[name].megabytes.append(megabytes)
        ours.unlink()
        plain.unlink()
    lines.unlink()
    bringing = statistics.median(taken["import"].seconds)
    return [
        taken["import"].row(
            "import of JSON lines", size, statistics.median(taken["plain"].seconds)
        ),
        taken["undo"].row("undo of that import", size, bringing),
        taken["redo"].row("redo of that import", size, bringing),
    ]


if __name__ == "__main__":
    insert_plainly(Path(sys.argv[1]), Path(sys.argv[2]))

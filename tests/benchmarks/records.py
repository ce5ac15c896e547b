"""JSON lines: what `import --format jsonl` takes beyond plain SQLite.

Run by `python -m tests.benchmarks.records [N ...]` in the checkout. The plain side reads the same
lines, puts the same rows of the same tables in by `executemany`, and makes the same index. Each is
a process of its own, with its peak memory; they take turns, and times are medians.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.made_up_base import make_base

from diffkb.store.indexing import rebuild_index
from diffkb.store.schema import create_base

SIZES = (1_000, 100_000)
RUNS = 3
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


def measure(size: int, folder: Path) -> str:
    """Returns a row of the table for so many papers."""
    base, lines = folder / "made.sqlite", folder / "made.jsonl"
    make_base(base, size)
    diffkb = str(Path(sys.executable).with_name("diffkb"))
    with lines.open("wb") as file:
        subprocess.run([diffkb, "--base", str(base), "export", "jsonl"], stdout=file, check=True)
    base.unlink()
    times: tuple[list[float], list[float]] = ([], [])
    peak = 0.0
    for run in range(RUNS if size < max(SIZES) * 2 else 1):
        ours, plain = folder / f"ours{run}.sqlite", folder / f"plain{run}.sqlite"
        seconds, megabytes = process([diffkb, "--base", str(ours), "import", str(lines)])
        times[0].append(seconds)
        peak = max(peak, megabytes)
        code = ["-m", "tests.benchmarks.records", "plain", str(lines), str(plain)]
        times[1].append(process([sys.executable, *code])[0])
        ours.unlink()
        plain.unlink()
    ours_taken, plain_taken = map(statistics.median, times)
    return (
        f"| import of JSON lines | {size:,} | {ours_taken:,.1f} s | {plain_taken:,.1f} s"
        f" | {ours_taken / plain_taken:.2f} | {peak:.0f} MB |"
    )


def main(sizes: tuple[int, ...]) -> None:
    """Prints the table."""
    print("| operation | papers | diffkb | plain | ratio | peak |")
    print("| --- | --- | --- | --- | --- | --- |")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            print(measure(size, Path(folder)), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["plain"]:
        insert_plainly(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(tuple(map(int, sys.argv[1:])) or SIZES)

"""Queries: what diffkb takes beyond plain SQL on bases of made-up papers.

Run by `python -m tests.benchmarks.queries [--readme] [N ...]` in the checkout; with `--readme` the
table is written into README.md too. Each operation is compared with sqlite3 doing the same on the
same base, in runs that take turns; times are medians. What runs inside this process leaves the
start of Python out; listings, exports and imports are whole processes, with their peak memory. An
addition is compared with one to a base of 1,000 papers.
"""

from __future__ import annotations

import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.benchmarks import records
from tests.benchmarks.made_up_base import Maker, make_base

from diffkb.services.listing import Wish, select
from diffkb.services.searching import search
from diffkb.store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIZES = (1_000, 100_000)
SMALL = 1_000
RUNS, ADDITIONS = 7, 15
SECTION = "Section 00002"
README = Path(__file__).parents[2] / "README.md"
MARKER = "<!-- measured: speed -->"
HEAD = (
    "| operation | papers | diffkb | plain | ratio | peak |",
    "| --- | --- | --- | --- | --- | --- |",
)
ROW = "e.id, e.year, e.wr, e.title, e.url"
# The section of a name and all below it, in the order of the list.
FILTER = f"""
WITH RECURSIVE below (id) AS (
    SELECT id FROM sections WHERE name = ? COLLATE NOCASE AND role = 'section'
    UNION ALL SELECT s.id FROM below JOIN sections s ON s.parent_id = below.id)
SELECT {ROW} FROM below CROSS JOIN entries e ON e.section_id = below.id
CROSS JOIN blocks b ON b.id = e.block_id
WHERE e.wr >= ? ORDER BY b.document_id, b.position, e.ordinal LIMIT 50
"""
SCORE = "bm25(search, 8.0, 4.0, 2.0, 1.0)"
SEARCH = f"SELECT rowid, {SCORE} AS score FROM search WHERE search MATCH ? ORDER BY score LIMIT 20"
LIST = f"""
import sqlite3, sys
rows = sqlite3.connect(sys.argv[1]).execute("SELECT {ROW} FROM entries e ORDER BY id")
for row in rows:
    print("\\t".join("" if value is None else str(value) for value in row))
"""
EXPORT = """
import sqlite3, sys
for (raw,) in sqlite3.connect(sys.argv[1]).execute("SELECT raw FROM blocks ORDER BY id"):
    sys.stdout.buffer.write(raw)
"""

# A small process of its own: the peak of a child is never below that of what started it.
MEASURE = """
import resource, subprocess, sys, time
start = time.perf_counter()
reader = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
subprocess.run(sys.argv[1:], stdout=reader.stdin, check=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
reader.communicate()
print(time.perf_counter() - start, peak)
"""


class Result(NamedTuple):
    """An operation, its seconds and the plain ones, and its peak megabytes where it is known."""

    operation: str
    seconds: float
    plain: float
    megabytes: float | None = None

    def row(self, size: int) -> str:
        """Returns it as a row of a table in Markdown."""
        memory = "" if self.megabytes is None else f"{self.megabytes:.0f} MB"
        ratio = self.seconds / self.plain
        times = f"{self.seconds * 1000:,.1f} ms | {self.plain * 1000:,.1f} ms | {ratio:.2f}"
        return f"| {self.operation} | {size:,} | {times} | {memory} |"


def in_turns(
    ours: Callable[[], object], plain: Callable[[], object], runs: int = RUNS
) -> tuple[float, float]:
    """Returns the median seconds of two functions that take turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for function, taken in zip((ours, plain), times, strict=True):
            start = time.perf_counter()
            function()
            taken.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])


def measure_queries(base: Path) -> list[Result]:
    """Returns what filters and searches take inside one process."""
    words = Maker().words
    common, middling = f"{words[0]} {words[1]}", f"{words[300]} {words[400]}"
    plain = sqlite3.connect(base)
    with Reader.open(base) as reader:

        def filtered() -> object:
            chosen = select(reader, Wish(section=SECTION, min_wr=2, limit=50))
            fields = ("id", "year", "wr", "title", "url")
            return list(reader.entry_rows(fields, chosen.condition, chosen.order, chosen.limit))

        def searched(query: str) -> Callable[[], object]:
            return lambda: search(reader, Wish([query], limit=20))

        def asked(statement: str, *parameters: object) -> Callable[[], object]:
            return lambda: plain.execute(statement, parameters).fetchall()

        def matching(query: str) -> Callable[[], object]:
            return asked(SEARCH, query.replace(" ", " AND "))

        results = [
            Result(
                "section and WR, first 50",
                *in_turns(filtered, asked(FILTER, SECTION, 2)),
            ),
            Result("two words, best 20", *in_turns(searched(middling), matching(middling))),
            Result("two common words, best 20", *in_turns(searched(common), matching(common))),
        ]
    plain.close()
    return results


def process(words: list[str]) -> tuple[float, float]:
    """Returns the seconds and the peak megabytes of a process whose output goes through a pipe."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *words], check=True, capture_output=True, text=True
    )
    seconds, kilobytes = map(float, done.stdout.split())
    return seconds, kilobytes / 1024


def measure_processes(base: Path) -> list[Result]:
    """Returns what listing and exporting everything take as whole processes."""
    diffkb = [str(Path(sys.executable).with_name("diffkb")), "--base", str(base)]
    pairs = {
        "list of everything": ([*diffkb, "list"], LIST),
        "export markdown": ([*diffkb, "export", "markdown"], EXPORT),
    }
    results = []
    for operation, (ours, code) in pairs.items():
        memory: list[float] = []
        plain = [sys.executable, "-c", code, str(base)]
        seconds = in_turns(
            lambda words=ours, peaks=memory: peaks.append(process(words)[1]),  # type: ignore[misc]
            lambda words=plain: process(words),  # type: ignore[misc]
        )
        results.append(Result(operation, *seconds, max(memory)))
    return results


def measure_addition(base: Path, small: Path) -> Result:
    """Returns what adding a paper takes, on a base and on a small one."""
    diffkb = str(Path(sys.executable).with_name("diffkb"))
    numbers = count(1)

    def adding(path: Path) -> Callable[[], object]:
        def add() -> object:
            words = [diffkb, "-q", "--base", str(path), "add", f"2401.{next(numbers):05}"]
            options = ("--no-fetch", "--section", SECTION)
            return subprocess.run([*words, *options], check=True, capture_output=True)

        return add

    return Result("one add", *in_turns(adding(base), adding(small), ADDITIONS))


def measure_all(sizes: tuple[int, ...]) -> Iterator[str]:
    """Yields the rows of the table."""
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small.sqlite"
        make_base(small, SMALL)
        for size in sizes:
            base = Path(folder) / f"{size}.sqlite"
            make_base(base, size)
            for result in (*measure_queries(base), *measure_processes(base)):
                yield result.row(size)
            yield from records.measure(base, size, Path(folder))
            yield measure_addition(base, small).row(size)
            base.unlink()


def main(words: list[str]) -> None:
    """Prints the table, and writes it into the README where that is asked for."""
    sizes = tuple(int(word) for word in words if word.isdigit()) or SIZES
    lines = []
    for line in chain(HEAD, measure_all(sizes)):
        print(line, flush=True)
        lines.append(line)
    if "--readme" in words:
        text = README.read_text(encoding="utf-8")
        before, marker, after = text.partition(MARKER)
        rest = after.lstrip("\n").split("\n\n", 1)[1]
        table = "\n".join(lines)
        README.write_text(f"{before}{marker}\n\n{table}\n\n{rest}", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

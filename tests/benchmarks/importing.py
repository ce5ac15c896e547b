"""Import: a Markdown list into an empty base, against the plain parts of the same work.

Run by `python tests/benchmarks/importing.py [FILE.md ...]`; without files a list is made up. The
plain thing is what no importer can do without: the block parse of the same text, one `executemany`
of as many rows with the same bytes, and a full-text index of them. Times are processor time, as
others may use the machine, and medians of runs that take turns; the start is what a list of one
line takes.
"""

from __future__ import annotations

import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from markdown_it import MarkdownIt

RUNS = 5
MEGABYTE = 1_000_000
# Megabytes of memory that an import may take, and those for each megabyte of the list.
ALLOWED, FOR_EACH = 80, 12

WORDS = (
    *("learning", "diffusion", "score", "posterior", "sampling", "model", "inverse", "problem"),
    *("latent", "image", "flow", "matching", "guidance", "prior", "noise", "denoising"),
    *("bridge", "transport", "kernel", "attention", "graph", "language"),
)


def made_up_list(size: int) -> str:
    """Returns a list of about so many bytes, the same in every run."""
    words = random.Random(1)  # noqa: S311 - nothing here is secret
    parts = ["# A made-up list\n"]
    length = 0
    number = 0
    while length < size:
        if number % 400 == 0:
            parts.append(f"\n## Section {number // 400}\n")
        if number % 40 == 0:
            parts.append(f"\n### {2024 - number // 40 % 10}\n")
        title = " ".join(words.choices(WORDS, k=8)).capitalize()
        note = " ".join(words.choices(WORDS, k=40))
        link = f"https://arxiv.org/abs/24{number % 12 + 1:02}.{number % 99_999 + 1:05}"
        parts.append(f"\n- [{title}]({link}) **WR={number % 3 + 1}**  \n{note}.\n")
        length += len(parts[-1])
        number += 1
    return "".join(parts)


def plain_seconds(text: str, folder: Path) -> float:
    """Returns the time of the block parse, of writing the text in rows, and of indexing them."""
    start = time.process_time()
    parser = MarkdownIt("commonmark").enable("table").disable("inline")
    parser.parse(text)
    path = folder / "plain.sqlite"
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE blocks (id INTEGER PRIMARY KEY, raw TEXT)")
        connection.executemany("INSERT INTO blocks VALUES (?, ?)", enumerate(text.split("\n")))
        connection.execute(
            "CREATE VIRTUAL TABLE hits USING fts5 (raw, content='blocks', content_rowid='id')"
        )
        connection.execute("INSERT INTO hits (hits) VALUES ('rebuild')")
    connection.close()
    return time.process_time() - start


def diffkb_seconds(file: Path, folder: Path) -> tuple[float, float]:
    """Returns the time and the peak megabytes of an import as a whole process."""
    base = folder / "kb.sqlite"
    for path in folder.glob("kb.sqlite*"):
        path.unlink()
    program = str(Path(sys.executable).with_name("diffkb"))
    subprocess.run([program, "-q", "--base", base, "base", "init", "--empty"], check=True)
    code = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], check=True)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, program, "-q", "--base", base, "import", file],
        check=True,
        capture_output=True,
    )
    seconds, kilobytes = done.stdout.split()[-2:]
    return float(seconds), int(kilobytes) / 1024


def measure(file: Path, folder: Path) -> None:
    """Prints the figures of one list."""
    text = file.read_bytes().decode("utf-8", "replace")
    megabytes = file.stat().st_size / MEGABYTE
    short = folder / "short.md"
    short.write_text("# A list\n")
    plain, starts, ours, memory = [], [], [], 0.0
    for _ in range(RUNS):
        plain.append(plain_seconds(text, folder))
        starts.append(diffkb_seconds(short, folder)[0])
        seconds, memory = diffkb_seconds(file, folder)
        ours.append(seconds)
    start, bare = statistics.median(starts), statistics.median(plain)
    mine = statistics.median(ours) - start
    print(
        f"{megabytes:6.1f} MB  import {mine:6.2f} s beside {start:4.2f} s for the start"
        f"  {megabytes / mine:5.2f} MB/s  plain {bare:6.2f} s  ratio {mine / bare:5.2f}"
        f"  peak {memory:4.0f} MB of {ALLOWED + FOR_EACH * megabytes:4.0f} MB"
    )


def main() -> None:
    """Measures the lists that are named, or made-up ones of two sizes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = [Path(word) for word in sys.argv[1:]]
        if not files:
            for size in (2 * MEGABYTE, 20 * MEGABYTE):
                files.append(folder / f"{size}.md")
                files[-1].write_text(made_up_list(size))
        for file in files:
            measure(file, folder)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()

"""Start: `diffkb list --limit 20` against a bare typer program that runs the same SELECT.

Run by `python tests/benchmarks/start.py [RUNS]`. Processor time is compared, the least of many
runs that take turns: other programs only ever add to it.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
BASE = ROOT / "data" / "kb.sqlite"
RUNS = 25

# One command with the options of `diffkb list`, and the SELECT that it runs.
PLAIN = """\
import sqlite3
from typing import Annotated, Optional
import typer
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)

@app.command()
def main(
    query: Annotated[Optional[list[str]], typer.Argument()] = None,
    section: Annotated[Optional[str], typer.Option("--section", "--topic")] = None,
    year: Annotated[Optional[str], typer.Option("--year")] = None,
    min_wr: Annotated[Optional[int], typer.Option("--min-wr")] = None,
    max_wr: Annotated[Optional[int], typer.Option("--max-wr")] = None,
    unrated: Annotated[bool, typer.Option("--unrated")] = False,
    include_unrated: Annotated[bool, typer.Option("--include-unrated")] = False,
    document: Annotated[Optional[str], typer.Option("--document")] = None,
    sort: Annotated[Optional[list[str]], typer.Option("--sort")] = None,
    limit: Annotated[Optional[int], typer.Option("--limit")] = None,
    columns: Annotated[Optional[list[str]], typer.Option("--columns")] = None,
    form: Annotated[Optional[str], typer.Option("--format")] = None,
    no_pager: Annotated[bool, typer.Option("--no-pager")] = False,
    base: Annotated[str, typer.Option("--base")] = "",
    json: Annotated[bool, typer.Option("--json")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v")] = False,
    color: Annotated[Optional[str], typer.Option("--color")] = None,
    offline: Annotated[bool, typer.Option("--offline")] = False,
    debug: Annotated[bool, typer.Option("--debug")] = False,
    version: Annotated[bool, typer.Option("--version")] = False,
):
    for row in sqlite3.connect(base).execute({statement!r}, [limit]):
        print("\\t".join("" if value is None else str(value) for value in row))

app()
"""

# Writing: typer and SQLModel, one row.
ORM = """\
from typing import Annotated, Optional
import typer
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)

@app.command()
def main(title: str, base: Annotated[str, typer.Option("--base")]):
    from sqlmodel import Field, Session, SQLModel, create_engine

    class Paper(SQLModel, table=True):
        id: Optional[int] = Field(default=None, primary_key=True)
        title: str

    engine = create_engine("sqlite:///" + base)
    SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Paper(title=title))
        session.commit()

app()
"""


def processor_seconds(words: list[str]) -> float:
    """Returns the processor time a process takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def least(commands: dict[str, list[str]], runs: int) -> dict[str, float]:
    """Returns each command's least processor time in runs that take turns."""
    best = dict.fromkeys(commands, float("inf"))
    for _ in range(runs + 1):
        for name, words in commands.items():
            best[name] = min(best[name], processor_seconds(words))
    return best


def peak_megabytes(words: list[str]) -> float:
    """Returns the most memory a process takes."""
    code = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, check=True)
    return int(done.stdout) / 1024


def main() -> None:
    """Measures reading and writing, and prints the ratios."""
    from diffkb.core.query import EVERYTHING
    from diffkb.store.sql import select_entries

    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    diffkb = str(Path(sys.executable).with_name("diffkb"))
    statement, _ = select_entries(("id", "year", "wr", "title", "url"), EVERYTHING, (), 20)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.py"
        plain.write_text(PLAIN.format(statement=statement))
        orm = Path(folder) / "orm.py"
        orm.write_text(ORM)
        mine = str(Path(folder) / "mine.sqlite")
        subprocess.run([diffkb, "-q", "--base", mine, "base", "init"], check=True)
        listing = [diffkb, "--base", str(BASE), "list", "--limit", "20"]
        # What a shell asks at `diffkb list --section <TAB>`.
        completion = [
            *("env", "_DIFFKB_COMPLETE=complete_bash", "COMP_WORDS=diffkb list --section "),
            *("COMP_CWORD=3", f"DIFFKB_BASE={BASE}", diffkb),
        ]
        reading = least(
            {
                "pass": [sys.executable, "-c", "pass"],
                "typer and the SELECT": [
                    sys.executable,
                    str(plain),
                    "--base",
                    str(BASE),
                    "--limit",
                    "20",
                ],
                "list": listing,
                "completion": completion,
            },
            runs,
        )
        writing = least(
            {
                "typer and SQLModel": [
                    sys.executable,
                    str(orm),
                    "title",
                    "--base",
                    str(Path(folder) / "orm.sqlite"),
                ],
                "add": [diffkb, "--base", mine, "add", "2401.00001", "--again", "--no-fetch"],
            },
            max(1, runs // 3),
        )
    start = reading["typer and the SELECT"]
    for name, seconds in {**reading, **writing}.items():
        print(f"{name:24}{seconds * 1000:8.1f} ms")
    print(f"list / typer and the SELECT   {reading['list'] / start:.2f}")
    print(f"completion / the same         {reading['completion'] / start:.2f}")
    print(f"list / pass                   {reading['list'] / reading['pass']:.2f}")
    print(f"add / typer and SQLModel      {writing['add'] / writing['typer and SQLModel']:.2f}")
    print(f"list, peak memory             {peak_megabytes(listing):.0f} MB")


if __name__ == "__main__":
    main()

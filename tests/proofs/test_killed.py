"""Killed at any write, sync, link or rename, a command leaves the base as it was or as it is after.

strace (https://strace.io) kills the program at a call of its own choosing, which is drawn from
those that a whole run makes.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from tests.older import make_older

from diffkb.cli.app import run_program
from diffkb.cli.run import Run
from diffkb.paths import BaseChoice
from diffkb.services.examining import examine_base
from diffkb.store.backups import all_copies, verify
from diffkb.store.reader import Reader
from diffkb.store.schema import create_base

if TYPE_CHECKING:
    from collections.abc import Callable

SHIPPED = Path(__file__).parents[2] / "data" / "kb.sqlite"
LISTS = Path(__file__).parents[1] / "data" / "lists"

STRACE = shutil.which("strace")
CALLS = "pwrite64 fdatasync fsync ftruncate link linkat rename renameat renameat2 unlink unlinkat"
LINE = re.compile(r"^[0-9]+ +(\w+)\(", re.MULTILINE)
SECONDS = 120
FILE, RECORDS = "list.md", "more.jsonl"

pytestmark = pytest.mark.skipif(
    STRACE is None, reason="strace is missing: install it to have commands killed at their writes"
)


def nothing(_base: Path) -> None:
    """Leaves a copy of the shipped base as it is."""


def in_use(base: Path) -> None:
    """Puts a base into write-ahead mode, as bases of persons are."""
    with closing(sqlite3.connect(base)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")


def without_section_names(base: Path) -> None:
    """Takes a base back to the revision before the indexes of sections by name."""
    with closing(sqlite3.connect(base)) as connection:
        connection.executescript(
            "DROP INDEX ix_sections_uncommon_name; DROP INDEX ix_sections_name;"
            "UPDATE alembic_version SET version_num = '0004'"
        )


def with_records(base: Path) -> None:
    """Lays entries of another program beside a base."""
    in_use(base)
    records: tuple[dict[str, object], ...] = (
        {"title": "Rain on Roofs", "arxiv_id": "2401.00001", "section": ["Weather", "Rain"]},
        {"title": "Known Rain", "arxiv_id": "2006.11239", "section": ["Foundations"], "wr": 2},
    )
    base.with_name(RECORDS).write_text("".join(f"{json.dumps(one)}\n" for one in records))


def no_base(base: Path) -> None:
    base.unlink()


def with_backup(base: Path) -> None:
    """Makes a backup, and then changes the base."""
    in_use(base)
    shutil.copy(base, base.with_name("backup.sqlite"))
    with closing(sqlite3.connect(base)) as connection:
        connection.executescript("UPDATE documents SET title = 'changed'")


def with_orphan(base: Path) -> None:
    in_use(base)
    with closing(sqlite3.connect(base)) as connection:
        connection.executescript("INSERT INTO papers (state) VALUES ('unfetched')")


def rated(base: Path) -> None:
    """Makes a step that can be taken back."""
    in_use(base)
    call(base, "rate", "12", "1")


def taken_back(base: Path) -> None:
    """Makes a step that can be made again."""
    rated(base)
    call(base, "undo")


def with_file(base: Path) -> None:
    """Makes a file of the list, and then changes the base."""
    in_use(base)
    call(base, "export", "markdown", "-o", str(base.with_name(FILE)))
    call(base, "rate", "12", "1")


def with_edited_file(base: Path) -> None:
    """Makes a file of the list, and then changes the base and the file."""
    with_file(base)
    file = base.with_name(FILE)
    file.write_text(file.read_text().replace("Denoising", "Denoised"))


def call(base: Path, *words: str) -> None:
    """Runs a command in this process, to its end."""
    environ = {"HOME": str(base.parent), "DIFFKB_BASE": str(base)}
    assert run_program([*words, "--quiet"], Run(environ)) == 0


class Case(NamedTuple):
    """A command that is killed.

    Attributes:
        words: of its command line; LIST stands for a list to import.
        prepare: makes of a copy of the shipped base what it works on.
        findings: whether the base was not sound before, and may be so again.
    """

    words: tuple[str, ...]
    prepare: Callable[[Path], None] = in_use
    findings: bool = False


# To have another command killed, add it here.
CASES = {
    "add": Case(("add", "2401.00001", "--no-fetch", "--section", "Foundations")),
    "add in journal mode": Case(("add", "2401.00001", "--no-fetch"), nothing),
    "import": Case(("import", "LIST")),
    "import of JSON lines": Case(("import", RECORDS), with_records),
    "export": Case(("export", "markdown")),
    "export to a file": Case(("export", "markdown", "-o", FILE), with_file),
    "sync": Case(("sync", FILE), with_edited_file),
    "rate": Case(("rate", "12", "13", "1", "--yes")),
    "edit": Case(("edit", "12", "title=Rain on Warm Roofs", "year=1999")),
    "tag": Case(("tag", "12", "13", "+rain", "--yes")),
    "move": Case(("move", "12", "--section", "Flow Matching")),
    "rm": Case(("rm", "12", "13", "--yes")),
    "section rename": Case(("section", "rename", "Foundations", "Grounds")),
    "undo": Case(("undo",), rated),
    "redo": Case(("redo",), taken_back),
    "merge": Case(("merge", "12", "13")),
    "document rm": Case(("document", "rm", "Knowledge Base - Diffusion Models", "--yes")),
    "first write": Case(("add", "2401.00001", "--no-fetch"), no_base),
    "first import": Case(("import", "LIST"), no_base),
    "upgrade": Case(("base", "upgrade"), make_older, findings=True),
    "upgrade from 0004": Case(("base", "upgrade"), without_section_names, findings=True),
    "backup": Case(("base", "backup")),
    "restore": Case(("base", "restore", "backup.sqlite"), with_backup),
    "repair": Case(("base", "doctor", "--repair"), with_orphan, findings=True),
}

RUNS = 30
MANY_RUNS = 2_000


class State(NamedTuple):
    """What a base holds, times apart."""

    exists: bool
    lists: tuple[tuple[str, str | None, bytes], ...] = ()
    entries: tuple[tuple[int, str], ...] = ()
    steps: int = 0


def run(case: Case, folder: Path, *tracing: str) -> subprocess.CompletedProcess[bytes]:
    """Runs a command in its folder, under strace."""
    base = folder / "kb.sqlite"
    words = [str(LISTS / "sounds.md") if one == "LIST" else one for one in case.words]
    home = folder / "home"
    own = home / ".local" / "share" / "diffkb"
    if case.prepare is no_base:
        # A base in the place of the user's own starts as a copy of the shipped one.
        own.mkdir(parents=True, exist_ok=True)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PYTHONDONTWRITEBYTECODE": "1",
        **({} if case.prepare is no_base else {"DIFFKB_BASE": str(base)}),
    }
    return subprocess.run(
        [STRACE or "strace", "-f", *tracing, sys.executable, "-m", "diffkb", *words],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=SECONDS,
    )


def base_of(case: Case, folder: Path) -> Path:
    """Gives the base that a case works on."""
    if case.prepare is no_base:
        return folder / "home" / ".local" / "share" / "diffkb" / "kb.sqlite"
    return folder / "kb.sqlite"


def file_of(folder: Path) -> bytes | None:
    """Gives what the file holds that a list was exported to."""
    file = folder / FILE
    return file.read_bytes() if file.exists() else None


def state_of(path: Path) -> State:
    """Gives what a base holds; one of an older revision is read as it is."""
    if not path.exists():
        return State(exists=False)
    with closing(sqlite3.connect(path)) as connection:
        lists = connection.execute("SELECT id, name, title FROM documents ORDER BY id").fetchall()
        return State(
            exists=True,
            lists=tuple(
                (name, title, b"".join(Reader(connection, path).texts(number)))
                for number, name, title in lists
            ),
            entries=tuple(connection.execute("SELECT id, title FROM entries ORDER BY id")),
            steps=connection.execute("SELECT count(*) FROM steps").fetchone()[0],
        )


class Whole(NamedTuple):
    """A run that nobody killed.

    Attributes:
        before: what the base held before.
        made: where there was none: what the new base holds from its first instant on.
        after: what it holds after.
        files: what the file held that a list was exported to, before and after.
        calls: the calls that were made, each with its number among those of its name.
    """

    before: State
    made: State
    after: State
    files: set[bytes | None]
    calls: list[tuple[str, int]]


def run_whole(case: Case, folder: Path) -> Whole:
    """Runs a command to its end, in a folder that was prepared."""
    base = base_of(case, folder)
    before, file = state_of(base), file_of(folder)
    log = folder / "calls"
    done = run(case, folder, "-o", str(log), "-e", "trace=" + known_calls())
    assert done.returncode == 0, done.stderr.decode()
    counts = Counter(LINE.findall(log.read_text()))
    after = state_of(base)
    calls = [(name, number + 1) for name in counts for number in range(counts[name])]
    made = before if before.exists else made_by(case, folder)
    return Whole(before, made, after, {file, file_of(folder)}, calls)


def made_by(case: Case, folder: Path) -> State:
    """Gives what a base holds that a command makes: an import begins with an empty one."""
    if case.words[0] != "import":
        return state_of(SHIPPED)
    create_base(folder / "empty.sqlite")
    return state_of(folder / "empty.sqlite")


@cache
def known_calls() -> str:
    """Gives the calls of this machine's kernel, as strace takes them: others are unknown to it."""
    return ",".join(f"?{name}" for name in CALLS.split())


def share(name: str, runs: int) -> int:
    """Gives how many of all runs fall to a case."""
    return len(range(list(CASES).index(name), runs, len(CASES)))


def kill_and_look(name: str, folder: Path, runs: int) -> None:
    """Kills a command so many times, each time somewhere else, and looks at what is left."""
    case = CASES[name]
    place, template = folder / "place", folder / "template"
    place.mkdir()
    case.prepare(Path(shutil.copy(SHIPPED, place / "kb.sqlite")))
    shutil.copytree(place, template)
    whole = run_whole(case, place)
    draw = random.Random(name)  # noqa: S311 - the same calls in every run of the tests
    chosen = draw.choices(whole.calls, k=runs) if whole.calls else []
    killed = 0
    for name_of_call, at in chosen:
        # The same place each time: a base knows where the file of a list is.
        shutil.rmtree(place)
        shutil.copytree(template, place)
        inject = f"inject={name_of_call}:signal=SIGKILL:when={at}"
        done = run(case, place, "-o", os.devnull, "-e", f"trace={name_of_call}", "-e", inject)
        killed += done.returncode == -signal.SIGKILL
        look(case, place, whole, f"killed at {name_of_call} number {at}")
    # Calls that depend on times and names may be fewer in some run.
    assert killed >= len(chosen) * 0.8


def look(case: Case, folder: Path, whole: Whole, when: str) -> None:
    """Makes sure that base and file are whole and hold what they held before, or do after."""
    base = base_of(case, folder)
    found = state_of(base)
    assert found in {whole.before, whole.made, whole.after}, when
    assert file_of(folder) in whole.files, when
    for copy in all_copies(base):
        assert verify(copy).rows, when
    if not found.exists:
        return
    choice = BaseChoice(base, "option", "", base)
    findings = examine_base(choice, print, lambda *_: None).findings
    assert findings == [] or (case.findings and found == whole.before), when
    with closing(sqlite3.connect(base)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",), when


@pytest.mark.parametrize("name", CASES)
def test_a_command_that_is_killed_leaves_before_or_after(name: str, tmp_path: Path) -> None:
    kill_and_look(name, tmp_path, share(name, RUNS))


@pytest.mark.long
@pytest.mark.parametrize("name", CASES)
def test_a_command_that_is_killed_often_leaves_before_or_after(name: str, tmp_path: Path) -> None:
    kill_and_look(name, tmp_path, share(name, MANY_RUNS))

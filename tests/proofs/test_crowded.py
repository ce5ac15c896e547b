"""Many at once, or no room: every change is there, or there is a clear error and no change."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.older import make_older

from diffkb.paths import BaseChoice
from diffkb.services.examining import examine_base

if TYPE_CHECKING:
    from collections.abc import Sequence

SHIPPED = Path(__file__).parents[2] / "data" / "kb.sqlite"
LISTS = Path(__file__).parents[1] / "data" / "lists"

WRITERS, READERS = 8, 4
# Nobody who reads waits for those who write; a reader is slow only where the machine is.
BLOCKED = 2.0

# Adds papers one after the other, each as a run of the program of its own.
WRITER = """
import sys
from diffkb.cli.app import run_program
first, count = map(int, sys.argv[1:])
sys.exit(max(
    run_program(
        [*"add --no-fetch --section Foundations --year 1999".split(), f"2401.{number:05}"]
    )
    for number in range(first, first + count)
))
"""
# Reads until its input ends, and prints how long it had to wait at most: for SQLite, not for a
# processor, of which there are fewer than programs here.
READER = """
import sys, threading, time
from pathlib import Path
from diffkb.core.query import EVERYTHING
from diffkb.store.reader import Reader
over = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
longest, count = 0.0, 0
def busy():
    # Seconds at work, and in the queue for a processor (https://docs.kernel.org/scheduler/sched-stats.html).
    try:
        worked, queued, _ = map(int, Path("/proc/thread-self/schedstat").read_text().split())
    except OSError:
        return time.process_time()
    return (worked + queued) / 1e9
while not over.is_set() or not count:
    wall, worked = time.monotonic(), busy()
    with Reader.open(Path(sys.argv[1])) as reader:
        found = reader.count(EVERYTHING)
        for document in reader.documents():
            text = b"".join(reader.texts(document.id))
    waited = time.monotonic() - wall - (busy() - worked)
    longest, count = max(longest, waited), count + 1
    over.wait(0.02)
print(longest, count)
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Gives a base in write-ahead mode, as those of persons are."""
    path = Path(shutil.copy(SHIPPED, tmp_path / "kb.sqlite"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    return path


def start(
    base: Path, program: str, *words: str, behind: Sequence[str] = ()
) -> subprocess.Popen[str]:
    """Starts Python on a program that works on a base, behind the words of another program."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(base.parent),
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "DIFFKB_BASE": str(base),
    }
    return subprocess.Popen(
        [*behind, sys.executable, "-c", program, *words],
        env=environment,
        cwd=base.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def write_while_others_read(base: Path, writes: int) -> None:
    """Lets many write so many entries each, while others read."""
    readers = [start(base, READER, str(base)) for _ in range(READERS)]
    writers = [
        start(base, WRITER, str(number * writes + 1), str(writes)) for number in range(WRITERS)
    ]
    told = [writer.communicate() for writer in writers]
    answers = [reader.communicate("") for reader in readers]
    assert [writer.returncode for writer in writers] == [0] * WRITERS, told
    assert not any("locked" in err for _, err in told + answers)
    assert [reader.returncode for reader in readers] == [0] * READERS, answers
    with closing(sqlite3.connect(base)) as connection:
        found = {one for (one,) in connection.execute("SELECT value FROM identifiers")}
        groups = connection.execute("SELECT count(*) FROM sections WHERE year = 1999").fetchone()
    assert {f"2401.{number:05}" for number in range(1, WRITERS * writes + 1)} <= found
    assert groups == (1,)
    assert examine_base(choice(base), print, lambda *_: None).findings == []
    for out, _ in answers:
        longest, count = out.split()
        assert float(longest) < BLOCKED, f"the longest of {count} readings"


def choice(base: Path) -> BaseChoice:
    return BaseChoice(base, "option", "", base)


def test_all_that_many_write_is_there_and_nobody_who_reads_is_kept(base: Path) -> None:
    write_while_others_read(base, 15)


@pytest.mark.long
def test_all_that_very_many_write_is_there(base: Path) -> None:
    write_while_others_read(base, 100)


# Runs one command, with room for so many more bytes in each file; 0 for as much as there is.
COMMAND = """
import resource, sys
from diffkb.cli.app import run_program, settle_streams
room = int(sys.argv[1])
if room:
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
settle_streams()
sys.exit(run_program(sys.argv[2:]))
"""
WRITING: dict[str, tuple[str, ...]] = {
    "add": ("add", "2401.00001", "--no-fetch"),
    "import": ("import", str(LISTS / "edits.md")),
    "document rm": ("document", "rm", "Knowledge Base - Diffusion Models", "--yes"),
    "backup": ("base", "backup"),
    "upgrade": ("base", "upgrade"),
}
READING: tuple[tuple[str, ...], ...] = (("list",), ("export", "markdown"), ("base", "doctor"))


def run(base: Path, *words: str, room: int = 0, behind: Sequence[str] = ()) -> tuple[int, str]:
    """Runs a command to its end, and gives its status and what it says on standard error."""
    process = start(base, COMMAND, str(room), *words, behind=behind)
    _, err = process.communicate()
    return process.returncode, err


def rows(base: Path) -> list[str]:
    with closing(sqlite3.connect(base)) as connection:
        return list(connection.iterdump())


def assert_refused(status: int, err: str) -> None:
    """Makes sure that a command ended with a clear error."""
    assert status == 7, err
    said, hint = err.splitlines()[-2:]
    assert said.startswith("error: ")
    assert hint.startswith("hint: ")
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("name", "mode"), [("add", "DELETE"), *((name, "WAL") for name in WRITING)]
)
def test_on_a_full_disk_nothing_is_half_done(base: Path, name: str, mode: str) -> None:
    with closing(sqlite3.connect(base)) as connection:
        connection.execute(f"PRAGMA journal_mode={mode}")
    if name == "upgrade":
        make_older(base)
    before = rows(base)
    rooms = (1 << 12, 1 << 16, base.stat().st_size - 4096, 0)
    # The journal, the base and its copies grow by and by: each of them meets the end somewhere.
    for room in rooms:
        status, err = run(base, *WRITING[name], room=room)
        if status == 0:
            break
        assert_refused(status, err)
        assert rows(base) == before
        assert [one for one in base.parent.rglob("*.sqlite") if one != base] == []
    assert status == 0, err
    assert room != rooms[0]
    assert examine_base(choice(base), print, lambda *_: None).findings == []


def bound_by_modes() -> list[str]:
    """Gives the words before a program that bind it by the modes of files, as others are."""
    if os.getuid() != 0:
        return []
    words = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv is missing, and the superuser may write everywhere")
    tried = subprocess.run([*words, "true"], capture_output=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"the superuser may write everywhere, and cannot be kept from it: {tried}")
    return words


@pytest.mark.skipif(os.name != "posix", reason="modes of files are those of POSIX")
@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_in_a_folder_without_write_permission_a_base_is_read_and_not_written(
    base: Path, mode: str
) -> None:
    before_it = bound_by_modes()
    with closing(sqlite3.connect(base)) as connection:
        connection.execute(f"PRAGMA journal_mode={mode}")
    before = base.read_bytes()
    base.chmod(0o444)
    base.parent.chmod(0o555)
    try:
        for words in READING:
            assert run(base, *words, behind=before_it)[0] == 0
        for name, words in WRITING.items():
            if name != "upgrade":
                assert_refused(*run(base, *words, behind=before_it))
    finally:
        base.parent.chmod(0o755)
    assert base.read_bytes() == before
    assert list(base.parent.iterdir()) == [base]


def mounted(folder: Path, *options: str) -> list[str]:
    """Gives the words before a command that let it see another disk in a folder."""
    mount = " ".join(["mount", *options, f"'{folder}'"])
    return ["unshare", "--mount", "sh", "-c", f'{mount} && exec "$@"', "sh"]


@pytest.fixture
def may_mount(tmp_path: Path) -> None:
    """Leaves a test out where no disk can be mounted."""
    if shutil.which("unshare") is None:
        pytest.skip("unshare is missing, which shows one program a disk of its own")
    tried = subprocess.run(
        [*mounted(tmp_path, "-t", "tmpfs", "none"), "true"], capture_output=True, check=False
    )
    if tried.returncode != 0:
        pytest.skip(f"no disk can be mounted here: {tried.stderr.decode().strip()}")


@pytest.mark.usefixtures("may_mount")
def test_on_a_disk_for_reading_alone_a_base_is_read_and_not_written(base: Path) -> None:
    words = mounted(base.parent, "--bind", "-o", "ro", str(base.parent))
    for mode in ("DELETE", "WAL"):
        with closing(sqlite3.connect(base)) as connection:
            connection.execute(f"PRAGMA journal_mode={mode}")
        before = base.read_bytes()
        read, refused = (
            subprocess.run(
                [*words, sys.executable, "-m", "diffkb", "--base", str(base), *command],
                capture_output=True,
                check=False,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )
            for command in (("list", "--format", "ids"), ("add", "2401.00001", "--no-fetch"))
        )
        assert (read.returncode, len(read.stdout.split())) == (0, 53), read.stderr
        assert_refused(refused.returncode, refused.stderr.decode())
        assert "is read-only" in refused.stderr.decode()
        assert base.read_bytes() == before


@pytest.mark.usefixtures("may_mount")
def test_a_small_disk_that_is_full_gives_a_clear_error(base: Path, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    # The disk is gone when the program ends: it says what it finds there first.
    script = (
        f'cp "{base}" "{small}/kb.sqlite" && "$0" -m diffkb --base "{small}/kb.sqlite" import'
        f' "{LISTS / "edits.md"}"; echo "status $?" >&2; "$0" -m diffkb --base'
        f' "{small}/kb.sqlite" base doctor && "$0" -m diffkb --base "{small}/kb.sqlite" list'
        " --format ids"
    )
    size = base.stat().st_size // 1024 + 48
    done = subprocess.run(
        [
            *mounted(small, "-t", "tmpfs", "-o", f"size={size}k", "none"),
            *("sh", "-c", script, sys.executable),
        ],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    err = done.stderr.decode()
    assert "error: there is no room to write" in err
    assert "status 7" in err
    assert "is sound: 53 entries" in err
    assert len(done.stdout.split()) == 53

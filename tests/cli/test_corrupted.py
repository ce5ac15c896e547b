"""A base in which bytes were changed: what cannot be read is told, and the doctor knows of it."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[..., Any]

READING: tuple[tuple[str, ...], ...] = (
    *((), ("list",), ("list", "--json"), ("list", "wr>=2", "--sort", "year-"), ("search", "flow")),
    *(("show", "12"), ("show", "50", "--json"), ("open", "12", "--print"), ("section",)),
    *(("document",), ("base",), ("export", "markdown"), ("export", "json"), ("export", "jsonl")),
    *(("refresh", "--offline", "12"), ("base", "backup", "--list")),
)
WRITING: tuple[tuple[str, ...], ...] = (
    ("add", "2401.00001", "--no-fetch", "--section", "Foundations"),
    ("merge", "12", "13"),
    ("base", "backup"),
    ("base", "doctor", "--repair"),
    ("base", "upgrade"),
    ("document", "rm", "Knowledge Base - Diffusion Models", "--yes"),
)
# What a command may end with: its own answers, and that the base cannot be used.
STATUSES = {0, 1, 3, 4, 6, 7}
FLIPS = 40
MANY_FLIPS = 2_000


def flip(base: Path, seed: int) -> None:
    """Changes some bytes of a base, as a failing disk does: the same for the same seed."""
    draw = random.Random(seed)  # noqa: S311 - nothing here is secret
    content = bytearray(base.read_bytes())
    for _ in range(draw.choice((1, 3, 10, 100))):
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    base.write_bytes(content)


def look(call: Call, base: Path, when: str) -> None:
    """Makes sure that every command ends with an answer or a clear error."""
    doctor = call("base", "doctor")
    assert doctor.status in {0, 1, 7}, (when, doctor.stderr)
    refused = [words for words in READING if assert_clear(call(*words), when, words) == 7]
    assert not refused or doctor.status, (when, refused)
    damaged = base.read_bytes()
    for words in WRITING:
        assert_clear(call(*words), when, words)
        base.write_bytes(damaged)


def assert_clear(done: Any, when: str, words: tuple[str, ...]) -> int:
    """Makes sure that a command ended in one of the ways it may, and gives its status."""
    assert done.status in STATUSES, (when, words, done.stderr)
    assert "Traceback" not in done.stderr
    if done.status == 7:
        assert "error: " in done.stderr
        assert "\nhint: " in done.stderr
    return int(done.status)


@pytest.mark.parametrize("seed", range(FLIPS))
def test_changed_bytes_lead_to_clear_errors_alone(call: Call, base: Path, seed: int) -> None:
    flip(base, seed)
    look(call, base, f"seed {seed}")


@pytest.mark.long
@pytest.mark.parametrize("seed", range(FLIPS, MANY_FLIPS))
def test_bytes_changed_often_lead_to_clear_errors_alone(call: Call, base: Path, seed: int) -> None:
    flip(base, seed)
    look(call, base, f"seed {seed}")


@pytest.mark.parametrize("part", [0, 1, 99, 100, 512, 4095, 4096, 40_000, -1, -4096])
def test_a_base_that_is_cut_off_leads_to_clear_errors_alone(
    call: Call, base: Path, part: int
) -> None:
    made = call("base", "backup").stdout.strip()
    before = base.read_bytes()
    os.truncate(base, part % len(before))
    look(call, base, f"cut off at {part}")
    doctor = call("base", "doctor")
    # Of the last page more than its text may be left.
    assert doctor.status == 7 or (doctor.status == 1 and part == -1)
    assert f"base restore {made}`" in doctor.stderr or doctor.status == 1
    assert call("base", "restore", made).status == 0
    assert call("base", "doctor").status == 0
    assert call("export", "markdown").status == 0


def test_without_its_wal_a_base_is_as_it_was_or_said_to_be_damaged(
    call: Call, base: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(base)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("SELECT count(*) FROM entries").fetchone()
        before = call("export", "markdown").stdout
        for number in range(3):
            assert call("add", f"2401.0000{number + 1}", "--no-fetch").status == 0
            # Nothing of it has come into the base yet.
            copy = tmp_path / f"copy{number}.sqlite"
            shutil.copy(base, copy)
            assert call("export", "markdown", DIFFKB_BASE=str(copy)).stdout == before
            assert call("base", "doctor", DIFFKB_BASE=str(copy)).status == 0

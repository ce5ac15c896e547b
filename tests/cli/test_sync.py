"""`diffkb sync`, `diff` and `export -o`: a list and its file, as a person meets them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.journal import rows

from diffkb.store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable

    Call = Callable[..., Any]
    Runner = Callable[..., subprocess.CompletedProcess[Any]]

NAME = "Knowledge Base - Diffusion Models"
DDPM = "Denoising Diffusion Probabilistic Models"


@pytest.fixture
def file(call: Call, tmp_path: Path) -> Path:
    """Gives a file that the list of the base was exported to."""
    path = tmp_path / "list.md"
    assert call("export", "markdown", "-o", str(path)).status == 0
    return path


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def test_a_file_is_written_and_found_up_to_date(call: Call, file: Path, seed_list: Path) -> None:
    assert file.read_bytes() == seed_list.read_bytes()
    inode = file.stat().st_ino
    done = call("export", "-o", str(file))
    assert (done.status, done.stdout, done.stderr) == (0, "", f"{file} is up to date\n")
    assert file.stat().st_ino == inode
    call("rate", "12", "1")
    assert call("export", "-o", str(file)).stderr == f"{file} is written\n"
    assert file.read_bytes() != seed_list.read_bytes()


def test_a_file_that_was_edited_or_never_seen_is_refused(call: Call, file: Path) -> None:
    other = file.with_name("other.md")
    other.write_text("mine\n")
    for path, words in ((file, "was edited since diffkb saw it last"), (other, "never saw it")):
        path.write_text("mine\n")
        done = call("export", "markdown", "-o", str(path))
        assert (done.status, path.read_text()) == (4, "mine\n")
        assert words in done.stderr
        answer = json.loads(call("export", "markdown", "-o", str(path), "--json").stdout)
        assert answer["errors"][0]["code"] == "changed-on-disk"
        assert call("export", "markdown", "-o", str(path), "--force").status == 0
        assert path.read_text().startswith("# Knowledge Base")


def test_an_imported_file_is_known(call: Call, lists: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(lists / "sounds.md", tmp_path))
    base = str(tmp_path / "mine.sqlite")
    call("import", str(copy), DIFFKB_BASE=base)
    call("rate", "1", "1", DIFFKB_BASE=base)
    assert call("export", "markdown", "--check", DIFFKB_BASE=base).status == 1
    assert call("export", "markdown", "-o", str(copy), DIFFKB_BASE=base).status == 0
    assert call("export", "markdown", "--check", DIFFKB_BASE=base).status == 0


def test_other_forms_are_written_and_known_again(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "entries.jsonl"
    assert call("export", "-o", str(path)).status == 0
    assert len(path.read_text().splitlines()) == 53
    call("rate", "12", "1")
    assert call("export", "--check", "-o", str(path)).status == 1
    assert call("export", "-o", str(path)).status == 0
    path.write_text("mine\n")
    assert call("export", "-o", str(path)).status == 4


def test_check_is_silent_or_shows_what_is_stale(call: Call, file: Path, base: Path) -> None:
    held = base.read_bytes()
    done = call("export", "--check", "-o", str(file))
    assert (done.status, done.stdout, done.stderr) == (0, "", "")
    file.write_bytes(file.read_bytes().replace(b"\n", b"\xff\n", 1))
    done = call("export", "markdown", "--check", "-o", str(file))
    assert done.status == 1
    assert done.stdout.splitlines()[:2] == [f"--- {file}", f"+++ {file}"]
    assert "-# Knowledge Base - Diffusion Models\udcff\n" in done.stdout
    assert done.stderr.splitlines()[0] == f"{file} is stale"
    missing = file.with_name("missing.md")
    done = call("export", "markdown", "--check", "-o", str(missing))
    assert (done.status, missing.exists()) == (1, False)
    assert done.stderr.splitlines()[0] == f"{missing} is stale: it is not there"
    assert base.read_bytes() == held


def test_what_is_read_is_checked_as_a_file_is(
    call: Call, seed_list: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("export", "markdown", "--check", "-o", "-")
    content = seed_list.read_bytes()
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(content)))
    done = call(*words)
    assert (done.status, done.stdout, done.stderr) == (0, "", "")
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(content.replace(b"WR=3", b"WR=2", 1))))
    done = call(*words)
    assert (done.status, done.stderr) == (1, "standard input is stale\n")
    assert done.stdout.splitlines()[:2] == ["--- -", "+++ -"]


def test_where_no_file_is_known_it_has_to_be_said(call: Call) -> None:
    assert call("export", "markdown", "--check").status == 2
    assert call("export").status == 2
    assert call("export", "-o", "list.xyz").status == 2


def test_standard_output_and_devices_are_written_plainly(call: Call, seed_list: Path) -> None:
    assert call("export", "markdown", "-o", "-").stdout.encode() == seed_list.read_bytes()
    assert call("export", "markdown", "-o", "/dev/null").status == 0


def test_a_sync_says_what_became_of_both(call: Call, file: Path) -> None:
    call("rate", "12", "1")
    edit(file, "### Foundations", "### Beginnings")
    dry = call("sync", str(file), "--dry-run")
    done = call("sync", str(file))
    line = next(
        number for number, text in enumerate(file.read_text().splitlines(), 1) if DDPM in text
    )
    assert done.stdout == (
        f"base\trenamed\tsection\t30\tFoundations\tFoundations\tBeginnings\n"
        f"file\tre-rated\t12\t{line}\t{DDPM}\t3\t1\n"
    )
    assert (dry.status, dry.stdout) == (0, done.stdout)
    assert done.stderr == f'"{NAME}" took 1 change, {file} 1 change\n'
    assert call("export", "markdown").stdout == file.read_text()
    again = call("sync", str(file))
    assert (again.status, again.stdout) == (0, "")
    assert "nothing to do" in again.stderr


def test_a_conflict_shows_both_sides_and_changes_neither(
    call: Call, file: Path, base: Path
) -> None:
    call("rate", "12", "1")
    edit(file, "2006.11239)  **WR=3**", "2006.11239)  **WR=2**")
    held, text = rows(base), file.read_bytes()
    done = call("sync", str(file))
    assert done.status == 4
    assert f'conflict: wr of 12 "{DDPM}"\n' in done.stdout
    answer = json.loads(call("sync", str(file), "--json").stdout)
    [conflict] = answer["data"]["conflicts"]
    assert (conflict["id"], conflict["base"], conflict["file"]) == (12, 1, 2)
    assert (rows(base), file.read_bytes()) == (held, text)
    assert call("sync", str(file), "--prefer", "nobody").status == 2
    assert call("sync", str(file), "--prefer", "file").status == 0
    assert json.loads(call("show", "12", "--json").stdout)["data"]["entries"][0]["wr"] == 2


def test_a_file_nobody_knows_is_refused_with_the_ways_out(call: Call, tmp_path: Path) -> None:
    other = tmp_path / "other.md"
    other.write_text("# Another list\n")
    for words in (("sync", str(other)), ("diff", str(other))):
        done = call(*words)
        assert done.status == 4
        assert "diffkb import" in done.stderr
        assert "--document" in done.stderr
    assert call("sync", str(tmp_path / "missing.md")).status == 5


def test_a_diff_tells_what_changed_by_meaning(call: Call, file: Path) -> None:
    old = file.with_name("old.md")
    shutil.copy(file, old)
    edit(file, "2006.11239)  **WR=3**", "2006.11239)  **WR=2**")
    edit(file, "[Consistency Models]", "[Models of Consistency]")
    file.write_text(file.read_text() + "\n- [A New One](https://example.org/new)\n")
    by_base, by_files = call("diff", str(file)), call("diff", str(old), str(file))
    verbs = [line.split("\t")[:2] for line in by_base.stdout.splitlines()]
    assert verbs == [["re-rated", "12"], ["renamed", "52"], ["added", "entry"]]
    assert [line.split("\t")[0] for line in by_files.stdout.splitlines()] == [
        verb for verb, _ in verbs
    ]
    assert (by_base.status, call("diff", str(file), "--exit-code").status) == (0, 1)
    assert call("diff", str(old), str(old), "--exit-code").status == 0
    assert call("diff", str(old), str(file), "--document", NAME).status == 2
    [first, *_] = json.loads(call("diff", str(file), "--json").stdout)["data"]["changes"]
    assert first["fields"] == [{"field": "wr", "before": 3, "after": 2}]


def test_a_diff_reads_a_pipe(run_diffkb: Runner, lists: Path) -> None:
    file = lists / "sounds.md"
    done = run_diffkb("diff", "-", str(file), stdin=file.read_bytes())
    assert (done.returncode, done.stdout) == (0, "")
    done = run_diffkb("diff", "-", str(file), stdin="# Sounds worth hearing\n")
    assert done.stdout.startswith("added\t")


def test_a_diff_on_a_terminal_has_colour_and_is_steered_by_nobody(
    on_terminal: Callable[..., str], tmp_path: Path
) -> None:
    for name, note in (("a.md", "One"), ("b.md", "Two\x1b[2J")):
        text = f"# T\n\n- [Title](https://example.org/1) **WR=1**  \n  {note}\n"
        (tmp_path / name).write_text(text)
    shown = on_terminal("-m", "diffkb", "diff", "a.md", "b.md")
    assert shown.startswith("\x1b[33mnote")
    assert "\x1b[2J" not in shown


def test_many_at_once_leave_one_whole_list(
    run_diffkb: Runner, base: Path, tmp_path: Path, seed_list: Path
) -> None:
    variables = {"DIFFKB_BASE": str(base)}
    file = tmp_path / "list.md"
    run_diffkb("export", "markdown", "-o", str(file), env=variables)
    commands = [
        ("sync", str(file)),
        ("export", "markdown", "-o", str(file)),
        ("rate", "12", "1"),
        ("sync", str(file)),
        ("rate", "13", "1"),
        ("export", "markdown", "-o", str(file)),
    ]
    with ThreadPoolExecutor(len(commands)) as pool:
        ended = list(pool.map(lambda words: run_diffkb(*words, env=variables), commands))
    assert {one.returncode for one in ended} <= {0, 4}
    assert all("bug" not in one.stderr for one in ended)
    assert run_diffkb("sync", str(file), env=variables).returncode == 0
    exported = run_diffkb("export", "markdown", env=variables).stdout
    assert file.read_text() == exported
    assert exported.count("WR=1") == seed_list.read_text().count("WR=1") + 2
    assert [one.name for one in tmp_path.glob(".list.md*")] == []


CALLS = "pwrite64,fdatasync,fsync,rename,unlink,write"


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace kills it where it is to die")
@pytest.mark.parametrize("command", ["sync", "export"])
def test_killed_at_any_write_both_are_whole_and_the_next_one_goes_on(
    base: Path, tmp_path: Path, clean_environment: dict[str, str], command: str
) -> None:
    file = tmp_path / "list.md"

    def run(*words: str, when: int | None = None) -> subprocess.CompletedProcess[str]:
        trace = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={CALLS}"]
        trace += ["-e", f"inject={CALLS}:signal=SIGKILL:when={when}"]
        return subprocess.run(
            [*(trace if when else ()), sys.executable, "-m", "diffkb", *words],
            env={**clean_environment, "DIFFKB_BASE": str(base)},
            capture_output=True,
            text=True,
            check=False,
        )

    words = {"sync": ("sync", str(file)), "export": ("export", "markdown", "-o", str(file))}
    run("export", "markdown", "-o", str(file))
    before = file.read_bytes()
    run("rate", "12", "1")
    if command == "sync":
        edit(file, "### Foundations", "### Beginnings")
    shutil.copy(base, tmp_path / "kept.sqlite")
    edited, after = (
        file.read_bytes(),
        before.replace(b"2006.11239)  **WR=3**", b"2006.11239)  **WR=1**"),
    )
    if command == "sync":
        after = after.replace(b"### Foundations", b"### Beginnings")
    ended = []
    for when in (5, 10, 15, 20, 25):
        shutil.copy(tmp_path / "kept.sqlite", base)
        for rest in base.parent.glob("kb.sqlite-*"):
            rest.unlink()
        file.write_bytes(edited)
        ended.append(run(*words[command], when=when).returncode)
        assert file.read_bytes() in {edited, after}
        assert run(*words[command]).returncode == 0
        with Reader.open(base) as reader:
            held = b"".join(reader.texts(1))
        assert (file.read_bytes(), held) == (after, after)
    assert -signal.SIGKILL in ended

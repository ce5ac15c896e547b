"""Giving a file new bytes: whole or not at all, and it stays the file it was."""

from __future__ import annotations

import os
import stat
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from diffkb.errors import FileNotWritten
from diffkb.services.replacing import UNFINISHED, Replacement, is_stream, write_stream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def replace(path: Path, content: bytes) -> None:
    with Replacement(path, [content]) as replacement:
        replacement.publish()


def test_a_file_is_made_and_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "list.md"
    for content in (b"one\n", b"", b"\xff\r\n"):
        replace(file, content)
        assert file.read_bytes() == content
    assert list(tmp_path.iterdir()) == [file]


def test_what_is_not_published_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "list.md"
    file.write_bytes(b"old")
    with Replacement(file, [b"new"]):
        assert file.read_bytes() == b"old"
    assert (file.read_bytes(), list(tmp_path.iterdir())) == (b"old", [file])


def test_what_breaks_off_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "list.md"
    file.write_bytes(b"old")

    def broken() -> Iterator[bytes]:
        yield b"new"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Replacement(file, broken())
    assert (file.read_bytes(), list(tmp_path.iterdir())) == (b"old", [file])


@pytest.mark.skipif(sys.platform == "win32", reason="modes and links are those of POSIX")
def test_the_mode_stays_and_a_new_file_has_the_usual_one(tmp_path: Path) -> None:
    file, other, usual = tmp_path / "list.md", tmp_path / "other.md", tmp_path / "usual.md"
    file.write_bytes(b"old")
    file.chmod(0o640)
    usual.write_bytes(b"")
    replace(file, b"new")
    replace(other, b"new")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert other.stat().st_mode == usual.stat().st_mode


@pytest.mark.skipif(sys.platform == "win32", reason="links are those of POSIX")
def test_a_link_stays_one_and_leads_to_the_new_bytes(tmp_path: Path) -> None:
    file, link = tmp_path / "there" / "list.md", tmp_path / "here.md"
    file.parent.mkdir()
    link.symlink_to(file)
    for content in (b"made by the link", b"replaced by it"):
        replace(link, content)
        assert link.is_symlink()
        assert file.read_bytes() == content


def test_what_cannot_be_written_says_why(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "no" / "list.md", tmp_path / "file" / "list.md", loop):
        with pytest.raises(FileNotWritten) as raised:
            replace(path, b"new")
        assert raised.value.exit_code == 7
    assert sorted(one.name for one in tmp_path.iterdir()) == ["file", "loop"]


def test_what_a_killed_one_left_long_ago_is_removed(tmp_path: Path) -> None:
    old, new = (tmp_path / UNFINISHED.format("list.md", name) for name in ("old", "new"))
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    replace(tmp_path / "list.md", b"whole")
    assert sorted(one.name for one in tmp_path.iterdir()) == [new.name, "list.md"]


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such pipes")
def test_a_pipe_is_written_as_it_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert is_stream(pipe)
    assert not is_stream(tmp_path / "list.md")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_stream(pipe, [b"one", b"two"])
    reader.join()
    assert read == [b"onetwo"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)

"""Any bytes at all: an import takes them as they are or says why not, and in a time they allow."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diffkb.errors import UnreadableInput
from diffkb.paths import BaseChoice
from diffkb.services.examining import examine_base
from diffkb.services.importing import import_list, read_list
from diffkb.store.reader import Reader
from diffkb.store.writer import UnitOfWork

if TYPE_CHECKING:
    from collections.abc import Callable

PIECES = (
    *(b"- [a](http://b.c/d)", b"# ", b"## 2020\n", b"**WR=2**", b"\n", b"\n\n", b"\r\n", b"\r"),
    *(b"| a | b |\n|-|-|\n| [c](d) | e |\n", b"1. ", b"  ", b"\t", b"> ", b"```\n", b"<div>", b"["),
    *(b"](", b"]", b"\\", b"*", b"`", b"\xef\xbb\xbf", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x00"),
    *(b"\x1b[31m", b"\xe2\x80\xae", b"note", b" by A. B., ", b"(NeurIPS 2020)", b"<!--", b"-->"),
)
any_bytes = st.binary(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=25).map(b"".join)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(content=any_bytes)
def test_bytes_come_back_as_they_went_in_or_are_refused_and_leave_a_sound_base(
    new_base: Callable[[], Path], tmp_path: Path, content: bytes
) -> None:
    path, file = new_base(), tmp_path / "list.md"
    file.write_bytes(content)
    try:
        found = read_list(file)
    except UnreadableInput:
        return
    with UnitOfWork(path, command="import") as unit:
        import_list(unit, found)
    with Reader.open(path) as reader:
        assert b"".join(reader.texts(1)) == content
    choice = BaseChoice(path, "option", "", path)
    assert examine_base(choice, print, lambda *_: None).findings == []
    path.unlink()


# What makes readers of Markdown slow that go back and look again, a hundred thousand times.
REPEATED = (
    *("[", "](", "`", "<", "|", "- [", "* ", "> ", "![", "<!--", "[a](b", "**", "\\", "[x]: "),
    *("1. ", "\t", "(", "_", "~~~\n", "- a\n", "- [a](http://b)\n", "| a | b |\n|-|-|\n", "|a"),
    *("<div>", "<details>\n", "&amp;", "\r", "http://", "- **WR=2** ", "a\n===\n", "[[a]](u) "),
    *("- [a](u)\n  - ", "[a]: u\n", '"', ": ", "2020 ", "<li><a href=u>", "a, B. ", "- [ ] ", "*"),
)
LENGTH = 150_000
# Many times what any of them takes, and less than one does whose time is quadratic.
PROCESSOR_SECONDS = 8
LIMITED = f"""
import resource, sys, time
from diffkb.cli.app import run_program
for one in sys.argv[1:]:
    print(one, flush=True)
    end = int(time.process_time()) + {PROCESSOR_SECONDS}
    resource.setrlimit(resource.RLIMIT_CPU, (end, resource.RLIM_INFINITY))
    assert run_program(["import", "--dry-run", "--quiet", one]) == 0
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not limit processor time so")
def test_the_time_an_import_takes_grows_no_faster_than_the_list(
    clean_environment: dict[str, str], tmp_path: Path
) -> None:
    files = [tmp_path / f"{number}.md" for number in range(len(REPEATED))]
    for file, text in zip(files, REPEATED, strict=True):
        file.write_text((text * LENGTH)[:LENGTH])
    # However long it takes beside others: what counts is the time of a processor.
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, *map(str, files)],
        env=clean_environment,
        capture_output=True,
        text=True,
        check=False,
    )
    last = Path(done.stdout.split()[-1]).stem
    assert done.returncode == 0, (REPEATED[int(last)], done.stderr)

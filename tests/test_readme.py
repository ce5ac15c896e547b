"""README says what is true: its sessions are run, its tables are those of the code."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from runpy import run_path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
REPLIES = ROOT / "tests" / "data" / "replies" / "readme"

# The list that README imports.
MY_LIST = """\
# My list

## Papers

#### 2024

- [A Paper I Liked](https://arxiv.org/abs/2401.00001) **WR=3**

#### 2023

- a thing without a link

- [A Paper to Read](https://arxiv.org/abs/2301.00001)
"""

# diffkb as README's reader has it, but that arXiv is a folder of answers.
PROGRAM = """\
#!{python}
import sys
from pathlib import Path
import httpx
from diffkb.cli.app import run_program, settle_streams
from diffkb.cli.run import Run

def answer(request):
    file = Path({replies!r}) / (request.url.params["id_list"] + ".xml")
    return httpx.Response(
        200, content=file.read_bytes(), headers={{"Content-Type": "application/atom+xml"}}
    )

settle_streams()
sys.exit(run_program(sys.argv[1:], Run(transport=httpx.MockTransport(answer))))
"""


class Line(NamedTuple):
    """A command of README, and what it shows."""

    command: str
    output: str


def blocks(kind: str) -> list[str]:
    """Returns the fenced blocks of a kind."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def lines(block: str) -> Iterator[Line]:
    """Yields the commands of a console block."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield Line(command, output)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Gives a folder with what README's reader has."""
    program = tmp_path / "bin" / "diffkb"
    program.parent.mkdir()
    program.write_text(PROGRAM.format(python=sys.executable, replies=str(REPLIES)))
    program.chmod(0o755)
    shutil.copy(ROOT / "data" / "kb.sqlite", tmp_path / "kb.sqlite")
    (tmp_path / "mylist.md").write_text(MY_LIST)
    return tmp_path


@pytest.fixture
def environment(place: Path) -> dict[str, str]:
    """Gives the environment of README's reader."""
    return {
        "PATH": f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(place),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT / "src"),
        "DIFFKB_BASE": str(place / "kb.sqlite"),
    }


@pytest.mark.skipif(sys.platform == "win32", reason="README's sessions are of a POSIX shell")
@pytest.mark.parametrize("block", blocks("console"))
def test_every_session_shows_what_it_says(
    place: Path, environment: dict[str, str], block: str
) -> None:
    for line in lines(block):
        done = subprocess.run(
            ["/bin/sh", "-c", f"{{ {line.command}\n}} 2>&1"],
            cwd=place,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            check=False,
        )
        assert done.stdout.decode() == line.output, line.command


@pytest.mark.skipif(shutil.which("git") is None, reason="a hook needs git")
def test_the_hook_stops_a_commit_of_a_list_that_is_stale(
    place: Path, environment: dict[str, str]
) -> None:
    [hook] = [block for block in blocks("sh") if block.startswith("#!/bin/sh")]

    def run(*words: str) -> int:
        return subprocess.run(
            words, cwd=place, env=environment, capture_output=True, check=False
        ).returncode

    assert run("git", "init", "-q") == 0
    file = place / ".git" / "hooks" / "pre-commit"
    file.parent.mkdir(exist_ok=True)
    file.write_text(hook)
    file.chmod(0o755)
    commit = ("git", "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qm", "x")
    assert run("diffkb", "export", "markdown", "-o", "list.md") == 0
    assert run("git", "add", "list.md") == 0
    assert run("diffkb", "rate", "12", "1") == 0
    assert run(*commit) == 1
    assert run("diffkb", "sync", "list.md") == 0
    # What is staged is still the old list.
    assert run(*commit) == 1
    assert run("git", "add", "list.md") == 0
    assert run(*commit) == 0


def test_there_are_sessions() -> None:
    assert len(blocks("console")) >= 3


def test_the_tables_are_those_of_the_code() -> None:
    written = run_path(str(ROOT / "tests" / "readme.py"))["with_tables"](README)
    assert written == README, "`python tests/readme.py` writes them"


def test_quick_start_has_the_two_commands() -> None:
    _, _, rest = README.partition("## Quick start\n")
    start, _, _ = rest.partition("\n## ")
    first, second = re.findall(r"^```sh\n(.*?)^```$", start, re.MULTILINE | re.DOTALL)
    assert "pip install -q . &&" in first
    assert second.endswith('.venv/bin/pip install -q -e ".[dev]" && .venv/bin/pytest -n auto\n')


def test_readme_names_every_command() -> None:
    from diffkb.cli.app import COMMANDS

    for row in COMMANDS:
        assert row.hidden or f"diffkb {row.name}" in README, row.name

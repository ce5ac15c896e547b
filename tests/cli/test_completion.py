"""What a shell is told when a person presses the key: sections, documents, entries."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import pytest

from diffkb.cli.app import run_program
from diffkb.cli.run import Run
from diffkb.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def complete(
    base: Path,
    tmp_path: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., list[str]]:
    """Gives a function that says how bash would go on with a line."""

    def ask(line: str, **variables: str) -> list[str]:
        asking = {
            "_DIFFKB_COMPLETE": "complete_bash",
            "COMP_WORDS": line,
            "COMP_CWORD": str(line.count(" ")),
        }
        environ = {"HOME": str(tmp_path), "DIFFKB_BASE": str(base), **asking, **variables}
        # typer asks the environment of the process.
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        assert run_program([], Run(environ)) == 0
        out, err = capfdbinary.readouterr()
        assert err == b""
        # An empty answer is an empty line; a word is what bash makes of its line.
        return [word for line in out.decode().splitlines() for word in shlex.split(line)]

    return ask


@pytest.mark.parametrize("command", ["list --section", "list --topic", "ls --section"])
def test_sections_are_completed(complete: Callable[..., list[str]], command: str) -> None:
    assert complete(f"diffkb {command} Inv") == ["Inverse problems"]
    assert complete(f"diffkb {command} xyz") == []
    assert complete(f"diffkb {command} ")[:2] == ["Introductory materials", "Papers"]
    assert len(complete(f"diffkb {command} ")) == 7


def test_sections_that_share_a_name_are_completed_by_path(
    complete: Callable[..., list[str]],
    call: Callable[..., Any],
    new_base: Callable[[], Path],
    lists: Path,
) -> None:
    own = str(new_base())
    call("import", str(lists / "sounds.md"), DIFFKB_BASE=own)
    found = complete("diffkb list --section ", DIFFKB_BASE=own)
    assert found == [
        *("Strings", "Winds/Brass", "Winds\\/Brass/Reeds", "Winds\\/Brass/Strings", "Archive"),
        "Archive/Reeds",
    ]
    for name in found:
        assert call("list", "--section", name, DIFFKB_BASE=own).status == 0


def test_documents_are_completed(complete: Callable[..., list[str]]) -> None:
    for command in ("list", "export markdown", "section list"):
        assert complete(f"diffkb {command} --document Know") == [
            "Knowledge Base - Diffusion Models"
        ]


def test_entries_are_completed_by_id_and_key(complete: Callable[..., list[str]]) -> None:
    assert complete("diffkb show 5") == ["5", "50", "51", "52", "53"]
    assert complete("diffkb show ho2020") == ["ho2020denoising"]
    assert complete("diffkb show 12 ho2020") == ["ho2020denoising"]
    assert complete("diffkb show %") == []


def test_the_named_base_is_the_one_that_is_asked(
    complete: Callable[..., list[str]], new_base: Callable[[], Path]
) -> None:
    assert complete(f"diffkb --base {new_base()} list --section ") == []
    assert complete("diffkb list --section ", DIFFKB_BASE=str(new_base())) == []


@pytest.mark.parametrize("line", ["list --section ", "show ", "list --document "])
def test_a_base_that_cannot_be_read_completes_nothing(
    complete: Callable[..., list[str]], tmp_path: Path, line: str
) -> None:
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(b"no database at all\n" * 99)
    for path in (broken, tmp_path / "none.sqlite", tmp_path):
        assert complete(f"diffkb {line}", DIFFKB_BASE=str(path)) == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("export ", [one.name for one in FORMATS if one.writes]),
        ("list --format j", ["json", "jsonl"]),
        ("li", ["list"]),
        ("section ", ["list", "add", "rename", "move", "rm"]),
    ],
)
def test_words_of_the_program_are_completed(
    complete: Callable[..., list[str]], line: str, words: list[str]
) -> None:
    assert complete(f"diffkb {line}") == words


def test_bash_gets_blanks_with_a_backslash_but_in_quotes(
    run_diffkb: Callable[..., Any], base: Path
) -> None:
    def answer(line: str) -> str:
        asking = {"_DIFFKB_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": "3"}
        return str(run_diffkb(env={"DIFFKB_BASE": str(base), **asking}).stdout).strip()

    assert answer("diffkb list --section Inv") == "Inverse\\ problems"
    assert answer("diffkb list --section 'Inv") == "Inverse problems"
    assert answer('diffkb list --section "Inv') == "Inverse problems"


def test_tags_are_completed_behind_their_sign(
    complete: Callable[..., list[str]], call: Callable[..., Any]
) -> None:
    assert call("tag", "12", "+survey", "+summer school", "+todo").status == 0
    assert complete("diffkb tag 12 +su") == ["+summer school", "+survey"]
    assert complete("diffkb tag 12 --remove t") == ["todo"]
    assert complete("diffkb tag ho2020den") == ["ho2020denoising"]


@pytest.mark.parametrize("command", ["rate", "note", "read", "unread", "rm", "move 12 --after"])
def test_entries_are_completed_wherever_one_is_named(
    complete: Callable[..., list[str]], command: str
) -> None:
    assert complete(f"diffkb {command} ho2020den") == ["ho2020denoising"]


def test_sections_to_move_to_are_completed(complete: Callable[..., list[str]]) -> None:
    assert complete("diffkb move 12 --section Inv") == ["Inverse problems"]

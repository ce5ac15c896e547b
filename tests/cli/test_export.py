"""`diffkb export`: the list as it was written, and the base as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[..., Any]
    Runner = Callable[..., subprocess.CompletedProcess[Any]]


def test_the_shipped_base_gives_its_list_back(call: Call, seed_list: Path) -> None:
    done = call("export", "markdown")
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.encode() == seed_list.read_bytes()


@pytest.mark.parametrize(
    "content",
    [b"", b"\0", b"a\r\nb\rc\n", b"\xef\xbb\xbf# T\r\n\r\n- [A](u)\r\n", b"\xff\xfe\x0c\x1b[31m"],
)
def test_bytes_reach_standard_output_as_they_are(
    run_diffkb: Runner, new_base: Callable[[], Path], tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "list.md"
    file.write_bytes(content)
    variables = {"DIFFKB_BASE": str(new_base()), "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    assert run_diffkb("import", str(file), env=variables).returncode == 0
    done = run_diffkb("export", "markdown", env=variables, binary=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, content, b"")


def test_of_several_documents_one_must_be_meant(call: Call, lists: Path) -> None:
    call("import", str(lists / "sounds.md"))
    done = call("export", "markdown")
    assert (done.status, done.stdout) == (4, "")
    error, hint = done.stderr.splitlines()
    assert error == "error: the base holds 2 documents"
    assert '"Sounds worth hearing"' in hint
    chosen = call("export", "markdown", "--document", "sounds worth hearing")
    assert chosen.stdout == (lists / "sounds.md").read_text()


def test_the_configuration_can_name_the_one_that_is_meant(call: Call, lists: Path) -> None:
    call("import", str(lists / "sounds.md"))
    named = {"DIFFKB_DEFAULT_DOCUMENT": "Sounds worth hearing"}
    assert call("export", "markdown", **named).stdout == (lists / "sounds.md").read_text()
    assert call("export", "markdown", DIFFKB_DEFAULT_DOCUMENT="Other").status == 3


@pytest.mark.parametrize(
    ("words", "status", "error", "hint"),
    [
        (("word",), 2, "`word` does not fit FORMAT", "markdown or json or jsonl"),
        ((), 2, "missing argument 'FORMAT'", "`diffkb export --help`"),
        (("markdown", "--document", "Other"), 3, 'no document "Other"', "documents: "),
        (("jsonl", "--document", "Other"), 3, 'no document "Other"', "documents: "),
    ],
)
def test_what_cannot_be_meant_is_told(
    call: Call, words: tuple[str, ...], status: int, error: str, hint: str
) -> None:
    done = call("export", *words)
    assert (done.status, done.stdout) == (status, "")
    said, next_step = done.stderr.splitlines()
    assert error in said
    assert hint in next_step


def test_an_empty_base_has_no_list_to_give(call: Call, new_base: Callable[[], Path]) -> None:
    base = str(new_base())
    done = call("export", "markdown", DIFFKB_BASE=base)
    assert (done.status, done.stdout) == (3, "")
    assert done.stderr.startswith("error: the base holds no document yet\nhint: `diffkb import")
    assert call("export", "jsonl", DIFFKB_BASE=base).stdout == ""
    assert json.loads(call("export", "json", DIFFKB_BASE=base).stdout)["entries"] == []


def test_json_lines_are_the_entries_of_list(call: Call, lists: Path) -> None:
    call("import", str(lists / "sounds.md"))
    for words in ((), ("--document", "Sounds worth hearing")):
        lines = call("export", "jsonl", *words).stdout.splitlines()
        assert [json.loads(line) for line in lines] == (
            call("list", *words, "--json").data["entries"]
        )


def test_json_lines_of_a_query_are_those_of_list(call: Call) -> None:
    query = ("title:score", "-survey", "wr-")
    assert (
        call("export", "jsonl", *query).stdout == call("list", *query, "--format", "jsonl").stdout
    )
    refused = call("export", "json", "wr:3")
    assert (refused.status, refused.stdout) == (2, "")
    assert "json is the whole base" in refused.stderr
    assert call("export", "markdown", "wr:>").status == 2


def test_json_is_the_whole_base_and_makes_another(
    call: Call, new_base: Callable[[], Path], seed_list: Path, tmp_path: Path
) -> None:
    whole = json.loads(call("export", "json").stdout)
    assert "".join(block["raw"] for block in whole["blocks"]) == seed_list.read_text()
    file = tmp_path / "all.json"
    assert call("export", "-o", str(file), "--private").status == 0
    other = str(new_base())
    done = call("import", str(file), DIFFKB_BASE=other)
    assert (done.status, done.stdout) == (0, "")
    assert done.stderr.splitlines()[-1] == (
        f"{other} is made of {file}: 53 entries, with private notes"
    )
    assert call("export", "json", "--private", DIFFKB_BASE=other).stdout == file.read_text()
    assert call("export", "markdown", DIFFKB_BASE=other).stdout == seed_list.read_text()
    assert (
        call("search", "denoising", DIFFKB_BASE=other).stdout == call("search", "denoising").stdout
    )
    again = call("import", str(file), "--json", DIFFKB_BASE=other)
    assert again.status == 4


def test_private_notes_leave_the_base_only_when_asked_for(call: Call, base: Path) -> None:
    from diffkb.store.tables import NoteRow
    from diffkb.store.writer import UnitOfWork

    with UnitOfWork(base, command="note") as unit:
        unit.session.add(NoteRow(entry_id=12, kind="private", text="For me alone."))
    for words in (("markdown",), ("json",), ("jsonl",)):
        assert "For me alone." not in call("export", *words).stdout
    assert "For me alone." in call("export", "json", "--private").stdout
    assert "private     For me alone." in call("show", "12").stdout


def test_with_json_an_export_is_in_the_one_object(run_diffkb: Runner, tmp_path: Path) -> None:
    for content, kept in ((b"# A\n", ("text", "# A\n")), (b"\xff", ("base64", "/w=="))):
        base = str(tmp_path / f"{kept[0]}.sqlite")
        (tmp_path / "list.md").write_bytes(content)
        run_diffkb("--base", base, "import", "list.md")
        data = json.loads(run_diffkb("--base", base, "export", "markdown", "--json").stdout)["data"]
        assert data == {"format": "markdown", kept[0]: kept[1]}

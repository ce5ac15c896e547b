"""`diffkb schema`: every command answers as it says, and the schema says all that they answer."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from diffkb.cli.app import COMMANDS
from diffkb.cli.render.json_schema import ANSWERS, describe_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[..., Any]

PROPOSAL = """
    INSERT INTO proposals
        (paper_id, scheme, value, relation, source, evidence, stated, state, found)
    SELECT paper_id, 'doi', '10.5555/kettle', 'published', 'Crossref', 'they are alike', 0, 'open',
        '2026-01-01T00:00:00Z' FROM entries WHERE id = 12
"""
VALIDATOR = Draft202012Validator(describe_json())

# A line of words for each command, and the words that its answer names.
LINES: dict[str, tuple[str, ...]] = {
    "add": ("add", "2006.11239", "nonsense", "--no-fetch"),
    "base": ("base",),
    "base backup": ("base", "backup"),
    "base doctor": ("base", "doctor"),
    "base upgrade": ("base", "upgrade"),
    "cite": ("cite", "12", "nonsense"),
    "config": ("config",),
    "config get": ("config", "get", "patience"),
    "config path": ("config", "path"),
    "config set": ("config", "set", "patience", "20"),
    "copy": ("copy", "12", "--document", "Knowledge Base - Diffusion Models", "--again"),
    "document": ("document",),
    "document default": ("document", "default", "Knowledge Base - Diffusion Models"),
    "document list": ("document", "list"),
    "document rename": ("document", "rename", "Knowledge Base - Diffusion Models", "Models"),
    "document rm": ("document", "rm", "Knowledge Base - Diffusion Models", "--yes"),
    "edit": ("edit", "12", "wr=1", "authors=Lark, Ann"),
    "export": ("export", "markdown"),
    "help": ("help", "query"),
    "list": ("list", "wr>=2"),
    "log": ("log", "12"),
    "merge": ("merge", "12", "13"),
    "open": ("open", "12", "nonsense", "--print"),
    "overview": (),
    "next": ("next", "--limit", "2"),
    "note": ("note", "12", "- more"),
    "tag": ("tag", "12", "13", "+survey", "--yes"),
    "read": ("read", "12"),
    "unread": ("unread", "12"),
    "move": ("move", "12", "--before", "8", "--dry-run"),
    "rm": ("rm", "12"),
    "rate": ("rate", "12", "1"),
    "refresh": ("refresh", "12"),
    "schema": ("schema",),
    "search": ("search", "score matching"),
    "section add": ("section", "add", "Papers/New"),
    "section list": ("section", "list"),
    "section move": ("section", "move", "Foundations", "/"),
    "section rename": ("section", "rename", "Foundations", "Basics"),
    "section rm": ("section", "rm", "Foundations", "--yes"),
    "show": ("show", "12"),
    "sources": ("sources",),
}


def test_the_schema_is_one(call: Call) -> None:
    printed = json.loads(call("schema").stdout)
    Draft202012Validator.check_schema(printed)
    assert printed == describe_json()


@pytest.mark.parametrize("command", LINES)
def test_each_command_answers_as_the_schema_says(call: Call, command: str) -> None:
    answer = json.loads(call(*LINES[command], "--json").stdout)
    assert answer["command"] == command
    assert answer["data"] is not None
    VALIDATOR.validate(answer)


def test_import_and_init_answer_as_the_schema_says(call: Call, tmp_path: Path) -> None:
    (tmp_path / "list.md").write_text("- [A title](https://example.org/a) **WR=1**\n  a note\n")
    base = str(tmp_path / "new.sqlite")
    for words in (("base", "init", "--empty"), ("import", str(tmp_path / "list.md"))):
        answer = json.loads(call(*words, "--json", DIFFKB_BASE=base).stdout)
        assert answer["status"] == "ok"
        VALIDATOR.validate(answer)


def test_restore_and_a_doctor_with_findings_answer_as_the_schema_says(
    call: Call, base: Path
) -> None:
    made = call("base", "backup").stdout.strip()
    for words, status in (
        (("base", "restore", made), "ok"),
        (("base", "backup", "--list"), "ok"),
        (("base", "doctor"), "partial"),
        (("base", "doctor", "--repair"), "ok"),
        (("base", "doctor"), "error"),
    ):
        if status == "partial":
            with closing(sqlite3.connect(base)) as connection:
                connection.execute("UPDATE entries SET title = 'x' WHERE id = 12")
                connection.commit()
        if status == "error":
            base.write_bytes(b"no database")
        answer = json.loads(call(*words, "--json").stdout)
        assert answer["status"] == status
        VALIDATOR.validate(answer)


def test_split_and_accept_answer_as_the_schema_says(call: Call, base: Path) -> None:
    assert call("merge", "12", "13").status == 0
    split = json.loads(call("split", "13", "--json").stdout)
    assert split["status"] == "ok"
    VALIDATOR.validate(split)
    with closing(sqlite3.connect(base)) as connection:
        connection.execute(PROPOSAL)
        connection.commit()
    for command in ("show", "accept"):
        answer = json.loads(call(command, "12", "--json").stdout)
        assert answer["status"] == "ok"
        VALIDATOR.validate(answer)


def test_undo_and_redo_answer_as_the_schema_says(call: Call) -> None:
    assert call("rate", "12", "1").status == 0
    for words in (("undo", "--dry-run"), ("undo",), ("redo",), ("log",)):
        answer = json.loads(call(*words, "--json").stdout)
        assert answer["status"] == "ok"
        VALIDATOR.validate(answer)


def test_what_meets_a_file_answers_as_the_schema_says(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "list.md"
    commands = (
        ("export", "-o", str(file)),
        ("sync", str(file)),
        ("diff", str(file)),
        ("export", "--check", "-o", str(file)),
        ("sync", str(file)),
    )
    for turn, words in enumerate(commands):
        answer = json.loads(call(*words, "--json").stdout)
        assert answer["data"] is not None
        VALIDATOR.validate(answer)
        if turn == 1:
            call("rate", "12", "1")
            file.write_text(file.read_text().replace("WR=3", "WR=2") + "\nMore.\n")


def test_an_error_answers_as_the_schema_says(call: Call) -> None:
    answer = json.loads(call("show", "nonsense", "--json").stdout)
    assert answer["data"] is None
    VALIDATOR.validate(answer)


def test_the_schema_knows_every_command() -> None:
    groups = {"section", "config"}
    named = {row.name for row in COMMANDS} - groups
    assert named <= set(ANSWERS)
    others = {"import", "base init", "base restore", "split", "accept"}
    others |= {"undo", "redo", "sync", "diff"}
    assert set(ANSWERS) == {*LINES, *others}


def test_an_answer_with_another_type_is_refused() -> None:
    broken = {
        "schema": 1,
        "command": "search",
        "status": "ok",
        "exit_code": 0,
        "errors": [],
        "data": {"entries": [], "more": "no"},
    }
    assert not VALIDATOR.is_valid(broken)

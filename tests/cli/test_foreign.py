"""A base with a trigger, a view or a table that diffkb did not make is opened by no command."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from tests.cli.test_schema import LINES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[..., Any]

FOREIGN = {
    "trigger theirs": "CREATE TRIGGER theirs AFTER INSERT ON steps BEGIN DELETE FROM notes; END",
    "view theirs": "CREATE VIEW theirs AS SELECT load_extension('theirs.so')",
    "table theirs": "CREATE TABLE theirs (id)",
}
# Commands that look at no base.
WITHOUT_BASE = {"config", "config get", "config path", "config set", "help", "schema", "sources"}
WORDS = {
    **{name: words for name, words in LINES.items() if name not in WITHOUT_BASE},
    "accept": ("accept", "12"),
    "split": ("split", "12"),
    "import": ("import", "LIST"),
    "base doctor --repair": ("base", "doctor", "--repair"),
}


@pytest.mark.parametrize("command", WORDS)
@pytest.mark.parametrize("foreign", FOREIGN)
def test_every_command_refuses_what_is_foreign_by_name(
    call: Call, base: Path, lists: Path, command: str, foreign: str
) -> None:
    with closing(sqlite3.connect(base)) as connection:
        connection.execute(FOREIGN[foreign])
    before = base.read_bytes()
    words = [str(lists / "small.md") if one == "LIST" else one for one in WORDS[command]]
    done = call(*words, "--json")
    assert done.status == 7
    assert foreign in done.stdout
    assert json.loads(done.stdout)["errors"][0]["hint"]
    assert base.read_bytes() == before
    assert [path.name for path in base.parent.iterdir() if path.name != "sub"] == [base.name]


def test_a_foreign_base_is_replaced_by_a_backup_and_nothing_in_it_runs(
    call: Call, base: Path
) -> None:
    made = call("base", "backup").stdout.strip()
    with closing(sqlite3.connect(base)) as connection:
        connection.execute(FOREIGN["trigger theirs"])
    assert call("base", "restore", made).status == 0
    assert call("base", "doctor").status == 0

"""Entries of the same title are found however few or many titles are asked about."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.bases import make_base

from diffkb.core.text import fold
from diffkb.services import titles as module
from diffkb.services.titles import SameTitles

if TYPE_CHECKING:
    from pathlib import Path

TITLES = (
    "Quiet Rivers",
    "quiet  rivers",
    "Quiet Rivers in Winter",
    "Quiet-Rivers",
    "Schrödinger Bridges",
    "Schrodinger bridges",
    "扩散 模型",
    "C++",
    "C",
    "!?",
    "A B",
    'Say "hi" AND NOT (bye)*',
)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> sqlite3.Connection:
    """Gives a base that has an entry of each title."""
    lines = (f"- [{title}](https://x.example/{n})\n\n" for n, title in enumerate(TITLES))
    folder: Path = tmp_path_factory.mktemp("titles")
    return sqlite3.connect(make_base(folder, f"# A list\n\n{''.join(lines)}"))


def alike(one: str) -> str:
    return " ".join(fold(one).split())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(asked=st.lists(st.sampled_from(TITLES), min_size=1, max_size=4), many=st.booleans())
def test_same_titles_are_those_that_read_alike(
    connection: sqlite3.Connection, asked: list[str], many: bool
) -> None:
    # So many others that one pass over the base looks for them.
    others = [f"Nobody's title {n}" for n in range(module.FEW * many)]
    found = SameTitles(connection, [*asked, *others])
    rows = connection.execute("SELECT id, title FROM entries").fetchall()
    assert len(rows) == len(TITLES)
    for title in asked:
        expected = [row_id for row_id, other in rows if alike(other) == alike(title)]
        assert expected
        assert found.of_other_works(title, None) == expected

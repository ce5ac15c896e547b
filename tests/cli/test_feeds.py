"""`diffkb export csv` and `export atom`: the table of `list`, and the feed of what was added."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import feedparser

if TYPE_CHECKING:
    from collections.abc import Callable

    Call = Callable[..., Any]


def test_the_exported_table_is_the_listed_one(call: Call) -> None:
    done = call("export", "csv", "year:2021..")
    assert done.status == 0
    assert done.stdout == call("list", "year:2021..", "--format", "csv").stdout
    assert len(list(csv.DictReader(io.StringIO(done.stdout, newline="")))) > 1


def test_private_notes_are_a_column_only_when_asked_for(call: Call) -> None:
    call("note", "id:12", "Mine alone", "--private")
    assert "Mine alone" not in call("export", "csv").stdout
    rows = csv.DictReader(io.StringIO(call("export", "csv", "--private").stdout, newline=""))
    assert [row["id"] for row in rows if row["private"] == "Mine alone"] == ["12"]


def test_a_feed_holds_what_a_query_finds(call: Call) -> None:
    done = call("export", "atom", "author:song")
    found = feedparser.parse(done.stdout)
    assert (done.status, found.bozo) == (0, False)
    listed = call("list", "author:song", "--columns", "title", "--format", "plain").stdout
    assert sorted(one.title for one in found.entries) == sorted(listed.splitlines())

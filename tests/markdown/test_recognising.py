"""Small lists that show what is an entry, where its title ends, and which link is its own."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from diffkb.markdown import read_document

TEXT = (Path(__file__).parents[1] / "data" / "lists" / "recognising.md").read_text("utf-8")
CASE = re.compile(
    r"^## (?P<title>[^\n]+)\n\n```markdown\n(?P<raw>.*?)```\n```json\n(?P<json>.*?)\n```$",
    re.DOTALL | re.MULTILINE,
)
CASES = {found["title"]: (found["raw"], json.loads(found["json"])) for found in CASE.finditer(TEXT)}


def read(text: str) -> list[dict[str, Any]]:
    """Gives all that the entries of a list say."""
    return [
        {
            "line": block.line,
            "end_line": block.end_line,
            "title": entry.title,
            "url": entry.url,
            "year": entry.year,
            "read": entry.read,
            "note": entry.note,
            "authors": entry.authors,
            "links": [link.label for link in entry.links],
        }
        for block in read_document(text).blocks
        for entry in block.entries
    ]


def test_every_case_is_found() -> None:
    assert len(CASES) == TEXT.count("```markdown")


@pytest.mark.parametrize("title", CASES)
def test_a_small_list_is_recognised_as_the_case_says(title: str) -> None:
    raw, expected = CASES[title]
    found = read(raw)
    assert [one["line"] for one in found] == [one["line"] for one in expected]
    for got, want in zip(found, expected, strict=True):
        assert {name: got[name] for name in want} == want


@pytest.mark.parametrize("title", CASES)
def test_a_small_list_reads_the_same_with_the_dialect_that_is_stored(title: str) -> None:
    raw, _ = CASES[title]
    reading = read_document(raw)
    assert "".join(block.raw for block in reading.blocks) == raw
    assert read_document(raw, reading.dialect) == reading

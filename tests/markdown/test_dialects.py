"""Small lists in every dialect: which entries are read, alone as in their document, and edits."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffkb.errors import CannotWrite
from diffkb.markdown import Context, Dialect, get_fields, put_fields, read_document

LISTS = Path(__file__).parents[1] / "data" / "lists"
CASE = re.compile(
    r"^## (?P<title>[^\n]+)\n\n```markdown\n(?P<raw>.*?)```\n```json\n(?P<json>.*?)\n```$",
    re.DOTALL | re.MULTILINE,
)
CASES = {
    found["title"]: (found["raw"], json.loads(found["json"]))
    for found in CASE.finditer((LISTS / "dialects.md").read_text(encoding="utf-8"))
}
VALUES: dict[str, list[object]] = {
    "title": ["A New Name", "A*b [c] <d>", "x"],
    "url": ["https://example.org/new.pdf", "a b"],
    "wr": [None, 1, 3, 9],
    "note": ["Some words that say much.", None, "- a\n- b"],
    "year": [1999, None],
}
SHOWN = ("title", "url", "year", "venue", "authors", "wr", "read")


def read(text: str) -> list[dict[str, Any]]:
    """Gives what the entries say, without what they leave open."""
    told = [
        {
            "line": block.line,
            **{name: getattr(entry, name) for name in SHOWN},
            "links": [link.label for link in entry.links],
        }
        for block in read_document(text).blocks
        for entry in block.entries
    ]
    return [{name: value for name, value in one.items() if value not in (None, [])} for one in told]


def test_every_case_is_found() -> None:
    text = (LISTS / "dialects.md").read_text(encoding="utf-8")
    assert len(CASES) == text.count("```markdown")


@pytest.mark.parametrize("title", CASES)
def test_a_small_list_is_read_as_the_case_says(title: str) -> None:
    raw, expected = CASES[title]
    assert read(raw) == expected


@pytest.mark.parametrize("title", CASES)
def test_a_list_reads_the_same_with_its_stored_dialect_and_block_by_block(title: str) -> None:
    raw, _ = CASES[title]
    reading = read_document(raw)
    assert "".join(block.raw for block in reading.blocks) == raw
    stored = Dialect.from_json(reading.dialect.to_json())
    assert read_document(raw, stored) == reading
    for block in reading.blocks:
        if block.context is not None:
            ctx = Context(stored, block.context.year, weak=block.context.weak).with_json(
                block.context.to_json()
            )
            assert get_fields(block.raw, ctx) == block.entries


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(CASES)), st.sampled_from(sorted(VALUES)), st.data())
def test_an_edit_reads_back_or_names_its_field(title: str, name: str, data: st.DataObject) -> None:
    blocks = [block for block in read_document(CASES[title][0]).blocks if block.context]
    if not blocks:
        return
    block = data.draw(st.sampled_from(blocks))
    ctx = block.context or Context()
    (before,) = block.entries
    assert put_fields({name: getattr(before, name)}, block.raw, ctx) == block.raw
    changed: dict[str, Any] = {name: data.draw(st.sampled_from(VALUES[name]))}
    refused = name
    try:
        after = put_fields(changed, block.raw, ctx)
    except CannotWrite as refusal:
        after, refused = block.raw, refusal.field
        changed = {}
    assert refused == name
    (now,) = get_fields(after, ctx)
    followed: dict[str, Any] = {"mentioned": (), "year_from": now.year_from}
    assert replace(now, mentioned=()) == replace(before, **changed, **followed)

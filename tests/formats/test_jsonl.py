"""An entry a line: the shape every answer in JSON has."""

from __future__ import annotations

import json
from dataclasses import fields, replace

from hypothesis import given
from hypothesis import strategies as st

from diffkb.core.models import Author, Entry, Link
from diffkb.formats.jsonl import entry_object, write_entries

# Halves of surrogate pairs and controls are rare among all characters, and what this is about.
STRANGE = st.characters(exclude_categories=()) | st.sampled_from("\ud800\udcff\0\n\x1b\u2028")

ENTRY = Entry(
    id=1,
    document="A list",
    kind="paper",
    title="A title",
    url="https://example.org/a",
    links=(Link("code", "https://example.org/code"),),
    year=2020,
    year_from="heading",
    wr=3,
    read=None,
    section=("Strings", "Bowed"),
    tags=("loud",),
    note="One line.\nAnother.",
    arxiv_id=None,
    doi="10.1234/5",
    openreview_id=None,
    authors=(Author("Ada Example", "Example", "Ada"),),
    venue=None,
    published="2020-01-02",
    abstract=None,
    pending=False,
    key="example2020title",
)


def test_an_entry_is_one_object_with_all_its_keys() -> None:
    [line] = write_entries([ENTRY])
    found = json.loads(line)
    assert list(found) == [field.name for field in fields(Entry)]
    assert found["links"] == [{"label": "code", "url": "https://example.org/code"}]
    assert found["authors"] == [{"name": "Ada Example", "family": "Example", "given": "Ada"}]
    assert found["section"] == ["Strings", "Bowed"]
    assert (found["venue"], found["read"]) == (None, None)


@given(st.lists(st.text(STRANGE, max_size=20), max_size=5))
def test_whatever_a_title_holds_an_entry_is_one_line_of_utf8(titles: list[str]) -> None:
    lines = list(write_entries(replace(ENTRY, title=title) for title in titles))
    text = "".join(lines).encode("utf-8", "strict")
    assert text.count(b"\n") == len(titles)
    for line, title in zip(lines, titles, strict=True):
        found = json.loads(line)["title"]
        assert [a for a, b in zip(found, title, strict=True) if a != b] == ["\ufffd"] * sum(
            "\ud800" <= one <= "\udfff" for one in title
        )


def test_the_object_is_what_the_line_says() -> None:
    assert json.loads(next(iter(write_entries([ENTRY])))) == json.loads(
        json.dumps(entry_object(ENTRY))
    )


def test_no_entries_are_no_lines() -> None:
    assert list(write_entries([])) == []

"""Atom feeds: an independent reader finds the fields, whatever the texts hold."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.test_markdown_list import PLAIN

from diffkb.core.models import Author
from diffkb.core.references import Reference
from diffkb.formats import Style
from diffkb.formats.atom import ATOM, FORBIDDEN, NEWEST, write

TEXT = st.text(st.characters() | st.sampled_from("<>&\"'\0\x0b\x1b\ufffe\u202e]"), max_size=20)
WHEN = "2024-05-01T10:00:00Z"


def reference(number: int, **fields: Any) -> Reference:
    """Returns an entry that was added a second after the one before it."""
    added = f"2024-05-01T10:{number // 60:02}:{number % 60:02}Z"
    entry = replace(PLAIN, id=number, **fields)
    return Reference(entry, f"key{number}", None, added, added, None, {})


def feed_of(*references: Reference) -> Any:
    """Returns a feed as feedparser reads it, and holds that it is well formed."""
    text = "".join(write(references, Style()))
    found = feedparser.parse(text.encode())
    assert not found.bozo, found.bozo_exception
    return found


@given(TEXT, TEXT, TEXT, TEXT)
def test_any_text_is_well_formed_and_read_back(title: str, note: str, name: str, tag: str) -> None:
    fields = {"title": title, "note": note, "authors": (Author(name),), "tags": (tag,)}
    one = reference(1, abstract=title, **fields)
    assert feed_of(one).entries[0].link == PLAIN.url
    # feedparser mends texts that look as if they were decoded wrongly, so XML is the judge here.
    tree = ET.fromstring("".join(write([one], Style())).encode())  # noqa: S314 - our own
    (found,) = tree.iter(f"{{{ATOM}}}entry")
    ends = re.compile("\r\n?")
    for path, text in (("title", title), ("author/{*}name", name)):
        told = found.findtext(f"{{*}}{path}")
        assert told == ends.sub("\n", FORBIDDEN.sub("\ufffd", text))
    assert [c.get("term") for c in found.iterfind("{*}category")] == [FORBIDDEN.sub("\ufffd", tag)]


def test_the_newest_come_first_and_the_rest_is_left_out() -> None:
    found = feed_of(*map(reference, range(NEWEST + 7)))
    assert len(found.entries) == NEWEST
    times = [one.published for one in found.entries]
    assert times == sorted(times, reverse=True)
    assert times[0] == reference(NEWEST + 6).added
    assert found.feed.updated == times[0]


def test_an_id_stays_whatever_is_edited() -> None:
    before, after = reference(1), reference(1, title="Another", url="x", key="other1")
    assert feed_of(before).entries[0].id == feed_of(after).entries[0].id
    assert len({one.id for one in feed_of(*map(reference, range(9))).entries}) == 9


def test_nothing_in_a_note_or_a_link_is_run() -> None:
    note = "<script>alert(1)</script> [x](javascript:alert(1)) *good*"
    raw = "".join(write([reference(1, note=note, url="javascript:alert(1)")], Style()))
    assert 'href="javascript' not in raw
    (found,) = feedparser.parse(raw.encode(), sanitize_html=False).entries
    assert "<script" not in found.content[0].value
    assert "href" not in found.content[0].value
    assert "<em>good</em>" in found.content[0].value


def test_a_feed_of_nothing_is_a_feed() -> None:
    assert feed_of().entries == []

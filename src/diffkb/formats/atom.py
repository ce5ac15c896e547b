"""Atom feeds of what was added last, for readers of news (RFC 4287)."""

from __future__ import annotations

import heapq
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit
from uuid import UUID, uuid5
from xml.etree import ElementTree as ET

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from diffkb.core.references import Reference
    from diffkb.formats import Style

ATOM = "http://www.w3.org/2005/Atom"
# The ids of feeds and entries are made within this one; another would make all entries new.
IDS = UUID("6f0c1f0e-6f3b-5d0a-9d55-0c1b7b1a4c57")
NEWEST = 50
NEVER = "1970-01-01T00:00:00Z"
# https://www.w3.org/TR/xml/#charsets
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(references: Iterable[Reference], _style: Style) -> Iterator[str]:
    """Yields a feed of the entries that were added last, at most NEWEST, newest first."""
    newest = heapq.nlargest(NEWEST, references, key=lambda one: (one.added, one.entry.id))
    lists = sorted({one.entry.document for one in newest})
    feed = ET.Element("feed", xmlns=ATOM)
    _add(feed, "id", _id(f"feed {' / '.join(lists)}"))
    _add(feed, "title", ", ".join(lists) or "Nothing was added yet")
    _add(feed, "updated", max((one.changed for one in newest), default=NEVER))
    _add(_add(feed, "author"), "name", "diffkb")
    for one in newest:
        _add_entry(feed, one)
    ET.indent(feed)
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    yield ET.tostring(feed, encoding="unicode")
    yield "\n"


def _add_entry(feed: ET.Element, one: Reference) -> None:
    """Adds an entry; its id is made of what never changes, its number and when it was added."""
    entry = one.entry
    item = _add(feed, "entry")
    _add(item, "id", _id(f"entry {entry.id} {one.added}"))
    _add(item, "title", entry.title)
    _add(item, "published", one.added)
    _add(item, "updated", one.changed)
    for author in entry.authors:
        _add(_add(item, "author"), "name", author.name)
    if (address := _web_address(entry.url)) is not None:
        _add(item, "link", rel="alternate", href=address)
    for term in (*entry.section, *entry.tags):
        _add(item, "category", term=term)
    if entry.abstract:
        _add(item, "summary", entry.abstract)
    # An entry without a link has to have content (section 4.1.2 of the RFC).
    _add(item, "content", _html(entry.note or ""), type="html")


def _add(parent: ET.Element, name: str, text: str | None = None, **values: str) -> ET.Element:
    """Adds an element, without the characters that XML has no place for, and returns it."""
    element = ET.SubElement(parent, name)
    if text is not None:
        element.text = _allowed(text)
    for key, value in values.items():
        element.set(key, _allowed(value))
    return element


def _allowed(text: str) -> str:
    """Returns text as XML can hold it."""
    return FORBIDDEN.sub("\ufffd", text)


def _id(name: str) -> str:
    """Returns the id that belongs to a name."""
    return str(uuid5(IDS, _allowed(name)).urn)


def _html(note: str) -> str:
    """Returns a note in HTML; HTML in it is text, and links lead to no script."""
    return str(MarkdownIt("commonmark", {"html": False}).render(_allowed(note)))


def _web_address(url: str | None) -> str | None:
    """Returns a URL in ASCII; None for what leads to no web page."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return None
    return quote(_allowed(parts.geturl()), safe="%/:?#[]@!$&'()*+,;=~")

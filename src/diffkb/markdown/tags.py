"""Labels that a list gives a work: in back-ticks, in brackets, on badges, in a named field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from diffkb.markdown.labels import is_label, is_venue
from diffkb.markdown.plain import plain_text
from diffkb.markdown.venues import is_date, is_venue_name

if TYPE_CHECKING:
    from collections.abc import Iterator

HAS_TAGS = re.compile(r"[`\[<【#]")
_CODE = re.compile(r"(?<!`)`([^`\r\n]{1,60})`(?!`)")
# The bracket comes first, for the search to go from one to the next.
_BRACKETS = re.compile(r"\[(?<![\]!\[\w]\[)(?![\[ \^])([^\[\]`\r\n]{1,60}?)\\?\](?![(\[:])")
_WIDE = re.compile(r"【([^【】\r\n]{1,40})】")
# A word after a hash, as notes are labelled with; a number after one counts something.
_HASHTAG = re.compile(r"(?<=[ \t])#([^\W\d](?:[\w-]|/(?=\w)){1,39})(?=[\s,.;]|\Z)")
_PATTERNS = (("`", _CODE), ("[", _BRACKETS), ("【", _WIDE))
_IMAGE = re.compile(r"!\[([^\[\]\r\n]{0,80})\]\(\s*([^()\s]{1,400})[^()]{0,100}\)")
_HTML_IMAGE = re.compile(r"<img\s[^<>]{1,600}>", re.IGNORECASE)
_SRC = re.compile(r"\bsrc\s?=\s?[\"']?([^\s\"'<>]+)", re.IGNORECASE)
_ALT = re.compile(r"\balt\s?=\s?(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_BADGE = re.compile(r"/badge/([^?#\s]+)")
_MADE_OF = re.compile(r"(?:[^-]|--)++")
_SMALL = re.compile(r"<(sub|small|kbd)>([^<>\r\n]{2,300})</\1>", re.IGNORECASE)
_ITEM = re.compile(r"[^,;，；、·•|\[\]`]+")
_COUNTS = re.compile(
    r"stars?\b|forks?\b|hits|visit|views|license|last commit|downloads?|citations?|badge\Z|awesome",
    re.IGNORECASE,
)
_NOTHING = frozenset(("placeholder", "todo", "tbd", "none", "yes", "no", "n/a", "na", "unknown"))
_CITED_AS = frozenset(
    ("j", "c", "m", "d", "p", "r", "s", "n", "a", "z", "eb/ol", "j/ol", "ol", "x", "")
)


class Tag(NamedTuple):
    """A label and where it stands."""

    text: str
    start: int
    end: int


def tags_in(raw: str, start: int, end: int) -> Iterator[Tag]:
    """Yields the labels that stand in a part of a text without prose, in no order."""
    for sign, pattern in _PATTERNS:
        if raw.find(sign, start, end) >= 0:
            for found in pattern.finditer(raw, start, end):
                if is_tag(found[1]):
                    yield Tag(plain_text(found[1]).strip(" *_"), *found.span(1))
    if raw.find("#", start, end) >= 0:
        for found in _HASHTAG.finditer(raw, start, end):
            yield Tag(found[1], *found.span(1))
    if raw.find("![", start, end) >= 0:
        for found in _IMAGE.finditer(raw, start, end):
            yield from _badge(found[1], found[2], *found.span())
    if raw.find("<", start, end) >= 0:
        yield from _html_tags(raw, start, end)


def listed_tags(raw: str, start: int, end: int) -> Iterator[Tag]:
    """Yields the labels of a field that lists them."""
    pattern = _BRACKETS_ALONE if raw.find("[", start, end) >= 0 else _ITEM
    for found in pattern.finditer(raw, start, end):
        group = found.lastindex or 0
        text = plain_text(found[group]).strip(" .*_")
        if len(text) <= 80 and any(one.isalnum() for one in text):
            yield Tag(text, *found.span(group))


def is_tag(text: str) -> bool:
    """Says whether a label says what a work is about, rather than what a link leads to."""
    bare = text.strip(" *_`.")
    low = bare.lower()
    if (
        low in _CITED_AS
        or low in _NOTHING
        or not any(one.isalpha() for one in bare)
        or len(bare.split()) > 5
    ):
        return False
    if (
        is_label(bare)
        or is_venue(bare)
        or is_date(bare)
        or is_venue_name(bare)
        or "http" in low
        or "=" in bare
    ):
        return False
    return re.search(r"(?:19|20)[0-9]{2}|['’][0-9]{2}\b", bare) is None


_BRACKETS_ALONE = re.compile(r"\[([^\[\]\r\n]{1,80})\]")


def _badge(alt: str, url: str, start: int, end: int) -> Iterator[Tag]:
    """Yields what a badge says."""
    low = url.lower()
    shown = _BADGE.search(url)
    if shown is None and "badge" not in low:
        return
    words = alt.strip() or (_shown(shown[1]) if shown else "")
    if words and not _COUNTS.search(words) and "/stars/" not in low and is_tag(words):
        yield Tag(words, start, end)


def _shown(path: str) -> str:
    """Returns the words on a badge, from its address: label, message, color."""
    parts = [one.replace("--", "-") for one in _MADE_OF.findall(path.strip("/"))]
    words = parts[:-1] if len(parts) > 1 else parts
    return " ".join(
        unquote(one).replace("__", "\0").replace("_", " ").replace("\0", "_") for one in words
    ).strip()


def _html_tags(raw: str, start: int, end: int) -> Iterator[Tag]:
    """Yields the labels on badges and in small print of HTML."""
    for found in _HTML_IMAGE.finditer(raw, start, end):
        source, alt = _SRC.search(found[0]), _ALT.search(found[0])
        if source:
            yield from _badge((alt[1] or alt[2] or "") if alt else "", source[1], *found.span())
    for found in _SMALL.finditer(raw, start, end):
        words = found[2].split()
        if (
            len(words) <= 12
            and not words[0].isdigit()
            and raw[start : found.start()].strip(" \t\\\r\n") == ""
        ):
            for one in listed_tags(raw, *found.span(2)):
                text = one.text.strip()
                yield Tag(text, *_tight(raw, one.start, one.end))


def _tight(raw: str, start: int, end: int) -> tuple[int, int]:
    """Returns a span without the blanks around it."""
    text = raw[start:end]
    return start + len(text) - len(text.lstrip()), start + len(text.rstrip())


def cell_tags(raw: str, start: int, end: int) -> list[Tag]:
    """Returns the labels that fill a cell."""
    text = raw[start:end]
    if not 1 < len(text) <= 60 or "](" in text or "http" in text:
        return []
    tags = list(listed_tags(raw, start, end))
    good = all(len(one.text.split()) <= 3 and is_tag(one.text) for one in tags)
    return tags if good else []

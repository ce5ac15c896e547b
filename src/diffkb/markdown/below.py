"""What the lines below a title say: fields with names, authors, a venue, links, and a note."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from diffkb.markdown.beside import CJK, LETTERS, LINE, OPENING, read_labels, read_run, runs
from diffkb.markdown.labels import is_label, is_venue, names_target
from diffkb.markdown.notes import field_at
from diffkb.markdown.tags import Tag, listed_tags
from diffkb.markdown.venues import venue_of

if TYPE_CHECKING:
    from diffkb.markdown.beside import Place, Said
    from diffkb.markdown.spans import Span

_NOISE = re.compile(
    r"</?(?:details|summary|p|div|br|ul|li|span|hr|sub|sup|blockquote)\b[^<>]*>"
    r"|<summary>(?:<b>)?[^<>]{0,40}(?:</b>)?</summary>|<!--(?:[^-]|-(?!->)){0,400}+-->|\\|-{3,}",
    re.IGNORECASE,
)
_ABSTRACT = re.compile(r"<summary>[^\w\r\n]{0,12}(?:<\w{1,8}>)?\W{0,6}abstract", re.IGNORECASE)
_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})")
_SMALL = ("<sub", "<small", "<kbd")
# A longer line is prose, and more lines than these are.
_LONGEST = 6000
_MOST_LINES = 40
_MOST_REST = 6
_SENTENCE = 6


class _Line(NamedTuple):
    """A line: whether it is blank, the curator's words in it, and what ends a part passed over."""

    blank: bool
    note: Place | None
    skipping: str


_BLANK = _Line(blank=True, note=None, skipping="")
_READ = _Line(blank=False, note=None, skipping="")


def read_below(said: Said, start: int, end: int) -> None:
    """Reads the lines below the title's own.

    Args:
        said: where what is found goes.
        start: where the first of them begins.
        end: where the entry's text ends.
    """
    raw = said.raw
    at = start
    mixed = raw.find("\r", start, end) >= 0 or raw.find("<br", start, end) >= 0
    skipping = ""
    first = True
    note: Place | None = None
    for _ in range(_MOST_LINES):
        if at >= end:
            break
        stop = raw.find("\n", at, end)
        stop, following = (stop, stop + 1) if stop >= 0 else (end, end)
        if mixed:
            found = LINE.search(raw, at, end)
            stop, following = found.span() if found else (end, end)
        line = _read_line(said, at, stop, skipping, first=first)
        skipping = line.skipping
        first = first and line.blank
        if line.note:
            note = (note[0] if note else line.note[0], line.note[1])
        elif note and not line.blank:
            said.notes.append(note)
            note = None
        at = following
    if at < end:
        note = (note[0] if note else at, _without_closing(raw, at, end))
    if note:
        said.notes.append(note)


def _without_closing(raw: str, start: int, end: int) -> int:
    """Returns where the words of a long note end."""
    close = raw.rfind("</details", max(start, end - 40), end)
    return start + len(raw[start : close if close >= 0 else end].rstrip())


def _read_line(  # noqa: PLR0911 - a kind of line each
    said: Said, start: int, end: int, skipping: str, *, first: bool
) -> _Line:
    """Reads one line, by what it looks like."""
    raw = said.raw
    bare = raw[start:end].strip(" \t")
    if skipping:
        return _READ._replace(skipping="" if skipping in bare else skipping)
    if not bare:
        return _BLANK
    if bare[0] in "`~" and (fence := _FENCE.match(bare)):
        return _READ._replace(skipping=fence[1])
    if ("<" in bare or bare[0] in "\\-") and (markup := _read_markup(said, bare, start, end)):
        return markup
    opening = OPENING.match(raw, start, end)
    at = opening.end() if opening else start
    field = field_at(raw, at, end)
    if field:
        return _READ._replace(note=_read_field(said, *field, end))
    if end - at < _LONGEST and _is_bibliographic(said, at, end, first=first):
        return _READ._replace(note=_words_after(said))
    return _READ._replace(note=(start, end))


def _words_after(said: Said) -> Place | None:
    """Returns the curator's words that follow authors on a line of theirs, in a sentence."""
    if not said.rest or said.authors is None:
        return None
    start, end = said.rest[0][0], said.rest[-1][1]
    words = LETTERS.findall(said.raw, start, end)
    small = sum(one.islower() for one in words)
    between = said.raw[said.authors[1] : start]
    if len(words) < _SENTENCE or small < 0.6 * len(words) or not between or "," in between:
        return None
    return start, end


def _read_markup(said: Said, bare: str, start: int, end: int) -> _Line | None:
    """Reads a line that is HTML or a sign and no words; None for one that holds words."""
    if _ABSTRACT.search(bare):
        return _READ._replace(skipping="" if "</details" in bare else "</details")
    before = len(said.tags)
    if bare.startswith(_SMALL):
        said.add_tags(start, end)
        return _READ if len(said.tags) > before else None
    if _NOISE.sub("", bare).strip(" \t*-"):
        return None
    said.add_tags(start, end)
    return _READ


def _read_field(said: Said, kind: str, value: int, end: int) -> Place | None:
    """Takes what a named field says; returns the span of a note."""
    raw = said.raw
    if kind == "note" and LETTERS.search(raw, value, end):
        return value, end
    if kind == "tags":
        for run in runs(said, value, end):
            said.tags.extend(listed_tags(raw, *run))
        links = [one for one in said.links_in(value, end) if one.kind == "link"]
        said.tags.extend(Tag(text, *one.text) for one in links if (text := one.words))
    elif kind == "authors" and said.authors is None:
        said.authors = _without_marks(raw, value, end)
    elif kind == "venue" and said.venue is None:
        place = venue_of(raw[value:end])
        said.venue = (value + place[0], value + place[1]) if place else None
    elif kind == "other":
        said.cited.append((value, end))
    return None


def _is_bibliographic(said: Said, at: int, end: int, *, first: bool) -> bool:
    """Takes what a line of names, venue, date, labels and links says, if it is one."""
    authors, venue, dated = said.authors, said.venue, said.dated
    said.rest = []
    lead = first
    for run in runs(said, at, end):
        read_run(said, *run, below=True, lead=lead)
        lead = False
        if len(said.rest) > _MOST_REST:
            break
    named = authors is None and said.authors is not None
    links = said.links_in(at, end)
    if _is_over(said, links, named=named):
        if links and said.venue is None:
            read_labels(said, links)
        said.add_tags(at, end)
        said.cited.append((at, end))
        return True
    said.authors, said.venue, said.dated = authors, venue, dated
    return False


def _is_over(said: Said, links: list[Span], *, named: bool) -> bool:
    """Says whether what is left of a line is too little to be somebody's words."""
    raw = said.raw
    left = " ".join(raw[a:b] for a, b in said.rest)
    words = len(LETTERS.findall(left))
    if named:
        return words < 25
    cjk = 0 if left.isascii() else len(CJK.findall(left))
    if not words and not cjk:
        return True
    if any(one.kind != "bare" and not _labels(raw, one) for one in links):
        return False
    if words + cjk // 2 <= (3 if links else 0):
        return True
    return words <= 3 and is_label(left)


def _labels(raw: str, link: Span) -> bool:
    """Says whether a link's words name what it leads to."""
    return names_target(raw, link) or is_venue(link.words)


def _without_marks(raw: str, start: int, end: int) -> Place | None:
    """Returns a span without blanks and marks around it."""
    while start < end and raw[start] in " \t*_":
        start += 1
    while end > start and raw[end - 1] in " \t\r\n*_\\.,;":
        end -= 1
    return (start, end) if start < end else None

"""What stands on the line of a title: authors, a venue, labels and a comment, from left to right."""

# Patterns read better in one piece.
# ruff: noqa: E501

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from diffkb.markdown.authors import authors_at, read_names
from diffkb.markdown.labels import is_label, is_venue, names_target
from diffkb.markdown.notes import field_at
from diffkb.markdown.tags import HAS_TAGS, tags_in
from diffkb.markdown.venues import DATE, is_venue_name, read_venue, venue_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffkb.markdown.authors import Names
    from diffkb.markdown.spans import Span
    from diffkb.markdown.tags import Tag
    from diffkb.markdown.titles import Title

Place = tuple[int, int]

LETTERS = re.compile(r"[^\W\d_]{2,}")
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
LINE = re.compile(r"\r\n|\n|\r|<br ?/?>", re.IGNORECASE)
# What opens an item or a quotation, a box included.
OPENING = re.compile(
    r"[ \t]*+(?:(?:[-*+•]|[0-9]{1,3}[.)])[ \t]++)?+(?:>[ \t]*+)?(?:\[[ xX]\][ \t]++)?+"
)
# Signs, labels, images, comments and emoji between what can be read.
_SKIP = re.compile(
    r"(?:!\[[^\[\]\r\n]{0,200}\]\([^()\s]{0,400}\)|`[^`\r\n]{1,60}`|&[a-z]{2,8};"
    r"|(?<=\[)[^\[\]\r\n]{1,45}(?=\](?!\())|<!--(?:[^-]|-(?!->)){0,400}+-->"
    r"|@[a-zA-Z][\w:.-]{2,40}|(?<=[ \t])#[^\W\d][\w/-]{1,40}(?=[\s,.;]|\Z)"
    r"|</?[A-Za-z!][^<>]*+>|:[a-z0-9_+-]{1,40}:|[⭐★☆✓✔☑⚠❌✅\u2600-\u27bf\ufe0f\u200b\U0001f300-\U0001faff]"
    r"|[\s*_,.;:|·•~/–—\-\\()（）\[\]<>“”\"+&、，。：；!?#^{}=])++"
)
# Words as far as they go: to a cell's end, a year in parentheses, an image, a line's end.
_PIECE = re.compile(
    r"(?:[^|(（!<\r\n]++|!(?!\[)|[(（](?!'?(?:19|20)?[0-9]{2}[)）])|<(?!/summary|br|/?p>|!--))++"
)
_INNER = re.compile(r"[^()（）\r\n]++")
_CELL = re.compile(r"([A-Z][^\s|]{1,24}(?: [A-Z][^\s|]{1,20}){0,3})\s*\|")
_WORKPLACE = re.compile(
    r"[\s*_.]*\((?![^()]{0,80}(?:19|20)[0-9]{2})(?:[A-Z][\w.&'-]*|of|the|and|for|at|in|de|&|,|\s)++\)"
)
_NESTED = re.compile(r"[\r\n][ \t]*+[-*+][ \t]")
_LABEL = re.compile(r"[^\[\](){}|【】:：\r\n*`]{2,60}")
_ENDS_IN_YEAR = re.compile(r"\s(?:19|20)[0-9]{2}\Z")
_YEAR = re.compile(r"(?:1[5-9]|20)[0-9]{2}")
_YEAR_IN_PARENTHESES = re.compile(r"\.?\s?\((?:1[5-9]|20)[0-9]{2}[a-z]?\)")
# What parts one author from the title.
_ONE_PARTED = re.compile(r"(?:,|,?\s\(?(?:1[5-9]|20)[0-9]{2}[a-z]?\)?[,.:]?)\s[*_\"“]*")
_PRESENTS = re.compile(r"present(?:s|ed|ing)?: \Z")
_OWNED = re.compile(r"(?:\*\*|__|[*_])?['’]s\s[\[*_\"“]")
_DATED = re.compile(r"(?:19|20)[0-9]{2}|['’][0-9]{2}")
_LONG_WORD = re.compile(r"\w{3,}")
END_SIGNS = ' \t\r\n*_,，;:|·•/–—-\\([（【<"“”`'
_MARKS = "⭐★🌟✓✔✅☑⚠❌\ufe0f"
_LONGEST_LEAD = 3000
_MOST_TAGS = 100


class Said:
    """What an entry says as far as it was read.

    Attributes:
        raw: its block.
        title: where its title and links lie.
        authors: the span of the authors' names.
        venue: the span of the venue.
        dated: the span of the digits of the year that stands with it.
        tags: its labels.
        notes: the spans of the curator's words.
        cited: the spans of lines that say where the work was published, not what is in it.
        rest: the spans of words of one line that are nothing else.
    """

    __slots__ = (
        "_starts",
        "authors",
        "cited",
        "dated",
        "notes",
        "raw",
        "rest",
        "tags",
        "title",
        "venue",
    )

    def __init__(self, raw: str, title: Title) -> None:
        self.raw = raw
        self.title = title
        self.authors: Place | None = None
        self.venue: Place | None = None
        self.dated: Place | None = None
        self.tags: list[Tag] = []
        self.notes: list[Place] = []
        self.cited: list[Place] = []
        self.rest: list[Place] = []
        self._starts = [one.start for one in title.links]

    def links_in(self, start: int, end: int) -> list[Span]:
        """Returns the links that begin in a part."""
        links = self.title.links
        if not links:
            return links
        return links[bisect_left(self._starts, start) : bisect_left(self._starts, end)]

    def add_tags(self, start: int, end: int) -> None:
        """Takes the labels that stand in a part without prose."""
        if HAS_TAGS.search(self.raw, start, end) is None:
            return
        taken = [(one.start, one.end) for one in self.links_in(start, end)]
        taken.append(self.title.span)
        for tag in tags_in(self.raw, start, end):
            if len(self.tags) == _MOST_TAGS:
                return
            if all(tag.end <= first or tag.start >= last for first, last in taken):
                self.tags.append(tag)

    def is_free(self, start: int, end: int) -> bool:
        """Says whether a part stands outside title, names, venue, notes and addresses."""
        taken = [one for one in (self.title.span, self.authors, self.venue, *self.notes) if one]
        at = bisect_left(self._starts, end)
        if at:
            taken.append(self.title.links[at - 1].target)
        return all(end <= first or start >= last for first, last in taken)

    def free_tags(self, marks: list[Place]) -> list[Tag]:
        """Returns the labels that are no part of another field, these marks included."""
        taken = [one for one in (self.authors, self.venue, *self.notes, *marks) if one]
        return [
            tag
            for tag in self.tags
            if all(tag.end <= start or tag.start >= end for start, end in taken)
        ]


def read_before(said: Said) -> None:
    """Reads what stands before the title: authors, a venue, labels."""
    raw, title = said.raw, said.title
    start, end = title.body, title.span[0]
    if not 2 <= end - start <= _LONGEST_LEAD:
        return
    said.add_tags(start, end)
    for nested in _NESTED.finditer(raw, start, end):
        start = nested.start() + 1
    opening = OPENING.match(raw, start, end)
    start = opening.end() if opening else start
    if end - start > 2:
        said.venue = _venue_before(raw, start, end)
        said.authors = _authors_before(said, start, end)


def _venue_before(raw: str, start: int, end: int) -> Place | None:
    """Returns a venue in brackets or before a sign that parts it from the title."""
    for found in _LABEL.finditer(raw, start, end):
        words = found[0].strip(" -–—,.")
        if not words:
            continue
        bracketed = raw[found.start() - 1 : found.start()] in {"[", "("}
        if is_venue(words) or (bracketed and (_ENDS_IN_YEAR.search(words) or is_venue_name(words))):
            return _lettered(raw, found.start() + found[0].index(words), words)
    return None


def _lettered(raw: str, at: int, words: str) -> Place | None:
    """Returns where the venue's name lies in the words at a place, if it has letters."""
    place = venue_of(words)
    if place is None or not LETTERS.search(raw, at + place[0], at + place[1]):
        return None
    return at + place[0], at + place[1]


def _authors_before(said: Said, start: int, end: int) -> Place | None:
    """Returns the names right before the title."""
    raw = said.raw
    skip = _SKIP.match(raw, start, end)
    at = skip.end() if skip else start
    label = field_at(raw, at, end)
    if label and (label[0] == "authors" or label[1] - at < 8):
        at = label[1]
    told = raw.rfind(": ", at, end - 2) + 2
    at = told if told > 2 and _PRESENTS.search(raw, at, told) else at
    names = read_names(raw, at, end)
    if names is None or said.links_in(names.start, names.end):
        return None
    between = raw[names.end : end]
    if len(between) > 40 or _LONG_WORD.search(_YEAR.sub("", between)):
        return None
    after = between.lstrip(" *_)")[:1]
    sure = names.open_end or (names.number > 1 and (names.full > 0 or after in {":", ".", ","}))
    plain = said.title.shape in {"text", "cited"} or "." in raw[names.start : names.end]
    plain = plain or "\n" in between
    sure = sure or (names.number > 1 and _YEAR_IN_PARENTHESES.match(between) is not None)
    stopped = raw[names.start : names.end].rstrip("*_ ").endswith(".")
    ended = stopped and not between.strip(' *_"“«') and names.full + names.number > 1
    alone = ended or (names.full > 0 and after != "" and after in (",.:" if plain else ",."))
    alone = alone or _is_one_before(said, names, between)
    return (names.start, names.end) if sure or alone else None


def _is_one_before(said: Said, names: Names, between: str) -> bool:
    """Says whether the one name before a title is its author's: "Rudin, *Title*", "Hatcher's"."""
    if names.number != 1:
        return False
    if _OWNED.match(between):
        return True
    marked = said.title.shape in {"italic", "quoted", "cited"}
    return marked and names.end - names.start > 2 and _ONE_PARTED.fullmatch(between) is not None


def read_labels(said: Said, links: list[Span]) -> None:
    """Reads a venue that is the text of one of these links."""
    raw, title = said.raw, said.title
    for one in links:
        led = one is title.primary and title.shape == "venue"
        words = raw[one.text[0] : one.text[1]]
        if one.kind == "bare" or len(words) > 60 or not (led or _DATED.search(words)):
            continue
        if one.text[0] < title.span[1] and title.span[0] < one.text[1]:
            continue
        if one is title.primary and title.shape == "author" and read_names(raw, *one.text):
            continue
        text = one.words
        if is_venue(text) and not DATE.fullmatch(text.strip(" ()[]")):
            said.venue = _lettered(raw, one.text[0], words)
            return


def read_beside(said: Said, end: int) -> None:
    """Reads what follows the title on its own line."""
    start = said.title.after
    for run in runs(said, start, end):
        read_run(said, *run, below=False)
    said.add_tags(start, end)
    comment = _comment(said) if said.rest else None
    if comment:
        said.notes.append(comment)


def runs(said: Said, start: int, end: int) -> Iterator[Place]:
    """Yields the stretches of a part between links."""
    at = start
    for one in said.links_in(start, end):
        if one.start > at:
            yield at, one.start
        at = one.end
    if at < end:
        yield at, end


def read_run(said: Said, at: int, end: int, *, below: bool, lead: bool = False) -> None:
    """Reads a stretch without links from left to right.

    Args:
        said: where what is found goes.
        at: where it begins.
        end: where it ends.
        below: whether it stands below the title's line.
        lead: whether it begins the first line there.
    """
    raw = said.raw
    first = at
    expected = True
    while (at := _skipped(raw, at, end)) < end:
        if date := DATE.match(raw, at, end):
            at = date.end()
            continue
        if said.authors is None:
            alone = lead and not LETTERS.search(raw, first, at)
            said.authors = authors_at(raw, at, end, below=below, alone=alone)
            if said.authors:
                at = max(at + 1, _after_place(raw, said.authors[1], end))
                expected = True
                continue
        if said.venue is None and (after := _take_venue(said, at, end, expected=expected)):
            at = max(at + 1, after)
            continue
        inside = raw[at - 1 : at] in {"(", "（"}
        piece = (_INNER if inside else _PIECE).match(raw, at, end)
        stop = max(piece.end() if piece else end, at + 1)
        said.rest.append((at, stop))
        at = stop
        expected = False


def _skipped(raw: str, at: int, end: int) -> int:
    """Returns where the next words stand."""
    skip = _SKIP.match(raw, at, end)
    return skip.end() if skip else at


def _take_venue(said: Said, at: int, end: int, *, expected: bool) -> int:
    """Takes a venue that stands at a place; returns where what follows it starts, or 0."""
    raw = said.raw
    venue = read_venue(raw, at, end, expected=expected)
    if venue:
        said.venue, said.dated = (venue.start, venue.end), venue.year
        return venue.after
    cell = _CELL.match(raw, at, end) if said.authors else None
    if cell and raw[max(0, at - 4) : at].rstrip().endswith("|"):
        said.venue = cell.span(1)
        return cell.end()
    return 0


def _after_place(raw: str, at: int, end: int) -> int:
    """Returns where reading goes on after authors: behind where they work."""
    place = _WORKPLACE.match(raw, at, end)
    return place.end() if place else at


def _comment(said: Said) -> Place | None:
    """Returns where the curator's words on the title's own line lie."""
    raw = said.raw
    pieces = [one for one in said.rest if _says(raw[slice(*one)])]
    if not pieces:
        return None
    start, end = pieces[0][0], pieces[-1][1]
    facts = [one for one in (said.authors, said.venue) if one]
    apart = any(start < one[0] < end for one in facts)
    if apart or any(names_target(raw, one) for one in said.links_in(start, end)):
        start, end = max(pieces, key=lambda one: one[1] - one[0])
    else:
        end = _with_links(said, start, end)
    end = min([end, *(one[0] for one in facts if one[0] >= start)])
    return _without_signs(said, start, end)


def _with_links(said: Said, start: int, end: int) -> int:
    """Returns where a comment ends, links that belong to its words included."""
    raw = said.raw
    inside = raw[start - 1 : start] == "(" and ")" not in raw[start:end]
    for one in said.links_in(end, len(raw)):
        if raw[end : one.start].strip(" ,") not in {"", "and"}:
            break
        more = next((piece for piece in said.rest if piece[0] >= one.end), None)
        follows = more is not None and not raw[one.end : more[0]].strip(" ,.;:)")
        if not (inside or _is_said(raw, one, follows=follows)):
            break
        end = more[1] if more and follows else one.end
    return end


def _is_said(raw: str, link: Span, *, follows: bool) -> bool:
    """Says whether a link is part of a sentence, not a label beside it."""
    words = link.words
    if not names_target(raw, link):
        return link.kind == "link" and (follows or " " in words)
    return follows and raw[link.start - 2 : link.start - 1].isalpha() and raw[link.end] == " "


def _without_signs(said: Said, start: int, end: int) -> Place | None:
    """Returns a span without signs and labels at its ends."""
    raw = said.raw
    for tag in sorted(said.tags, key=lambda one: -one.end):
        if start < tag.start < end and not raw[tag.end : end].strip(END_SIGNS + "])"):
            end = tag.start
    while start < end and raw[start] in END_SIGNS:
        start += 1
    end = _without_emoji(raw, start, end)
    text = raw[start:end]
    if text.endswith(")") and text.count("(") < text.count(")"):
        end -= 1
    return _with_marks(raw, start, end) if start < end else None


def _without_emoji(raw: str, start: int, end: int) -> int:
    """Returns where words end before signs and the marks of reading and worth."""
    at = -1
    while at != end:
        at = end
        while end > start and (raw[end - 1] in END_SIGNS or raw[end - 1] in _MARKS):
            end -= 1
        if raw.endswith((":star", ":star2"), start, end):
            end = raw.rindex(":star", start, end)
    return end


def _with_marks(raw: str, start: int, end: int) -> Place:
    """Returns a span with the marks of emphasis at its ends that those inside it need."""
    for mark in "*_":
        if raw.count(mark, start, end) % 2 == 0:
            continue
        if raw[start - 1 : start] == mark:
            start -= 1
        elif raw[end : end + 1] == mark:
            end += 1
    return start, end


def _says(text: str) -> bool:
    """Says whether words beside a title are a comment on it."""
    words = LETTERS.findall(text)
    if (len(words) < 2 or text.isupper()) and len(CJK.findall(text)) < 4:
        return False
    return not is_label(text) and not DATE.fullmatch(text.strip(" ()[].,*_"))

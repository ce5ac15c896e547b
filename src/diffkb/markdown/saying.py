"""What the lines of an entry say beside its title and links: read from left to right, once."""

# Thresholds and signs are what real lists show.
# ruff: noqa: PLR2004, RUF001, E501

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffkb.markdown.authors import after_by, read_names
from diffkb.markdown.labels import is_label, is_venue
from diffkb.markdown.notes import field_at
from diffkb.markdown.tags import Tag, is_tag, listed_tags, tags_in
from diffkb.markdown.titles import names_target, text_of
from diffkb.markdown.venues import DATE, read_venue, venue_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffkb.markdown.authors import Names
    from diffkb.markdown.spans import Span
    from diffkb.markdown.titles import Title

Place = tuple[int, int]

_SKIP = re.compile(
    r"(?:[\s*_,.;:|·•~/–—\-\\()（）\[\]<>“”\"+&、，。：；!?#^{}]"
    r"|!\[[^\[\]\r\n]{0,200}\]\([^()\s]{0,400}\)|`[^`\r\n]{1,60}`"
    r"|(?<=\[)[^\[\]\r\n]{1,45}(?=\](?!\())"
    r"|</?[A-Za-z!][^<>]*+>|:[a-z0-9_+-]{1,40}:|[⭐★☆✓✔☑⚠❌✅\u2600-\u27bf\ufe0f\u200b\U0001f300-\U0001faff])++"
)
_PIECE = re.compile(
    r"(?:[^|(（!<\r\n]++|!(?!\[)|[(（](?!'?(?:19|20)?[0-9]{2}[)）])|<(?!/summary|br|/?p>|!--))++"
)
_INNER = re.compile(r"[^()（）\r\n]++")
_LINE = re.compile(r"\r\n|\n|\r")
_OPENING = re.compile(
    r"[ \t]*+(?:(?:[-*+•]|[0-9]{1,3}[.)])[ \t]++)?+(?:>[ \t]*+)?(?:\[[ xX]\][ \t]++)?+"
)
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NOISE = re.compile(
    r"</?(?:details|summary|p|div|br|ul|li|span|hr|sub|sup|blockquote)\b[^<>]*>|<summary>(?:<b>)?[^<>]{0,40}(?:</b>)?</summary>|<!--.*?-->|\\|-{3,}",
    re.IGNORECASE,
)
_ABSTRACT = re.compile(r"<summary>[^\w\r\n]{0,12}(?:<\w{1,8}>)?\W{0,6}abstract", re.IGNORECASE)
_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})")
_MOST_LINES = 40
_MOST_NAMED = 2500
_END_SIGNS = ' \t\r\n*_,;:|·•/–—-\\([（【<"“”`'


class Said:
    """What was read so far."""

    __slots__ = ("authors", "links", "notes", "raw", "rest", "tags", "title", "venue")

    def __init__(self, raw: str, title: Title) -> None:
        self.raw = raw
        self.title = title
        self.links: list[Span] = title.links
        self.authors: Place | None = None
        self.venue: Place | None = None
        self.tags: list[Tag] = []
        self.notes: list[Place] = []
        self.rest: list[Place] = []

    def add_tags(self, start: int, end: int) -> None:
        """Takes the labels that stand in a part without prose."""
        raw = self.raw
        if not any(raw.find(one, start, end) >= 0 for one in "`[<【"):
            return
        inside = [one for one in self.links if one.start < end and one.end > start]
        span = self.title.span
        for tag in tags_in(raw, start, end):
            clear = all(tag.end <= one.start or tag.start >= one.end for one in inside)
            if clear and (tag.end <= span[0] or tag.start >= span[1]):
                self.tags.append(tag)


def read_before(said: Said) -> None:
    """Reads what stands before the title: authors, a venue, labels."""
    raw, title = said.raw, said.title
    start, end = title.body, title.span[0]
    if end - start < 2 or end - start > 3000:
        return
    said.add_tags(start, end)
    for line in _LINE.finditer(raw, start, end):
        if re.match(r"[ \t]*+[-*+][ \t]", raw[line.end() : end]):
            start = line.end()
    opening = _OPENING.match(raw, start, end)
    start = opening.end() if opening else start
    _venue_before(said, start, end)
    _authors_before(said, start, end)


def _venue_before(said: Said, start: int, end: int) -> None:
    """Reads a venue in brackets or before a sign that parts it from the title."""
    raw = said.raw
    for found in re.finditer(r"[^\[\](){}|【】:：\r\n*`]{2,60}", raw[start:end]):
        words = found[0].strip(" -–—,.")
        if not words or not is_venue(words):
            continue
        place = venue_of(words)
        if place and any(one.isalpha() for one in words[slice(*place)]):
            at = start + found.start() + found[0].index(words)
            said.venue = (at + place[0], at + place[1])
            return


def _authors_before(said: Said, start: int, end: int) -> None:
    """Reads the names right before the title."""
    raw = said.raw
    skip = _SKIP.match(raw, start, end)
    at = skip.end() if skip else start
    label = field_at(raw, at, end)
    if label and (label[0] == "authors" or label[1] - at < 8):
        at = label[1]
    names = read_names(raw, at, end)
    if names is None or any(names.start < one.end and one.start < names.end for one in said.links):
        return
    between = raw[names.after : end]
    if len(between) > 40 or re.search(r"\w{3,}", re.sub(r"(?:19|20)[0-9]{2}", "", between)):
        return
    after = between.lstrip(" *_)")[:1]
    sure = names.open_end or (names.count > 1 and (names.full > 0 or after in {":", ".", ","}))
    alone = names.full == 1 == names.count and after in {",", "."}
    if sure or alone or (names.full and after == ":" and "." in raw[names.start : names.end]):
        said.authors = (names.start, names.end)


def read_labels(said: Said) -> None:
    """Reads a venue that is the text of a link."""
    for one in said.links:
        if one.kind == "bare" or one.start >= said.title.nested + 400:
            continue
        words = said.raw[one.text[0] : one.text[1]]
        if len(words) > 60 or not re.search(r"[0-9]{2}", words) and one is not said.title.primary:
            continue
        led = said.title.shape == "venue" and one is said.title.primary
        if not led and not re.search(r"(?:19|20)[0-9]{2}|['’][0-9]{2}", words):
            continue
        text = text_of(said.raw, one)
        if is_venue(text) and not DATE.fullmatch(text.strip(" ()[]")):
            place = venue_of(words)
            if place and any(letter.isalpha() for letter in words[slice(*place)]):
                at = one.text[0]
                said.venue = (at + place[0], at + place[1])
                return


def read_beside(said: Said, end: int) -> None:
    """Reads what follows the title on its own line."""
    title = said.title
    start = title.after
    said.rest = []
    for run in _runs(said, start, end):
        _read_run(said, *run, below=False)
    said.add_tags(start, end)
    comment = _comment(said)
    if comment:
        said.notes.append(comment)


def _runs(said: Said, start: int, end: int) -> Iterator[Place]:
    """Yields the stretches between links."""
    at = start
    for one in said.links:
        if one.end <= at or one.start >= end:
            continue
        if one.start > at:
            yield at, one.start
        at = one.end
    if at < end:
        yield at, end


def _read_run(said: Said, at: int, end: int, *, below: bool) -> None:
    """Reads a stretch without links from left to right."""
    raw = said.raw
    expected = True
    while at < end:
        skip = _SKIP.match(raw, at, end)
        at = skip.end() if skip else at
        if at >= end:
            return
        date = DATE.match(raw, at, end)
        if date:
            at = date.end()
            continue
        by = after_by(raw, at, end)
        if said.authors is None:
            names = read_names(raw, at if by < 0 else by, end)
            if names and _are_authors(raw, names, end, by=by >= 0, below=below):
                said.authors = (names.start, names.end)
                at = names.after
                expected = True
                continue
        if said.venue is None:
            venue = read_venue(raw, at, end, expected=expected)
            if venue:
                said.venue = (venue.start, venue.end)
                at = max(venue.after, at + 1)
                continue
        inside = raw[at - 1 : at] in {"(", "（"}
        piece = (_INNER if inside else _PIECE).match(raw, at, end)
        stop = max(piece.end() if piece else end, at + 1)
        said.rest.append((at, stop))
        at = stop
        expected = False


def _are_authors(raw: str, names: Names, end: int, *, by: bool, below: bool) -> bool:
    """Says whether names are those of the authors."""
    following = raw[names.after : min(end, names.after + 40)]
    if names.open_end:
        return True
    if re.match(r"\s+(?!in\s|at\s|arXiv|bioRxiv)[a-z]", following):
        return False
    if by:
        return True
    if names.count > 1 and names.full:
        return True
    year = re.match(r"[\s]*[,.(*_]+[\s(]*'?(?:19|20)[0-9]{2}", following) is not None
    if names.count > 1:
        return year
    if not names.full or " " not in raw[names.start : names.end].strip():
        return False
    closed = not following.strip(" \t\r\n*_.,\\|")
    before = raw[max(0, names.start - 3) : names.start]
    emphasised = raw[names.start - 1 : names.start] in {"*", "_"} or raw[names.start] in "*_"
    if following.lstrip(" *_.").startswith("|") and "|" in before:
        return True
    if below and (closed or emphasised):
        return True
    return year or (
        re.match(r"[.,*_]+\s+[*_]*[A-Z]", following) is not None
        and read_venue(raw, names.after + 1, end, expected=False) is not None
    )


def _comment(said: Said) -> Place | None:
    """Returns where the curator's words on the title's own line lie."""
    pieces = [one for one in said.rest if _says(said.raw[slice(*one)])]
    if not pieces:
        return None
    start, end = pieces[0][0], pieces[-1][1]
    between = [one for one in said.links if start < one.start < end]
    facts = [one for one in (said.authors, said.venue) if one and start < one[0] < end]
    labelled = any(names_target(said.raw, one) for one in between)
    if facts or labelled:
        start, end = max(pieces, key=lambda one: one[1] - one[0])
    else:
        end = _with_link(said, end)
    return _tight(said, start, end)


def _with_link(said: Said, end: int) -> int:
    """Returns where a comment ends, a link that is its last words included."""
    for one in said.links:
        if one.start == end or (one.start > end and not said.raw[end : one.start].strip(" ")):
            words = text_of(said.raw, one)
            if not names_target(said.raw, one) and one.kind == "link" and len(words.split()) > 1:
                return one.end
    return end


def _tight(said: Said, start: int, end: int) -> Place | None:
    """Returns a span without signs and labels at its ends."""
    raw = said.raw
    for tag in sorted(said.tags, key=lambda one: -one.end):
        if start < tag.start and not raw[tag.end : end].strip(_END_SIGNS + "])"):
            end = tag.start
    while start < end and raw[start] in _END_SIGNS:
        start += 1
    while end > start and raw[end - 1] in _END_SIGNS:
        end -= 1
    text = raw[start:end]
    if text.endswith(")") and text.count("(") < text.count(")"):
        end -= 1
    return (start, end) if start < end else None


def _says(text: str) -> bool:
    """Says whether words beside a title are a comment on it."""
    words = _LETTERS.findall(text)
    cjk = len(_CJK.findall(text))
    if len(words) < 2 and cjk < 4:
        return False
    return not is_label(text) and not DATE.fullmatch(text.strip(" ()[].,*_"))


def read_below(said: Said, start: int, end: int) -> None:
    """Reads the lines below the title's own."""
    raw = said.raw
    at = start
    skipping = ""
    prose = -1
    last = -1
    for _ in range(_MOST_LINES):
        if at >= end:
            break
        found = _LINE.search(raw, at, end)
        stop = found.start() if found else end
        following = found.end() if found else end
        line = _LineSays(said, at, stop, skipping).read()
        skipping = line.skipping
        if line.note:
            if prose < 0:
                prose = line.note[0]
            last = line.note[1]
        elif not line.blank and prose >= 0:
            said.notes.append((prose, last))
            prose = -1
        at = following
    if at < end and prose < 0:
        prose = at
    if prose >= 0:
        said.notes.append((prose, last if at >= end else _without_noise(raw, at, end)))


def _without_noise(raw: str, start: int, end: int) -> int:
    """Returns where the words of a long note end."""
    close = raw.rfind("</details", start, end)
    if close > 0 and not raw[close:end].lower().replace("</details>", "").strip():
        end = close
    return start + len(raw[start:end].rstrip())


class _LineSays:
    """One line below a title: a field, names, a venue, links, or the curator's words."""

    __slots__ = ("blank", "end", "note", "said", "skipping", "start")

    def __init__(self, said: Said, start: int, end: int, skipping: str) -> None:
        self.said = said
        self.start = start
        self.end = end
        self.skipping = skipping
        self.blank = False
        self.note: Place | None = None

    def read(self) -> _LineSays:
        """Returns the line, read."""
        raw = self.said.raw
        text = raw[self.start : self.end]
        bare = text.strip(" \t")
        if not bare:
            self.blank = not self.skipping
            return self
        if self.skipping:
            if self.skipping in bare:
                self.skipping = ""
            return self
        if bare[0] in "`~" and (fence := _FENCE.match(text)):
            self.skipping = fence[1]
            return self
        if "<" in bare or bare[0] in "\\-":
            if _ABSTRACT.search(bare):
                self.skipping = "" if "</details" in bare else "</details"
                return self
            if not _NOISE.sub("", bare).strip(" \t*-"):
                self.said.add_tags(self.start, self.end)
                return self
        opening = _OPENING.match(raw, self.start, self.end)
        self._words(opening.end() if opening else self.start)
        return self

    def _words(self, at: int) -> None:
        """Reads the words of the line."""
        said, end = self.said, self.end
        field = field_at(said.raw, at, end)
        if field is None:
            if not self._is_bibliographic(at):
                self.note = (self.start, end)
            return
        kind, value = field
        if kind == "note" and _LETTERS.search(said.raw, value, end):
            self.note = (value, end)
        elif kind == "tags":
            said.tags.extend(listed_tags(said.raw, value, end))
        elif kind == "authors" and said.authors is None:
            said.authors = _stripped(said.raw, value, end)
        elif kind == "venue" and said.venue is None:
            place = venue_of(said.raw[value:end])
            said.venue = (value + place[0], value + place[1]) if place else None

    def _is_bibliographic(self, at: int) -> bool:
        """Takes what a line of names, venue, date, labels and links says; says whether it is one."""
        said, end = self.said, self.end
        before = (said.authors, said.venue)
        said.rest = []
        if end - at < _MOST_NAMED:
            for run in _runs(said, at, end):
                _read_run(said, *run, below=True)
                if len(said.rest) > 6:
                    break
        linked = any(at <= one.start < end for one in said.links)
        if self._is_over(at, linked=linked, named=said.authors is not None and before[0] is None):
            said.add_tags(self.start, end)
            return True
        said.authors, said.venue = before
        return False

    def _is_over(self, at: int, *, linked: bool, named: bool) -> bool:
        """Says whether what is left of a line is too little to be somebody's words."""
        said, raw = self.said, self.said.raw
        left = " ".join(raw[a:b] for a, b in said.rest)
        words = _LETTERS.findall(left)
        cjk = len(_CJK.findall(left))
        if named:
            return len(words) < 25
        if any(
            at <= one.start < self.end and one.kind != "bare" and not _labels(said, one)
            for one in said.links
        ):
            return False
        if len(words) + cjk // 2 <= (3 if linked else 0):
            return True
        return is_label(left) if len(left) < 60 else False


def _labels(said: Said, link: Span) -> bool:
    """Says whether a link's words name what it leads to."""
    return names_target(said.raw, link) or is_venue(text_of(said.raw, link))


def _stripped(raw: str, start: int, end: int) -> Place | None:
    """Returns a span without blanks and marks around it."""
    while start < end and raw[start] in " \t*_":
        start += 1
    while end > start and raw[end - 1] in " \t\r\n*_\\.,;":
        end -= 1
    return (start, end) if start < end else None


def tag_at(raw: str, start: int, end: int) -> Tag | None:
    """Returns a label that fills a cell."""
    text = raw[start:end].strip(" *_`")
    if 1 < len(text) <= 30 and len(text.split()) <= 3 and "](" not in text and is_tag(text):
        at = raw.index(text, start)
        return Tag(text, at, at + len(text))
    return None

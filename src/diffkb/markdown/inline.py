"""Inline Markdown: where links lie, what a text says without its marks, and how to write a text.

Every scan is linear: a failed look ahead is either bounded or remembered.
"""

from __future__ import annotations

import re
import string
import sys
from bisect import bisect_left
from typing import TYPE_CHECKING, ClassVar, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PUNCTUATION = frozenset(string.punctuation)
_SPECIAL = re.compile(r"[\\`*_<&\[\]]")
_BRACKETS = re.compile(r"[\\`<\[\]]")
_TICKS = re.compile(r"`++")
_RUN = re.compile(r"\*++|_++")
_WHITE = re.compile(r"[ \t\r\n]++")
# Marks of HTML, without looking into attributes: a `>` in one of them ends the tag too early.
_TAG = re.compile(r"<[A-Za-z/!?][^<>]*+>")
_AUTOLINK = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*+)>")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# https://spec.commonmark.org/0.31.2/#link-destination
_STOP = re.compile(r"[()\\\x00-\x20\x7f]")
_ANGLE = re.compile(r"<(?:[^<>\\\r\n]++|\\.)*+>")
_TITLES = {
    '"': re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL),
    "'": re.compile(r"'(?:[^'\\]++|\\.)*+'", re.DOTALL),
    "(": re.compile(r"\((?:[^()\\]++|\\.)*+\)", re.DOTALL),
}
_DEEPEST_PARENTHESIS = 32
_SURROGATES = range(0xD800, 0xE000)


class Target(NamedTuple):
    """What follows a link's text: `(url)`, `(<url>)` or `(url "title")`.

    Attributes:
        start: where the destination starts, its `<` included.
        end: where it ends, its `>` included.
        url: the destination as written, without `<` and `>`.
        close: the first character after the closing parenthesis.
    """

    start: int
    end: int
    url: str
    close: int


class Link(NamedTuple):
    """An inline link: its text lies from `start` to `end`, without the brackets."""

    start: int
    end: int
    target: Target


class CodeSpans:
    """Finds the ends of code spans in a text, each look in logarithmic time."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text = text
        self._start = start
        self._end = end
        self._runs: dict[int, list[int]] | None = None

    def after(self, position: int) -> tuple[int, int]:
        """Returns the length of the run of backticks there, and where the run that closes it is.

        The latter is -1 when nothing closes it.
        """
        if self._runs is None:
            self._runs = {}
            for run in _TICKS.finditer(self._text, self._start, self._end):
                self._runs.setdefault(run.end() - run.start(), []).append(run.start())
        run_found = _TICKS.match(self._text, position, self._end)
        length = run_found.end() - position if run_found else 1
        starts = self._runs.get(length, [])
        index = bisect_left(starts, position + length)
        return length, starts[index] if index < len(starts) else -1


def target_at(text: str, position: int, end: int) -> Target | None:
    """Reads a link's target.

    Args:
        text: the text.
        position: where its opening parenthesis would be.
        end: where to stop looking.

    Returns:
        The target, or None when there is none.
    """
    if position >= end or text[position] != "(":
        return None
    start = _skip_white(text, position + 1, end)
    angle = _ANGLE.match(text, start, end)
    if angle:
        stop = angle.end()
        url = text[start + 1 : stop - 1]
    elif text.startswith("<", start):
        return None
    else:
        stop = _bare_end(text, start, end)
        url = text[start:stop]
    close = _close_of(text, stop, end)
    return Target(start, stop, url, close) if close >= 0 else None


def link_at(text: str, position: int, end: int) -> Link | None:
    """Reads the inline link that begins at a bracket.

    Args:
        text: the text.
        position: where the opening bracket is.
        end: where the paragraph ends.

    Returns:
        The link, or None: there is none, or another link inside its text is the link.
    """
    spans = CodeSpans(text, position, end)
    open_brackets = [position]
    at = position + 1
    while found := _BRACKETS.search(text, at, end):
        at = found.start()
        mark = text[at]
        if mark == "[":
            open_brackets.append(at)
            at += 1
        elif mark != "]":
            at = _after_atom(text, at, end, spans)
        else:
            opened = open_brackets.pop()
            target = target_at(text, at + 1, end)
            if not open_brackets:
                return Link(position + 1, at, target) if target else None
            if target is None:
                at += 1
            elif _is_image(text, opened):
                at = target.close
            else:
                return None
    return None


def urls_in(text: str) -> tuple[str, ...]:
    """Returns the destinations of the links in a text, in order; images are no links."""
    if "[" not in text and "<" not in text:
        return ()
    return tuple(_urls(text))


def plain_text(text: str) -> str:
    """Returns what inline Markdown says.

    Marks of emphasis, backticks, backslashes of escapes, HTML tags and images are left out, links
    are their text, entities the character they stand for, and white space is collapsed.
    """
    if _SPECIAL.search(text):
        text = _Plain(text).read()
    return _WHITE.sub(" ", text).strip(" ")


def escaped(text: str, marks: str) -> str:
    """Returns the text with a backslash before each of these characters."""
    for mark in marks:
        text = text.replace(mark, "\\" + mark)
    return text


def destination(url: str) -> str | None:
    """Returns how a URL is written as a link's destination, or None when it cannot be."""
    for form in (url, f"<{url}>"):
        text = f"({form})"
        target = target_at(text, 0, len(text))
        if url and target and target.url == url and target.close == len(text):
            return form
    return None


def _urls(text: str) -> Iterator[str]:
    """Yields the destinations of links."""
    spans = CodeSpans(text, 0, len(text))
    open_brackets: list[int] = []
    at = 0
    while found := _BRACKETS.search(text, at):
        at = found.start()
        mark = text[at]
        if mark == "[":
            open_brackets.append(at)
            at += 1
        elif mark == "]":
            target = target_at(text, at + 1, len(text)) if open_brackets else None
            is_image = target is not None and _is_image(text, open_brackets[-1])
            if open_brackets:
                open_brackets.pop()
            if target and not is_image:
                open_brackets.clear()
                yield target.url
            at = target.close if target else at + 1
        else:
            if link := _AUTOLINK.match(text, at):
                yield link[1]
            at = _after_atom(text, at, len(text), spans)


def _is_image(text: str, bracket: int) -> bool:
    """Says whether that bracket opens an image's text."""
    return text.startswith("!", bracket - 1) and not text.startswith("\\", bracket - 2)


def _after_atom(text: str, position: int, end: int, spans: CodeSpans) -> int:
    """Returns where an escape, a code span or a tag ends: brackets inside them are none."""
    mark = text[position]
    if mark == "\\":
        return position + 2
    if mark == "`":
        length, close = spans.after(position)
        return close + length if close >= 0 else position + length
    tag = _TAG.match(text, position, end)
    return tag.end() if tag else position + 1


def _skip_white(text: str, position: int, end: int) -> int:
    """Returns the first position that holds no white space."""
    white = _WHITE.match(text, position, end)
    return white.end() if white else position


def _bare_end(text: str, position: int, end: int) -> int:
    """Returns where a destination without angle brackets ends."""
    depth = 0
    while stop := _STOP.search(text, position, end):
        at = stop.start()
        mark = text[at]
        if mark == "(":
            depth += 1
        elif mark == ")":
            depth -= 1
        elif mark != "\\":
            return at
        if depth < 0 or depth > _DEEPEST_PARENTHESIS:
            return at
        escape = mark == "\\" and at + 1 < end and text[at + 1] in _PUNCTUATION
        position = at + 2 if escape else at + 1
    return end


def _close_of(text: str, position: int, end: int) -> int:
    """Returns what follows the closing parenthesis after a destination, or -1 without one."""
    after = _skip_white(text, position, end)
    if after > position and after < end and text[after] in _TITLES:
        title = _TITLES[text[after]].match(text, after, end)
        if not title:
            return -1
        after = _skip_white(text, title.end(), end)
    return after + 1 if after < end and text[after] == ")" else -1


class _Run:
    """A run of `*` or `_` that may still open emphasis."""

    __slots__ = ("left", "mark", "slot")

    def __init__(self, mark: str, left: int, slot: int) -> None:
        self.mark = mark
        self.left = left
        self.slot = slot


class _Plain:
    """Reads one text; `out` holds its pieces, in which runs of delimiters are cut down."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.out: list[str] = []
        self.runs: list[_Run] = []
        self.waiting = {"*": 0, "_": 0}
        self.brackets: list[tuple[int, int]] = []
        self.spans = CodeSpans(text, 0, len(text))

    def read(self) -> str:
        """Returns what the text says."""
        at = 0
        while found := _SPECIAL.search(self.text, at):
            self.out.append(self.text[at : found.start()])
            at = self._step(found.start())
        self.out.append(self.text[at:])
        return "".join(self.out)

    def _step(self, at: int) -> int:
        """Reads what begins with a special character, and returns where it ends."""
        return self._READERS[self.text[at]](self, at)

    def _keep(self, start: int, end: int) -> int:
        """Takes characters as they are."""
        self.out.append(self.text[start:end])
        return end

    def _escape(self, at: int) -> int:
        """Reads a backslash: the punctuation after it is meant as it stands."""
        following = self.text[at + 1 : at + 2]
        if following in _PUNCTUATION:
            return self._keep(at + 1, at + 2)
        if following in {"\n", "\r"}:
            return at + 1
        return self._keep(at, at + 1)

    def _code(self, at: int) -> int:
        """Reads a code span, or backticks that open none."""
        length, close = self.spans.after(at)
        if close < 0:
            return self._keep(at, at + length)
        inner = re.sub(r"\r\n|\r|\n", " ", self.text[at + length : close])
        if inner.strip(" ") and inner.startswith(" ") and inner.endswith(" "):
            inner = inner[1:-1]
        self.out.append(inner)
        return close + length

    def _tag(self, at: int) -> int:
        """Reads an autolink, a tag, or a sign."""
        if link := _AUTOLINK.match(self.text, at):
            self.out.append(link[1])
            return link.end()
        tag = _TAG.match(self.text, at)
        return tag.end() if tag else self._keep(at, at + 1)

    def _entity(self, at: int) -> int:
        """Reads an entity, or an ampersand."""
        found = _ENTITY.match(self.text, at)
        if not found:
            return self._keep(at, at + 1)
        self.out.append(_character(found[0]))
        return found.end()

    def _open_bracket(self, at: int) -> int:
        """Notes what may be the start of a link's text."""
        self.brackets.append((at, len(self.out)))
        return self._keep(at, at + 1)

    def _close_bracket(self, at: int) -> int:
        """Reads the end of a link's or an image's text, or a bracket."""
        target = target_at(self.text, at + 1, len(self.text)) if self.brackets else None
        if not self.brackets:
            return self._keep(at, at + 1)
        start, slot = self.brackets.pop()
        if target is None:
            return self._keep(at, at + 1)
        if _is_image(self.text, start):
            self.out[slot - 1] = self.out[slot - 1].removesuffix("!")
            self._drop_from(slot)
        else:
            self.out[slot] = ""
        return target.close

    def _drop_from(self, slot: int) -> None:
        """Takes back everything from a piece on."""
        del self.out[slot:]
        while self.runs and self.runs[-1].slot >= slot:
            self._forget_last()

    def _forget_last(self) -> None:
        """Makes the last waiting run one that opens nothing."""
        self.waiting[self.runs.pop().mark] -= 1

    def _emphasis(self, at: int) -> int:
        """Reads a run of delimiters: what it closes is taken out, what it may open waits."""
        found = _RUN.match(self.text, at)
        end = found.end() if found else at + 1
        mark = self.text[at]
        can_open, can_close = _flanking(self.text, at, end)
        left = self._close(mark, end - at) if can_close else end - at
        if can_open and left:
            self.runs.append(_Run(mark, left, len(self.out)))
            self.waiting[mark] += 1
        self.out.append(mark * left)
        return end

    def _close(self, mark: str, left: int) -> int:
        """Pairs a closing run with those that wait, and returns what is left of it."""
        while left and self.waiting[mark]:
            while self.runs[-1].mark != mark:
                self._forget_last()
            run = self.runs[-1]
            used = min(left, run.left)
            run.left -= used
            left -= used
            self.out[run.slot] = mark * run.left
            if not run.left:
                self._forget_last()
        return left

    _READERS: ClassVar[dict[str, Callable[[_Plain, int], int]]] = {
        "\\": _escape,
        "`": _code,
        "<": _tag,
        "&": _entity,
        "[": _open_bracket,
        "]": _close_bracket,
        "*": _emphasis,
        "_": _emphasis,
    }


def _character(entity: str) -> str:
    """Returns what an entity stands for; an unknown one stands for itself."""
    if entity[1] == "#":
        digits = entity[2:-1]
        number = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
        known = 0 < number <= sys.maxunicode and number not in _SURROGATES
        return chr(number) if known else "\ufffd"
    from html.entities import html5

    return html5.get(entity[1:], entity)


def _flanking(text: str, start: int, end: int) -> tuple[bool, bool]:
    """Says whether a run may open emphasis, and whether it may close some.

    https://spec.commonmark.org/0.31.2/#left-flanking-delimiter-run
    """
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    left = not _is_white(after) and (not _is_sign(after) or _is_white(before) or _is_sign(before))
    right = not _is_white(before) and (not _is_sign(before) or _is_white(after) or _is_sign(after))
    if text[start] == "*":
        return left, right
    return left and (not right or _is_sign(before)), right and (not left or _is_sign(after))


def _is_white(character: str) -> bool:
    """Says whether it is white space."""
    return character.isspace()


def _is_sign(character: str) -> bool:
    """Says whether it is punctuation or a symbol."""
    if character < "\x80":
        return character in _PUNCTUATION
    import unicodedata

    return unicodedata.category(character)[0] in "PS"

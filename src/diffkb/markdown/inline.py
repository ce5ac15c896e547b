"""Inline links: where they lie, what they lead to, and how a URL is written into one.

Every scan is linear: a failed look ahead is either bounded or remembered.
"""

from __future__ import annotations

import re
import string
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

PUNCTUATION = frozenset(string.punctuation)
_BRACKETS = re.compile(r"[\\`<\[\]]")
_TICKS = re.compile(r"`++")
WHITE = re.compile(r"[ \t\r\n]++")
# Marks of HTML, without looking into attributes: a `>` in one of them ends the tag too early.
TAG = re.compile(r"<[A-Za-z/!?][^<>]*+>")
AUTOLINK = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*+)>")
# https://spec.commonmark.org/0.31.2/#link-destination
# As nearly all are written: no blank, parenthesis, title or escape within.
_USUAL_TARGET = re.compile(r"\(([^()<\\\x00-\x20\x7f]++)\)")
_STOP = re.compile(r"[()\\\x00-\x20\x7f]")
_ANGLE = re.compile(r"<(?:[^<>\\\r\n]++|\\.)*+>")
_TITLES = {
    '"': re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL),
    "'": re.compile(r"'(?:[^'\\]++|\\.)*+'", re.DOTALL),
    "(": re.compile(r"\((?:[^()\\]++|\\.)*+\)", re.DOTALL),
}
_DEEPEST_PARENTHESIS = 32


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
    usual = _USUAL_TARGET.match(text, position, end)
    if usual:
        return Target(position + 1, usual.end() - 1, usual[1], usual.end())
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
            elif is_image(text, opened):
                at = target.close
            else:
                return None
    return None


def urls_in(text: str) -> tuple[str, ...]:
    """Returns the destinations of the links in a text, in order; images are no links."""
    if "[" not in text and "<" not in text:
        return ()
    return tuple(_urls(text))


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
            image = target is not None and is_image(text, open_brackets[-1])
            if open_brackets:
                open_brackets.pop()
            if target and not image:
                open_brackets.clear()
                yield target.url
            at = target.close if target else at + 1
        else:
            if link := AUTOLINK.match(text, at):
                yield link[1]
            at = _after_atom(text, at, len(text), spans)


def is_image(text: str, bracket: int) -> bool:
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
    tag = TAG.match(text, position, end)
    return tag.end() if tag else position + 1


def _skip_white(text: str, position: int, end: int) -> int:
    """Returns the first position that holds no white space."""
    white = WHITE.match(text, position, end)
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
        escape = mark == "\\" and at + 1 < end and text[at + 1] in PUNCTUATION
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

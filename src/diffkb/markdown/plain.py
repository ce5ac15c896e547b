"""What inline Markdown says without its marks, and how a plain text is written as Markdown."""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

from diffkb.markdown.inline import (
    AUTOLINK,
    PUNCTUATION,
    TAG,
    WHITE,
    CodeSpans,
    is_image,
    target_at,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SPECIAL = re.compile(r"[\\`*_<&\[\]]")
_RUN = re.compile(r"\*++|_++")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_SURROGATES = range(0xD800, 0xE000)
# Longer titles are escaped by kinds of marks, so that the time stays in proportion.
_LOOKED_AT_ONE_BY_ONE = 40
_WORDS = re.compile(r"[^\W\d_]{2,}")
_SHORT = 300
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_MARKS = ("[]", "*", "_", "`", "<", "&", "#", "\\")


def plain_text(text: str) -> str:
    """Returns what inline Markdown says.

    Marks of emphasis, backticks, backslashes of escapes, HTML tags and images are left out, links
    are their text, entities the character they stand for, and white space is collapsed.
    """
    if _SPECIAL.search(text):
        text = _Plain(text).read()
    if not text.isprintable() or "  " in text:
        text = WHITE.sub(" ", text)
    return text.strip(" ")


def count_words(text: str) -> int:
    """Returns how many words a title has; two signs of Chinese count as one."""
    return _count_again(text) if len(text) <= _SHORT else _count(text)


def _count(text: str) -> int:
    """Returns the same, counted anew."""
    if text.isascii():
        return len(_WORDS.findall(text))
    return len(_WORDS.findall(_CJK.sub(" ", text))) + (len(_CJK.findall(text)) + 1) // 2


# Titles and labels are counted several times in a row, and are short enough to be kept.
_count_again = lru_cache(maxsize=1024)(_count)


def written(value: str, reads: Callable[[str], bool], *, always: str = "") -> str | None:
    """Escapes a plain text as little as it takes.

    Args:
        value: the plain text.
        reads: says whether Markdown is read as the value.
        always: characters that are escaped in any case.

    Returns:
        The Markdown, or None when no escaping makes it read as the value.
    """
    marks = "".join(_MARKS)
    places = [at for at, character in enumerate(value) if character in marks]
    if not reads(_escaped(value, places)):
        return None
    bound = {at for at in places if value[at] in always}
    groups = [{at for at in places if value[at] in group} for group in _MARKS]
    if len(places) <= _LOOKED_AT_ONE_BY_ONE:
        groups += [{at} for at in places]
    for group in groups:
        fewer = [at for at in places if at in bound or at not in group]
        if fewer != places and reads(_escaped(value, fewer)):
            places = fewer
    return _escaped(value, places)


def _escaped(text: str, places: Sequence[int]) -> str:
    """Returns the text with a backslash before the characters at these places, given in order."""
    starts = [0, *places]
    ends = [*places, len(text)]
    return "\\".join(text[start:end] for start, end in zip(starts, ends, strict=True))


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
        if following in PUNCTUATION:
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
        if link := AUTOLINK.match(self.text, at):
            self.out.append(link[1])
            return link.end()
        tag = TAG.match(self.text, at)
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
        if is_image(self.text, start):
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
        return character in PUNCTUATION
    import unicodedata

    return unicodedata.category(character)[0] in "PS"

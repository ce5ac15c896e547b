"""Marks beside a title: whether it was read, and how much it is worth reading."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from diffkb.markdown.years import mark_in

if TYPE_CHECKING:
    from diffkb.markdown.beside import Said

Place = tuple[int, int]

_TASK = re.compile(r"[ \t]*+(?:[-*+]|[0-9]{1,9}[.)])[ \t]++\[[ xX]\][ \t]")
_DONE = {"x": True, "X": True, "✓": True, "✔": True, " ": False}
_SIGN = re.compile(
    # The set in front passes over most characters at once.
    r"(?=[:✅✔✓☑⚠☐⬜🔲❌])(?:"
    r"(:white_check_mark:|:heavy_check_mark:|:ballot_box_with_check:|[✅✔✓☑]\ufe0f?)"
    r"|:white_(?:medium_|large_)?square(?:_button)?:|:black_square_button:|:warning:|:x:(?!\])"
    r"|[⚠☐⬜🔲❌]\ufe0f?)"
)
# One character tells where a sign may be, so that most texts are passed over fast.
_SIGN_BEGINS = re.compile(r"✅|✔|✓|☑|⚠|☐|⬜|🔲|❌|:wh|:he|:ba|:bl|:wa|:x:")
_STAR = re.compile(r":star2?:|⭐|🌟|★")
_STAR_SIGNS = (":star", "⭐", "★", "🌟")
_STARS = re.compile(r"(?::star2?:|⭐\ufe0f?|🌟|★)(?:[ \u200b]?(?::star2?:|⭐\ufe0f?|🌟|★))*+")
_OUT_OF = re.compile(r"(?<![0-9/.])([0-9]{1,2})\s?/\s?(?:5|10)(?![0-9/.])")
_BEFORE_SCORE = re.compile(
    r"(?:\b(?:rating|score|rated|stars?|worth)|评分|推荐度|推荐指数)\s?[:：=]?\s?\**\Z|[(\[]\Z|[-–—|]\s\Z|\*\*\Z",
    re.IGNORECASE,
)
_AFTER_SCORE = re.compile(r"\s?(?:[)\]|]|\*\*|stars?\b|\.?\s*(?:\Z|[\r\n]))")
_RATED = re.compile(
    r"(?:\b(?:rating|rated|score|worth)|评分|推荐度|推荐指数)\s?[:：=]\s?(?:\*\*)?([0-9]{1,2})(?![0-9.%/])",
    re.IGNORECASE,
)
_OUT_OF_SIGNS = ("/5", "/10", "/ 5", "/ 10")
_RATING_WORDS = ("ating", "ated:", "core:", "orth", "评分", "推荐")
_AT_ENDS = " \t\r\n*_()[]|.,;:-–—\\<>`"
_MOST_SIGNS = 16


class Worth(NamedTuple):
    """How much a list says a work is worth, and where."""

    value: int
    spans: tuple[Place, ...]


def box(checked: str) -> bool | None:
    """Says what the character in a task's box means."""
    return _DONE.get(checked)


def is_task(raw: str) -> bool:
    """Says whether an entry is an item with a box to tick."""
    return _TASK.match(raw) is not None


def worth_in(said: Said, start: int, end: int) -> Worth | None:
    """Returns how much a work is said to be worth.

    Args:
        said: what was read of its entry; a sign within title, notes and addresses is part of them.
        start: where its words start.
        end: where what belongs to the title ends.
    """
    raw = said.raw
    if raw.find("WR=", start, end) >= 0 and (mark := mark_in(raw)):
        first, last, value = mark
        if said.is_free(first, last):
            return Worth(value, ((first, last),))
    if _holds(raw, _STAR_SIGNS, start, end):
        found = islice(_STARS.finditer(raw, start, end), _MOST_SIGNS)
        spans = tuple(one.span() for one in found if said.is_free(*one.span()))
        if spans:
            return Worth(sum(len(_STAR.findall(raw, *one)) for one in spans), spans)
    return _scored(said, said.title.span[1], end)


def _holds(raw: str, signs: tuple[str, ...], start: int, end: int) -> bool:
    """Says whether any of these signs stands in a part of a text."""
    for sign in signs:  # noqa: SIM110 - every entry comes by here, and a generator takes twice as long
        if raw.find(sign, start, end) >= 0:
            return True
    return False


def _scored(said: Said, start: int, end: int) -> Worth | None:
    """Returns a worth that is a number."""
    raw = said.raw
    if _holds(raw, _OUT_OF_SIGNS, start, end):
        for found in _OUT_OF.finditer(raw, start, end):
            before, after = raw[max(start, found.start() - 16) : found.start()], found.end()
            score = _BEFORE_SCORE.search(before) and _AFTER_SCORE.match(raw, after, end)
            if score and said.is_free(*found.span()):
                return Worth(int(found[1]), (found.span(1),))
    if _holds(raw, _RATING_WORDS, start, end):
        rated = _RATED.search(raw, start, end)
        if rated and said.is_free(*rated.span()):
            return Worth(int(rated[1]), (rated.span(1),))
    return None


def read_in(said: Said, start: int, end: int) -> tuple[bool, Place] | None:
    """Returns what a mark says about reading, and its span.

    A sign in the midst of other words says something about them, not about the reading.

    Args:
        said: what was read of the entry.
        start: where its words start.
        end: where what belongs to the title ends.
    """
    raw, title = said.raw, said.title
    if _SIGN_BEGINS.search(raw, start, end) is None:
        return None
    beside = (title.span[0], title.after)
    for found in islice(_SIGN.finditer(raw, start, end), _MOST_SIGNS):
        sign = found.span()
        if said.is_free(*sign) and _at_edge(raw, sign, start, beside, end):
            return found[1] is not None, sign
    return None


def _at_edge(raw: str, sign: Place, start: int, title: Place, end: int) -> bool:
    """Says whether a sign stands alone at the beginning or the end, or right by the title."""
    before, after = title
    if sign[1] <= before:
        lone = not any(one.isalpha() for one in raw[start : sign[0]])
        return lone or not raw[sign[1] : before].strip(_AT_ENDS)
    if sign[0] < after:
        return False
    if not raw[after : sign[0]].strip(_AT_ENDS):
        return True
    line = raw.find("\n", sign[1], end)
    return not raw[sign[1] : line if line >= 0 else end].strip(_AT_ENDS)

"""The persons that authors as a list writes them are, one by one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffkb.core.models import Author
from diffkb.markdown.plain import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MARKUP = re.compile(r"[*_`\[<&\\]")
# A family and a given name.
_PAIR = 2
# Footnotes, places of work and years that stand after a name.
_RAISED = re.compile(r"<sup>[^<>]{0,40}</sup>", re.IGNORECASE)
_BESIDE = re.compile(r"[ \t]?\([^()]{0,90}\)")
_SIGNS = re.compile(r"[*†‡§¶^#]|(?<=[^\W\d_])[0-9]{1,2}(?![0-9A-Za-z])")
_OTHERS = re.compile(
    r"(?P<comma>[,，;；]?)\s*(?:(?:and\s|&\s?)?\b(?:et|etc)\.?\s?al\b\.?|(?:and|&)\s(?:many\s)?others\b"
    r"|等(?:人)?|\.\.\.|…)[\s.]*\Z",
    re.IGNORECASE,
)
_AND = re.compile(r"\s*[,，]?\s(?:and|&|und)\s\s*|\s*&\s*")
_COMMA = re.compile(r"\s*[,，、•·|]\s*")
_SEMICOLON = re.compile(r"\s*[;；]\s*(?:(?:and|&)\s)?\s*")
_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|I{2,3}|IV")
_INITIALS = re.compile(r"(?:-?[^\W\d_]\.[ ]?-?)+(?:[^\W\d_])?|[^\W\d_](?:[ .-]{1,2}[^\W\d_])*")
_ENDS_IN_INITIAL = re.compile(r"\S{2,} (?:[^\W\d_]\.[ ]?)+")
# A family name and initials without stops, as in "Lark A B".
_BRIEF = re.compile(r"([^\W\d_][^\s.]+(?: [^\W\d_][^\s.]+)?) ([A-Z]{1,3}|[A-Z](?: [A-Z]){1,2})\.?")


def split_authors(written: str) -> tuple[Author, ...]:
    """Returns the persons whom a list names as authors, in order.

    Args:
        written: the authors as they stand in the Markdown.

    Returns:
        Each person once. Family and given name are told apart only where the list does that:
        "Lark, Ann; Finch, Ben", "Lark, A., & Finch, B.", "Lark A, Finch B", or "Lark, Ann, and
        Ben Finch", where the first name alone is turned round. What stands for persons without a
        name, as "et al.", is left out.
    """
    text = " ".join(_BESIDE.sub("", _plain(written)).split())
    others = _OTHERS.search(text)
    if others:
        text = text[: others.start()]
    open_end = others is not None and bool(others["comma"])
    return tuple(dict.fromkeys(_persons(text.strip(" ,，;；"), open_end=open_end)))


def and_others(written: str) -> tuple[str, str]:
    """Returns the names that authors are written with, and what stands for the others, or ""."""
    others = _OTHERS.search(written)
    at = len(written[: others.start()].rstrip()) if others else len(written)
    return written[:at], written[at:]


def _plain(written: str) -> str:
    """Returns the names without markup and the signs of footnotes."""
    text = _RAISED.sub("", written)
    if _MARKUP.search(text):
        text = plain_text(text)
    return _SIGNS.sub("", text)


def _persons(text: str, *, open_end: bool) -> Iterator[Author]:
    """Yields persons; `open_end` says whether a comma and "et al." stood after them."""
    if _SEMICOLON.search(text):
        for part in _SEMICOLON.split(text):
            yield from _person(_COMMA.split(part))
        return
    parts = [_joined_suffixes(_COMMA.split(part)) for part in _AND.split(text)]
    if len(parts) > 1 and all(len(part) == _PAIR for part in parts):
        for part in parts:
            yield from _person(part)
        return
    names = [name for part in parts for name in part if name]
    yield from _listed(names, open_end=open_end)


def _listed(names: Sequence[str], *, open_end: bool) -> Iterator[Author]:
    """Yields the persons of names between commas."""
    brief = [_BRIEF.fullmatch(name) for name in names]
    if all(brief) and (len(names) > 1 or open_end):
        for found in brief:
            if found:
                yield Author(found[0].rstrip("."), found[1], found[2])
        return
    given = [_INITIALS.fullmatch(name) is not None for name in names[1::2]]
    if len(names) % 2 == 0 and names and all(given):
        for at in range(0, len(names), 2):
            yield from _person(names[at : at + 2])
        return
    if _is_turned(names, open_end=open_end):
        yield from _person(names[:2])
        names = names[2:]
    for name in names:
        yield from _person([name])


def _is_turned(names: Sequence[str], *, open_end: bool) -> bool:
    """Says whether the first two names are family and given name of one person."""
    if len(names) < _PAIR or " " in names[0]:
        return False
    second = names[1]
    if _INITIALS.fullmatch(second) or _ENDS_IN_INITIAL.fullmatch(second):
        return True
    others = names[2:]
    spaced = bool(others) and all(" " in name for name in others)
    return " " not in second and (spaced or (open_end and not others))


def _joined_suffixes(names: Sequence[str]) -> list[str]:
    """Returns names, each with the "Jr." that belongs to it."""
    joined: list[str] = []
    for name in names:
        if joined and _SUFFIX.fullmatch(name):
            joined[-1] += f" {name}"
        else:
            joined.append(name)
    return joined


def _person(parts: Sequence[str]) -> Iterator[Author]:
    """Yields the person of a name, or of a family and a given name; nobody for blanks."""
    named = [part.strip() for part in parts if part.strip()]
    if len(named) == _PAIR:
        family, given = named
        yield Author(f"{given} {family}", family, given)
    elif named:
        yield Author(", ".join(named))

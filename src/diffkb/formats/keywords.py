"""Keywords: the list's tags, and the WR, the year and the section that have no field of theirs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from diffkb.core.references import Reference

_SAID = re.compile(r"(?:(?=wr:\d{1,6}$|year:(?:\d{4}|none)$|section:.)([a-z]+)):(.*)")
_SEPARATOR = re.compile(r"[,;]")
_SLASH = re.compile(r"(?<!\\)/")


class Keywords(NamedTuple):
    """What keywords say.

    Attributes:
        tags: those that are labels.
        said: by name what `export --annotate` wrote: wr, year and section.
    """

    tags: tuple[str, ...]
    said: dict[str, str]

    @property
    def wr(self) -> int | None:
        """The mark."""
        return int(self.said["wr"]) if "wr" in self.said else None

    @property
    def section(self) -> tuple[str, ...]:
        """The path of the section."""
        parts = (part.replace("\\/", "/") for part in _SLASH.split(self.said.get("section", "")))
        return tuple(filter(None, map(str.strip, parts)))

    def year(self, date: str | None) -> int | None:
        """Returns the year in the list, which is that of the date unless it is said."""
        year = self.said.get("year", date or "")[:4]
        return int(year) if year.isdecimal() else None


def list_keywords(one: Reference) -> list[str]:
    """Returns the keywords of an entry, each without commas and semicolons."""
    entry = one.entry
    section = " / ".join(part.replace("/", "\\/") for part in entry.section)
    differs = one.date is not None and one.date.year != entry.year
    words = [
        *entry.tags,
        *([f"wr:{entry.wr}"] if entry.wr is not None else []),
        *([f"year:{entry.year or 'none'}"] if differs else []),
        *([f"section:{section}"] if section else []),
    ]
    return [_SEPARATOR.sub(" ", word) for word in words]


def write_keywords(one: Reference) -> str:
    """Returns the keywords of an entry with commas between."""
    return ", ".join(list_keywords(one))


def read_keywords(text: str | Iterable[str]) -> Keywords:
    """Reads keywords: a text with commas or semicolons between them, or each by itself."""
    parts = _SEPARATOR.split(text) if isinstance(text, str) else text
    words = [*map(str.strip, parts)]
    said = {found[1]: found[2] for word in words if (found := _SAID.fullmatch(word))}
    tags = (word for word in words if word and not _SAID.fullmatch(word))
    return Keywords(tuple(dict.fromkeys(tags)), said)

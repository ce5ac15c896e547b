"""What a document decides for its entries: line ends, scale, order of years, form of an entry."""

from __future__ import annotations

import json
import re
import zlib
from typing import Literal, NamedTuple

Newline = Literal["\n", "\r\n", "\r"]

WR_SCALE = (1, 3)

_MARKER = re.compile(r"(?:[-*+]|[0-9]{1,9}[.)])[ \t]++(?:\[[ xX]\][ \t]++)?")


class Form(NamedTuple):
    r"""The skeleton of an entry: everything between its fields, and no word of them.

    Attributes:
        indent: blanks before the marker.
        marker: `-`, `*`, `+`, or for a number the character after it, `.` or `)`.
        gap: what stands between marker and title.
        before_mark: what stands between link and mark; None where no mark shows it.
        opening: what stands between the first line's last field and the note: a hard break and the
            line end (always "\n" here), or a delimiter on the same line; None without a note.
        indented: whether the lines of the note are moved under the title.
    """

    indent: str = ""
    marker: str = "-"
    gap: str = " "
    before_mark: str | None = " "
    opening: str | None = "  \n"
    indented: bool = False


class Dialect(NamedTuple):
    """What the document as a whole decides, stored with it so that later edits do not change it.

    Attributes:
        newline: the commonest line end.
        titled: whether the first heading is the document's title.
        scale: lowest and highest WR where the document writes WR=n, else None.
        years_descend: whether year groups go from new to old; None where nothing shows it.
        form: the commonest form of its entries.
        gap: the commonest number of blank lines between two entries.
        own: whether its entries are written in the project's own form: a linked title, a mark, a
            note. Other lists are read by what they repeat.
        paragraphs: the shapes of paragraphs that are entries there.
        headings: the levels of headings that are entries there.
        authors_first: whether its entries begin with the names of authors.
        notes_below: whether paragraphs after an item are the note on it.
        listed: the marks of items that are entries, whatever stands around them.
        kept: the marks of items that are none. An item without a mark is read by its list.
    """

    newline: Newline = "\n"
    titled: bool = True
    scale: tuple[int, int] | None = None
    years_descend: bool | None = None
    form: Form = Form()
    gap: int = 1
    own: bool = True
    paragraphs: tuple[str, ...] = ()
    headings: tuple[int, ...] = ()
    authors_first: bool = False
    notes_below: bool = False
    listed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Returns the dialect as compact JSON; what is as usual is left out."""
        usual = Dialect()
        known = {
            name: value for name, value in self._asdict().items() if value != getattr(usual, name)
        }
        return json.dumps(known, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Dialect:
        """Returns the dialect that `to_json` wrote; keys it does not know are passed over."""
        known = {name: value for name, value in json.loads(text).items() if name in cls._fields}
        if known.get("scale") is not None:
            low, high = known["scale"]
            known["scale"] = (low, high)
        if "form" in known:
            known["form"] = Form(*known["form"])
        for name in ("paragraphs", "headings", "listed", "kept"):
            if name in known:
                known[name] = tuple(known[name])
        return cls(**known)


class Context(NamedTuple):
    """What an entry's reading depends on beside its own text.

    Attributes:
        dialect: what the document decides.
        year: the year group the entry stands in, or None.
        unit: what its block is by the block rules, where the dialect is not the project's own.
        columns: what the cells of its table hold, for a row.
        defined: where the labels of its links lead that the document defines elsewhere.
        weak: whether a year that the entry itself says beats that of its group.
    """

    dialect: Dialect = Dialect()
    year: int | None = None
    unit: str = ""
    columns: tuple[str, ...] = ()
    defined: tuple[tuple[str, str], ...] = ()
    weak: bool = False

    def year_for(self, own: int | None) -> int | None:
        """Returns the year that an entry has there: its own where that beats the group's."""
        return (own or self.year) if self.weak else (self.year or own)

    def to_json(self) -> str | None:
        """Returns what neither the document nor the headings hold, as JSON; None for nothing."""
        if not self.unit:
            return None
        if not self.columns and not self.defined:
            # Most hold no more, and need no encoder.
            return f'["{self.unit}"]'
        held: list[object] = [self.unit, *self.columns]
        if self.defined:
            held.append(dict(self.defined))
        return json.dumps(held, separators=(",", ":"), ensure_ascii=False)

    def with_json(self, text: str | None) -> Context:
        """Returns the context with what `to_json` wrote of another one."""
        if not text:
            return self
        unit, *columns = json.loads(text)
        defined = columns.pop() if columns and isinstance(columns[-1], dict) else {}
        return self._replace(unit=unit, columns=tuple(columns), defined=tuple(defined.items()))


def item_mark(raw: str) -> str:
    """Returns the mark by which a document remembers an item: a digest of its first line.

    Marker, number and box are no part of it, as they may change while the item stays.
    """
    lines = raw.strip().splitlines()
    first = _MARKER.sub("", lines[0], count=1).rstrip() if lines else ""
    return f"{zlib.crc32(first.encode('utf-8', 'surrogateescape')):08x}"

"""The text forms a base is written to, one file each, in one table that says what each can do."""

from __future__ import annotations

from typing import NamedTuple


class NoRecord(ValueError):
    """A part of a file that is no record of its format; the message says why."""


class Format(NamedTuple):
    """A text form.

    Attributes:
        name: what a person calls it.
        line: what it is, for people.
        reads: whether `import` takes it.
        suffixes: of files that are in it.
    """

    name: str
    line: str
    reads: bool = False
    suffixes: tuple[str, ...] = ()


FORMATS = (
    Format("markdown", "the list as it was written, byte for byte", reads=True, suffixes=(".md",)),
    Format("json", "the whole base, nothing left out"),
    Format("jsonl", "an entry a line", reads=True, suffixes=(".jsonl", ".ndjson")),
)

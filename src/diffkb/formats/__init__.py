"""The text forms a base is written to, one file each, in one table that says what each can do."""

from __future__ import annotations

from typing import NamedTuple


class Format(NamedTuple):
    """A text form: `line` says for people what it is."""

    name: str
    line: str


FORMATS = (
    Format("markdown", "the list as it was written, byte for byte"),
    Format("json", "the whole base, nothing left out"),
    Format("jsonl", "an entry a line"),
)

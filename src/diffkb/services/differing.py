"""What changed between two lists, or between a document and a file, by meaning."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.text import decoded
from diffkb.markdown.comparing import compare_readings
from diffkb.markdown.dialect import Dialect
from diffkb.markdown.document import read_document
from diffkb.services.agreeing import document_of, read_file
from diffkb.services.opening import open_reader

if TYPE_CHECKING:
    from pathlib import Path

    from diffkb.markdown.comparing import Change
    from diffkb.markdown.document import Reading
    from diffkb.paths import BaseChoice
    from diffkb.services.opening import Report

# The name that stands for standard input.
STDIN = "-"


class Compared(NamedTuple):
    """What changed.

    Attributes:
        before: what the one side is called.
        after: what the other is called.
        changes: what became of the one, each with the id of its entry in the base.
        same: whether both have the same bytes.
    """

    before: str
    after: str
    changes: list[tuple[Change, int | None]]
    same: bool


def compare_files(first: Path, second: Path) -> Compared:
    """Returns what changed from one list to another; no base is needed.

    Raises:
        UnreadableInput: one of them cannot be read.
    """
    before, after = _content(first), _content(second)
    old = read_document(decoded(before))
    # The later one is read as the earlier, unless that finds less in it.
    new = max(
        (read_document(decoded(after), old.dialect), read_document(decoded(after))),
        key=_count,
    )
    changes = [(change, None) for change in compare_readings(old, new)]
    return Compared(str(first), str(second), list(changes), before == after)


def compare_with_base(
    choice: BaseChoice, path: Path, document: str | None, report: Report
) -> Compared:
    """Returns what a file changed, as the base has the list.

    Args:
        choice: the base.
        path: the file.
        document: the document a person named, or None.
        report: takes a sentence about what had to be done.

    Raises:
        UnreadableInput: the file cannot be read.
        NeverSeen, AmbiguousDocument, DocumentNotFound: as for `document_of`.
        StorageError: the base cannot be used.
    """
    content = _content(path)
    with open_reader(choice, report) as reader:
        found = document_of(reader, path, content, document)
        held = b"".join(reader.texts(found.id))
        ids = reader.entry_of_each_block(found.id)
    dialect = Dialect.from_json(found.dialect)
    old, new = (read_document(decoded(one), dialect) for one in (held, content))
    changes = compare_readings(old, new)
    known = dict(enumerate(ids)) if len(ids) == len(old.blocks) else {}
    return Compared(
        found.name,
        str(path),
        [(one, None if one.before is None else known.get(one.before)) for one in changes],
        held == content,
    )


def _content(path: Path) -> bytes:
    """Returns the bytes of a file, a pipe, or standard input."""
    if str(path) == STDIN:
        return sys.stdin.buffer.read()
    return read_file(path, streams=True)


def _count(reading: Reading) -> int:
    """Returns how many entries a list has."""
    return sum(len(block.entries) for block in reading.blocks)

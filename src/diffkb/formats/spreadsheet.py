"""CSV that a spreadsheet opens as a table and never runs: RFC 4180, in UTF-8.

There is no byte order mark: programs that read CSV take it for a part of the first name.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from diffkb.core.references import Reference
    from diffkb.formats import Style

# The attributes of an entry that are texts or numbers, before those made of several values.
PLAIN = (
    *("id", "document", "kind", "title", "url", "year", "wr"),
    *("note", "arxiv_id", "doi", "openreview_id", "venue", "published", "abstract", "key"),
)
HEAD = (*PLAIN, "added", "changed", "read", "pending", "section", "tags", "authors")
# What makes a spreadsheet take a cell for a formula
# (https://owasp.org/www-community/attacks/CSV_Injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(references: Iterable[Reference], style: Style) -> Iterator[str]:
    """Yields a table of entries, a line each; private notes come as a last column."""
    head = (*HEAD, "private") if style.private else HEAD
    return write_csv(head, (_cells(one)[: len(head)] for one in references))


def _cells(one: Reference) -> list[str]:
    """Returns the cells of an entry, its private note last; what is not known is empty."""
    entry = one.entry
    cells = [getattr(entry, name) for name in PLAIN]
    cells += [one.added, one.changed, _flag(entry.read), _flag(entry.pending)]
    cells += [" / ".join(entry.section), ", ".join(entry.tags)]
    # A name may hold a comma.
    cells += ["; ".join(author.name for author in entry.authors), one.private]
    return ["" if cell is None else str(cell) for cell in cells]


def _flag(value: bool | None) -> str | None:
    """Returns yes or no; None where nobody said."""
    return None if value is None else ("yes" if value else "no")


def write_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yields the lines of a table, its head first; they end as the RFC says, in CRLF.

    A cell that a spreadsheet would run is given an apostrophe, which spreadsheets do not show.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(head)
    yield _taken(buffer)
    for row in rows:
        writer.writerow([_harmless(cell) for cell in row])
        yield _taken(buffer)


def _harmless(cell: str) -> str:
    """Returns a cell as text and nothing else."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _taken(buffer: io.StringIO) -> str:
    """Returns what was written, and empties the buffer."""
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text

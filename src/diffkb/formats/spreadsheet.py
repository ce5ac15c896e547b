"""CSV that a spreadsheet opens as a table and never runs: RFC 4180, in UTF-8."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# What makes a spreadsheet take a cell for a formula
# (https://owasp.org/www-community/attacks/CSV_Injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")


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

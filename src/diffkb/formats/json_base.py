"""JSON of the whole base: its tables, row by row, so that another base can be made of it."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from diffkb.formats import NoRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SCHEMA = 1
# What is no text in a table's row: a block's bytes, which need not be UTF-8.
BYTES, BASE64 = "raw", "base64"

_TABLE = re.compile(r'"([a-z_]+)": \[')


class Head(NamedTuple):
    """What a file says of itself.

    Attributes:
        revision: of the base's schema.
        private: whether notes that do not stand in the Markdown are there.
    """

    revision: str
    private: bool


class Table(NamedTuple):
    """A table with its rows, by column."""

    name: str
    rows: Iterable[dict[str, Any]]


class Row(NamedTuple):
    """A row, and the line it stands in."""

    line: int
    table: str
    values: dict[str, Any]


def write(head: Head, tables: Iterable[Table]) -> Iterator[str]:
    """Yields the object piece by piece, a row a line: `read` goes by the lines."""
    shown = {"diffkb": SCHEMA, "revision": head.revision, "private": head.private}
    yield json.dumps(shown).removesuffix("}")
    for table in tables:
        yield f",\n{json.dumps(table.name)}: ["
        before = "\n"
        for row in table.rows:
            yield before + json.dumps(_as_json(row), ensure_ascii=False)
            before = ",\n"
        yield "\n]"
    yield "\n}\n"


def _as_json(row: dict[str, Any]) -> dict[str, Any]:
    """Returns a row as JSON holds it: bytes as text, or in base64 where they are not UTF-8."""
    raw = row.get(BYTES)
    if not isinstance(raw, bytes):
        return row
    rest = {name: value for name, value in row.items() if name != BYTES}
    try:
        return {**rest, BYTES: raw.decode()}
    except UnicodeDecodeError:
        return {**rest, BASE64: base64.b64encode(raw).decode()}


def read_head(line: bytes) -> Head:
    """Reads what a file says of itself in its first line.

    Raises:
        NoRecord: it is none, or of a later kind.
    """
    found = _parsed(line.decode("utf-8-sig", "replace").rstrip().removesuffix(",") + "}")
    if found.get("diffkb") != SCHEMA:
        raise NoRecord(f"it is none that this diffkb knows: `diffkb` is not {SCHEMA}")
    return Head(str(found.get("revision")), bool(found.get("private")))


def read_rows(lines: Iterable[bytes], first: int) -> Iterator[Row]:
    """Yields the rows of a file, line by line, as `write` wrote it.

    Args:
        lines: those after the head.
        first: the number of the first of them.

    Raises:
        NoRecord: a line is none of these; `args[1]` is its number.
    """
    table: str | None = None
    ended = False
    for number, line in enumerate(lines, start=first):
        text = line.decode("utf-8", "replace").rstrip("\r\n").removesuffix(",")
        if ended and text.strip():
            raise NoRecord("something follows the end", number)
        if table is None and (found := _TABLE.fullmatch(text)):
            table = found[1]
        elif table is None and text == "}":
            ended = True
        elif table is not None and text == "]":
            table = None
        elif table is not None:
            try:
                yield Row(number, table, _as_row(_parsed(text)))
            except NoRecord as error:
                raise NoRecord(str(error), number) from error
        elif text.strip():
            raise NoRecord("it is not laid out as `export json` does, a row a line", number)
    if not ended:
        raise NoRecord("its end is missing", first)


def _as_row(values: dict[str, Any]) -> dict[str, Any]:
    """Returns a row with its bytes."""
    if BASE64 in values:
        try:
            raw = base64.b64decode(str(values.pop(BASE64)), validate=True)
        except binascii.Error as error:
            raise NoRecord("its base64 is none") from error
        return {**values, BYTES: raw}
    if isinstance(values.get(BYTES), str):
        return {**values, BYTES: values[BYTES].encode("utf-8", "surrogatepass")}
    return values


def _parsed(text: str) -> dict[str, Any]:
    """Returns a JSON object.

    Raises:
        NoRecord: it is none.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NoRecord("it is no JSON") from error
    if not isinstance(found, dict):
        raise NoRecord("it is no JSON object")
    return found

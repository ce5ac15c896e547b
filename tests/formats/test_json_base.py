"""JSON of the whole base: a row a line, whatever stands in it, and read as it was written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkb.formats import NoRecord
from diffkb.formats.json_base import Head, Row, Table, read_head, read_rows, write

HEAD = Head("0005", private=False)
VALUES = st.none() | st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(codec="utf-8"))
ROWS = st.lists(
    st.fixed_dictionaries({"id": st.integers(1, 99), "raw": st.binary(max_size=20), "x": VALUES}),
    max_size=4,
)


def read(text: str) -> tuple[Head, list[Row]]:
    first, *rest = text.encode().splitlines(keepends=True)
    return read_head(first), list(read_rows(rest, 2))


@given(blocks=ROWS, others=ROWS, private=st.booleans())
def test_what_is_written_is_read_as_it_was(
    blocks: list[dict[str, object]], others: list[dict[str, object]], private: bool
) -> None:
    head = Head("0005", private)
    text = "".join(write(head, [Table("blocks", blocks), Table("others", others)]))
    found, rows = read(text)
    assert found == head
    assert [row.values for row in rows if row.table == "blocks"] == blocks
    assert [row.values for row in rows if row.table == "others"] == others
    whole = json.loads(text)
    assert list(whole) == ["diffkb", "revision", "private", "blocks", "others"]
    lines = text.split("\n")
    assert all(json.loads(lines[row.line - 1].removesuffix(",")) for row in rows)


def test_text_stays_text_and_other_bytes_are_base64() -> None:
    rows = ({"raw": "é\r\n".encode()}, {"raw": b"\xff"})
    whole = json.loads("".join(write(HEAD, [Table("blocks", rows)])))
    assert whole["blocks"] == [{"raw": "é\r\n"}, {"base64": "/w=="}]


WHOLE = "".join(write(HEAD, [Table("a", [{"id": 1}, {"id": 2}])]))


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        (WHOLE.replace('{"id": 2}', "{"), 4, "it is no JSON"),
        (WHOLE.replace('{"id": 2}', "[]"), 4, "it is no JSON object"),
        (WHOLE.replace('"a"', '"a", "b"'), 2, "a row a line"),
        (WHOLE + "x\n", 7, "something follows the end"),
        (WHOLE.split("\n]")[0] + "\n", 2, "its end is missing"),
        (WHOLE.replace('{"id": 2}', '{"base64": "!"}'), 4, "its base64 is none"),
    ],
)
def test_what_is_none_is_told_with_its_line(text: str, line: int, why: str) -> None:
    with pytest.raises(NoRecord) as told:
        read(text)
    assert (told.value.args[1], why in told.value.args[0]) == (line, True)


@pytest.mark.parametrize("head", ['{"diffkb": 2,', "[", '{"x": 1}', ""])
def test_what_another_program_wrote_is_told_by_its_head(head: str) -> None:
    with pytest.raises(NoRecord):
        read_head(head.encode())

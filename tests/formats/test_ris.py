"""RIS: what is written, rispy reads the same; what programs write is read."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import rispy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.formats.references import REFERENCES

from diffkb.core.models import Record
from diffkb.core.query import EVERYTHING
from diffkb.formats import BY_NAME, Found, NoRecord, Style, reader_of, writer_of
from diffkb.formats.ris import one_line
from diffkb.store.reader import Reader
from diffkb.store.references import select_references

if TYPE_CHECKING:
    from diffkb.core.references import Reference

SHIPPED = Path(__file__).parents[2] / "data" / "kb.sqlite"
FULL = Style(annotated=True, private=True)
MANY = st.lists(REFERENCES, min_size=1, max_size=3)
LAW = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
ZOTERO = """\
TY  - CONF
AU  - van der Berg, Max
AU  - Smith, John, Jr.
T1  - Quiet Rivers
T2  - Proceedings of Rivers
Y1  - 2020/11/03/
DO  - 10.1000/182
C3  - Rivers 2020
KW  - water
ER  -
"""


def written(references: list[Reference], style: Style = FULL) -> str:
    return "".join(writer_of(BY_NAME["ris"])(references, style))


def read(text: str | bytes) -> list[Found]:
    content = text.encode() if isinstance(text, str) else text
    return list(reader_of(BY_NAME["ris"])(BytesIO(content)))


def records(text: str | bytes) -> list[Record]:
    return [one.record for one in read(text) if isinstance(one.record, Record)]


def shipped() -> list[Reference]:
    with Reader.open(SHIPPED) as reader:
        return list(select_references(reader, EVERYTHING))


@LAW
@given(references=MANY)
def test_another_program_reads_the_same(references: list[Reference]) -> None:
    found = rispy.loads(written(references))
    assert len(found) == len(references)
    for one, values in zip(references, found, strict=True):
        assert values["title"] == one_line(one.entry.title)
        assert values["id"] == one.key


@LAW
@given(references=MANY)
def test_what_is_written_reads_as_the_same_record(references: list[Reference]) -> None:
    found = records(written(references))
    assert len(found) == len(references)
    for one, record in zip(references, found, strict=True):
        assert record.fields.title == one_line(one.entry.title)
        assert (record.fields.wr, record.key) == (one.entry.wr, one.key)
        assert record.fields.note == (one_line(one.entry.note or "") or None)
        assert record.abstract == (one_line(one.entry.abstract or "") or None)
        assert record.published == (one.date.iso if one.date else None)


def test_the_shipped_base_reads_back() -> None:
    references = shipped()
    text = written(references, Style())
    assert len(rispy.loads(text)) == len(references)
    for one, record in zip(references, records(text), strict=True):
        assert (record.fields.title, record.fields.url) == (one.entry.title, one.entry.url)
        assert [it.name for it in record.authors] == [it.name for it in one.entry.authors]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_what_zotero_writes_is_read_with_any_line_end(end: str, mark: str) -> None:
    [record] = records(mark + ZOTERO.replace("\n", end))
    assert [one.family for one in record.authors] == ["van der Berg", "Smith"]
    assert (record.published, record.fields.tags) == ("2020-11-03", ("water",))
    assert (record.venue, record.type) == ("Proceedings of Rivers", "paper-conference")
    assert record.extra == {"C3": ["Rivers 2020"], "TY": ["CONF"]}


def test_a_bad_record_does_not_stop_the_next() -> None:
    text = f"TY  - JOUR\nAU  - X, Y\nER  - \n\nTY  - JOUR\nTI  - Open\n{ZOTERO}"
    bad = [(one.line, str(one.record)) for one in read(text) if isinstance(one.record, NoRecord)]
    assert bad == [(1, "it has no title (TI)"), (5, "it does not end with `ER  - `")]
    assert len(records(text)) == 1


def test_bytes_of_latin_1_are_read() -> None:
    [record] = records(ZOTERO.replace("Smith", "Sm\u00efth").encode("latin-1"))
    assert record.authors[1].family == "Sm\u00efth"


@LAW
@given(content=st.binary(max_size=200))
def test_no_bytes_break_the_reading(content: bytes) -> None:
    read(content)
    read(b"TY  - JOUR\nTI  - " + content + b"\nER  - \n")

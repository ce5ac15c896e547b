"""RIS reads back as it was, another program reads it, and what programs write is read."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import rispy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.formats.references import REFERENCES
from tests.formats.test_csl_json import shipped
from tests.formats.test_tex import shown

from diffkb.core.models import Author
from diffkb.core.references import Reference, date_of
from diffkb.formats import BY_NAME, Found, NoRecord, Style, reader_of, writer_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from diffkb.core.models import Record

MANY = st.lists(REFERENCES, max_size=4)
LAW = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


def written(references: Iterable[Reference]) -> str:
    style = Style(annotated=True, private=True)
    return "".join(writer_of(BY_NAME["ris"])(references, style))


def read(content: bytes) -> list[Found]:
    return list(reader_of(BY_NAME["ris"])(BytesIO(content)))


def records(content: bytes) -> list[Record]:
    return [one.record for one in read(content) if not isinstance(one.record, NoRecord)]


@LAW
@given(references=MANY)
def test_what_is_written_reads_as_the_same_record(references: list[Reference]) -> None:
    text = written(references)
    assert len(rispy.loads(text)) == len(references)
    for one, record in zip(references, records(text.encode()), strict=True):
        entry, date = one.entry, date_of(one.entry)
        assert record.key == one.key
        assert shown(record.fields.title) == shown(entry.title)
        assert (record.fields.wr, record.fields.year) == (entry.wr, entry.year)
        assert shown(record.fields.note or "") == shown(entry.note or "")
        assert shown(record.private or "") == shown(one.private or "")
        assert shown(record.abstract or "") == shown(entry.abstract or "")
        assert record.published == (date.iso if date else None)
        schemes = {identifier.scheme for identifier in record.identifiers}
        assert ("arxiv" in schemes, "doi" in schemes) == (bool(entry.arxiv_id), bool(entry.doi))


def test_another_program_reads_the_shipped_base() -> None:
    references = shipped()
    for one, found in zip(references, rispy.loads(written(references)), strict=True):
        assert found["title"] == one.entry.title
        assert found["id"] == one.key
        assert len(found.get("authors", [])) == len(one.entry.authors)


OTHERS = """\
garbage
TY  - JOUR
T1  - Bells
  at Night
A1  - Lark, Ann, Jr.
A1  - Open Team
Y1  - 2003/07/21/
JO  - Journal of Bells
VL  - 3
KW  - one
KW  - two
N2  - About bells.
UR  - https://x.example/bells
DO  - 10.1000/182
ER  -

TY  - CPAPER
PY  - 1999
TY  - WEB
TI  - A Page
UR  - https://x.example
ER  -
"""


def test_what_other_programs_write_is_read() -> None:
    for content in (
        OTHERS.encode(),
        b"\xef\xbb\xbf" + OTHERS.replace("\n", "\r\n").encode(),
        OTHERS.encode("latin-1") + b"\xe9\n",
    ):
        bells, page = records(content)
        assert (bells.fields.title, bells.venue, bells.published) == (
            "Bells at Night",
            "Journal of Bells",
            "2003-07-21",
        )
        assert bells.authors == (
            Author("Ann Lark Jr.", "Lark", "Ann, Jr."),
            Author("Open Team"),
        )
        assert (bells.fields.tags, bells.abstract) == (("one", "two"), "About bells.")
        assert bells.extra == {"VL": ["3"]}
        assert page.type == "webpage"
        [bad] = [one for one in read(content) if isinstance(one.record, NoRecord)]
        assert (bad.line, str(bad.record)) == (17, "it has no end: `ER  -` is missing")
        assert bad.raw == b"TY  - CPAPER\nPY  - 1999"


@LAW
@given(content=st.binary(max_size=40) | st.text("TYERI  -\n", max_size=60).map(str.encode))
def test_whatever_a_file_holds_it_is_read_to_its_end(content: bytes) -> None:
    found = records(content + b"\nER  - \nTY  - GEN\nTI  - The end\nER  - \n")
    assert found[-1].fields.title == "The end"


def test_unknown_tags_come_back() -> None:
    bells = records(OTHERS.encode())[0]
    one = shipped()[0]
    extra = {"ris": dict(bells.extra or {})}
    assert "VL  - 3\r\n" in written([Reference(one.entry, "k", None, "", "", None, extra)])

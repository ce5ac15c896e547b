"""CSL-JSON reads back as it was, other programs take it, and what they write is read."""

from __future__ import annotations

import json
import shutil
import subprocess
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.formats.references import REFERENCES
from tests.formats.test_tex import shown

from diffkb.core.models import Author
from diffkb.core.query import EVERYTHING
from diffkb.core.references import Reference, date_of
from diffkb.formats import BY_NAME, Found, NoRecord, Style, reader_of, writer_of
from diffkb.store.reader import Reader
from diffkb.store.references import select_references

if TYPE_CHECKING:
    from collections.abc import Iterable

    from diffkb.core.models import Record

SHIPPED = Path(__file__).parents[2] / "data" / "kb.sqlite"
MANY = st.lists(REFERENCES, max_size=4)
LAW = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
# What the schema knows, of what is written.
NAMES = {
    *("id", "type", "title", "author", "issued", "container-title", "DOI", "URL", "abstract"),
    *("archive", "archive_location", "keyword", "note"),
}
NAME_PARTS = {"family", "given", "non-dropping-particle", "suffix", "literal"}


def written(references: Iterable[Reference], style: Style = Style()) -> str:  # noqa: B008 - a value
    return "".join(writer_of(BY_NAME["csl-json"])(references, style))


def read(text: str) -> list[Found]:
    return list(reader_of(BY_NAME["csl-json"])(BytesIO(text.encode())))


def records(text: str) -> list[Record]:
    return [one.record for one in read(text) if not isinstance(one.record, NoRecord)]


def shipped() -> list[Reference]:
    with Reader.open(SHIPPED) as reader:
        return list(select_references(reader, EVERYTHING))


def check(item: dict[str, Any]) -> None:
    """Makes sure that an item is as the schema has it."""
    assert set(item) <= NAMES
    assert isinstance(item["id"], str)
    for name in NAMES - {"author", "issued"}:
        assert isinstance(item.get(name, ""), str)
    for author in item.get("author", []):
        assert set(author) <= NAME_PARTS
        assert all(isinstance(part, str) and part for part in author.values())
    if "issued" in item:
        [parts] = item["issued"]["date-parts"]
        assert 1 <= len(parts) <= 3
        assert all(isinstance(part, int) for part in parts)


@LAW
@given(references=MANY)
def test_what_is_written_reads_as_the_same_record(references: list[Reference]) -> None:
    text = written(references, Style(annotated=True))
    items = json.loads(text)
    assert len(items) == len(references)
    for item in items:
        check(item)
    for one, record in zip(references, records(text), strict=True):
        entry, date = one.entry, date_of(one.entry)
        assert record.key == one.key
        assert shown(record.fields.title) == shown(entry.title)
        assert record.fields.wr == entry.wr
        assert record.fields.year == entry.year
        assert shown(record.abstract or "") == shown(entry.abstract or "")
        assert record.published == (date.iso if date else None)
        assert len(record.authors) == len(entry.authors)
        schemes = {identifier.scheme for identifier in record.identifiers}
        assert ("arxiv" in schemes, "doi" in schemes) == (bool(entry.arxiv_id), bool(entry.doi))


@pytest.mark.skipif(shutil.which("pandoc") is None, reason="pandoc is not there: install pandoc")
@settings(LAW, max_examples=5)
@given(references=st.lists(REFERENCES, min_size=1, max_size=8, unique_by=lambda one: one.key))
def test_pandoc_cites_anything(
    tmp_path_factory: pytest.TempPathFactory, references: list[Reference]
) -> None:
    folder = tmp_path_factory.mktemp("pandoc")
    for found in (references, shipped()):
        (folder / "refs.json").write_text(written(found), encoding="utf-8")
        keys = " ".join(f"[@{one.key}]" for one in found)
        done = subprocess.run(
            ["pandoc", "--citeproc", "--bibliography", "refs.json", "-t", "plain"],
            cwd=folder,
            input=f"{keys}\n",
            capture_output=True,
            check=True,
            text=True,
        )
        assert done.stderr == ""
        assert "???" not in done.stdout


OTHERS = """\
[
 {"id": "http://zotero.org/users/1/items/AB", "citation-key": "ho2020", "type": "paper-conference",
  "title": "<i>Denoising</i> &amp; Diffusion", "number": "arXiv:2006.11239",
  "author": [{"family": "Berg", "given": "Max", "non-dropping-particle": "van den"},
             {"literal": "Open Team"}, {"family": "Plato"}],
  "issued": {"date-parts": [["2020", "12"]]}, "publisher": "P", "page": "1-2"},
 {"id": 5, "title": "Raw", "issued": {"raw": "2019-3-4"}, "DOI": "https://doi.org/10.1000/182"},
 {"id": "x"},
 {"id": "bad", "title": },
 {"id": "last", "title": "Last"}
]
"""


def test_what_other_programs_write_is_read() -> None:
    ho, raw, last = records(OTHERS)
    assert (ho.key, ho.fields.title, ho.published) == (
        "ho2020",
        "Denoising & Diffusion",
        "2020-12",
    )
    assert ho.authors == (
        Author("Max van den Berg", "van den Berg", "Max"),
        Author("Open Team"),
        Author("Plato"),
    )
    assert [str(one) for one in ho.identifiers] == ["2006.11239"]
    assert ho.extra == {"number": "arXiv:2006.11239", "publisher": "P", "page": "1-2"}
    assert (raw.key, raw.published, raw.fields.url) == (
        None,
        "2019-03-04",
        "https://doi.org/10.1000/182",
    )
    assert last.key == "last"


def test_what_is_none_is_told_with_its_line_and_can_be_read_when_it_is_mended() -> None:
    untitled, broken = (one for one in read(OTHERS) if isinstance(one.record, NoRecord))
    assert (untitled.line, str(untitled.record)) == (8, "it has no title")
    assert broken.line == 9
    assert str(broken.record).startswith("it is no JSON: ")
    mended = untitled.raw.replace(b'"x"', b'"x", "title": "X"') + b"\n"
    mended += broken.raw.replace(b": }", b': "Y"}')
    assert [one.fields.title for one in records(mended.decode())] == ["X", "Y"]
    items = json.dumps({"items": [{"id": "a", "title": "A"}, {"id": "b", "title": "B"}]})
    assert [one.key for one in records(items)] == ["a", "b"]


@LAW
@given(text=st.text('[]{}",:x1\n', max_size=40))
def test_whatever_a_file_holds_it_is_read_to_its_end(text: str) -> None:
    assert all(one.line >= 1 for one in read(text))


def test_what_no_attribute_holds_comes_back() -> None:
    [ho, *_] = records(OTHERS)
    one = shipped()[0]
    extra = {"csl-json": dict(ho.extra or {}), "type": ho.type}
    [item] = json.loads(written([Reference(one.entry, "k", None, "", "", None, extra)]))
    assert (item["publisher"], item["page"], item["type"]) == ("P", "1-2", "paper-conference")

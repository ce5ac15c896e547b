"""CSL-JSON: what is written fits its schema, citation processors take it, and it reads back."""

from __future__ import annotations

import json
import shutil
import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from tests.formats.references import REFERENCES

from diffkb.core.models import Record
from diffkb.core.query import EVERYTHING
from diffkb.core.references import Reference
from diffkb.formats import BY_NAME, Found, NoRecord, Style, reader_of, writer_of
from diffkb.formats.csl_json import DATES, NAMES, NUMBERS, OTHER_TYPES, TEXTS, TYPES
from diffkb.store.reader import Reader
from diffkb.store.references import select_references

SHIPPED = Path(__file__).parents[2] / "data" / "kb.sqlite"
PLAIN = Style()
FULL = Style(annotated=True, private=True)
MANY = st.lists(REFERENCES, min_size=1, max_size=3, unique_by=lambda one: one.key)
LAW = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)

TEXT = {"type": "string"}
TEXT_OR_NUMBER = {"type": ["string", "number"]}
DATE_PART = {"type": "array", "items": TEXT_OR_NUMBER, "minItems": 1, "maxItems": 3}
DATE = {
    "type": "object",
    "properties": {
        "date-parts": {"type": "array", "items": DATE_PART, "minItems": 1, "maxItems": 2},
        "season": TEXT_OR_NUMBER,
        "circa": {"type": ["string", "number", "boolean"]},
        **dict.fromkeys(("literal", "raw", "edtf"), TEXT),
    },
    "additionalProperties": False,
}
PARTS = "family given dropping-particle non-dropping-particle suffix literal".split()
NAMED = {
    "type": "object",
    "properties": dict.fromkeys(PARTS, TEXT),
    "additionalProperties": False,
}
# What csl-data.json, version 1.0.2, says of items, as far as entries have it.
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "type": {"enum": sorted(TYPES | OTHER_TYPES)},
            "id": TEXT_OR_NUMBER,
            "custom": {"type": "object"},
            "categories": {"type": "array", "items": TEXT},
            **dict.fromkeys(TEXTS, TEXT),
            **dict.fromkeys(NUMBERS, TEXT_OR_NUMBER),
            **dict.fromkeys(DATES, DATE),
            **{key: {"type": "array", "items": NAMED} for key in NAMES},
        },
        "required": ["type", "id"],
        "additionalProperties": False,
    },
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)


def written(references: list[Reference], style: Style = PLAIN) -> str:
    return "".join(writer_of(BY_NAME["csl-json"])(references, style))


def read(text: str | bytes) -> list[Found]:
    content = text.encode() if isinstance(text, str) else text
    return list(reader_of(BY_NAME["csl-json"])(BytesIO(content)))


def one_record(item: dict[str, Any]) -> Record:
    [found] = read(json.dumps(item))
    assert isinstance(found.record, Record)
    return found.record


def shipped() -> list[Reference]:
    with Reader.open(SHIPPED) as reader:
        return list(select_references(reader, EVERYTHING))


def assert_valid(text: str) -> None:
    Draft7Validator(SCHEMA).validate(json.loads(text))


@LAW
@given(references=MANY)
def test_it_fits_the_schema_and_reads_as_the_same_record(references: list[Reference]) -> None:
    text = written(references, FULL)
    assert_valid(text)
    found = read(text)
    assert len(found) == len(references)
    for one, (_, _, record) in zip(references, found, strict=True):
        assert isinstance(record, Record)
        assert record.fields.title == " ".join(one.entry.title.split())
        assert (record.fields.wr, record.fields.tags) == (one.entry.wr, one.entry.tags)
        assert record.section == one.entry.section
        assert record.fields.note == (one.entry.note or None)
        assert record.abstract == (one.entry.abstract or None)
        assert record.key == one.key
        assert record.published == (one.date.iso if one.date else None)
        assert {str(it) for it in record.identifiers} >= {
            it for it in (one.entry.arxiv_id, one.entry.doi) if it
        }


def test_the_shipped_base_fits_the_schema_and_reads_back() -> None:
    references = shipped()
    text = written(references)
    assert_valid(text)
    found = [one.record for one in read(text)]
    for one, record in zip(references, found, strict=True):
        assert isinstance(record, Record)
        assert record.fields.title == one.entry.title
        assert [it.name for it in record.authors] == [it.name for it in one.entry.authors]
        assert record.fields.url == one.entry.url


@LAW
@given(
    item=st.dictionaries(
        st.sampled_from(
            [
                "author",
                "issued",
                "DOI",
                "URL",
                "note",
                "id",
                "type",
                "number",
                "custom",
                "keyword",
                "archive",
                "archive_location",
                "page",
                "x",
            ]
        ),
        JSON,
    )
)
def test_whatever_an_item_holds_is_read_and_given_back_in_a_valid_one(
    item: dict[str, Any],
) -> None:
    record = one_record({**item, "title": "A title"})
    [one] = shipped()[:1]
    again = Reference(one.entry, "key", None, "", "", None, {"csl-json": record.extra})
    text = written([again])
    assert_valid(text)


def test_a_bad_item_does_not_stop_the_next_and_is_read_again_once_mended() -> None:
    text = '[\n{"title": "One", "id": "a"},\n{"title": Two},\n{"id": "x"},\n7,\n{"title": "Three"}]'
    found = read(text)
    bad = [(one.line, one.raw) for one in found if isinstance(one.record, NoRecord)]
    assert bad == [(3, b'{"title": Two}'), (4, b'{"id": "x"}'), (5, b"7")]
    mended = '{"title": "Two"}\n{"id": "x", "title": "X"}\n'
    assert [one.line for one in read(mended)] == [1, 2]
    assert not any(isinstance(one.record, NoRecord) for one in read(mended))


@pytest.mark.parametrize(
    "around", ["[{}]", '{{"items": [{}]}}', '{{"config": {{"a": 1}}, "items": [{}]}}', "\ufeff{}"]
)
def test_items_are_found_however_they_are_wrapped(around: str) -> None:
    [found] = read(around.format('{"title": "One"}'))
    assert isinstance(found.record, Record)
    assert found.record.fields.title == "One"


def test_what_zotero_writes_of_a_preprint_is_read() -> None:
    record = one_record(
        {
            "id": "http://zotero.org/users/1/items/ABC",
            "type": "article",
            "number": "arXiv:2006.11239",
            "publisher": "arXiv",
            "title": "Denoising <i>Diffusion</i> Probabilistic Models",
            "note": "arXiv:2006.11239 [cs, stat]",
            "author": [{"family": "Berg", "given": "Max", "non-dropping-particle": "van der"}],
            "accessed": {"date-parts": [[2024, 1, 2]]},
            "issued": {"date-parts": [["2020", 12, 16]]},
        }
    )
    assert str(record.identifiers[0]) == "2006.11239"
    assert record.fields.title == "Denoising Diffusion Probabilistic Models"
    assert (record.authors[0].family, record.key) == ("van der Berg", None)
    assert (record.published, record.fields.note) == ("2020-12-16", None)
    assert record.extra is not None
    assert record.extra["accessed"] == {"date-parts": [[2024, 1, 2]]}


@pytest.mark.skipif(shutil.which("pandoc") is None, reason="pandoc is not installed")
@settings(LAW, max_examples=5)
@given(references=MANY)
def test_pandoc_cites_every_key_without_a_warning(references: list[Reference]) -> None:
    cite(references)


@pytest.mark.skipif(shutil.which("pandoc") is None, reason="pandoc is not installed")
def test_pandoc_cites_the_shipped_base_without_a_warning() -> None:
    text = cite(shipped())
    assert "Ho, Jonathan" in text


def cite(references: list[Reference]) -> str:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "refs.json")
        file.write_text(written(references, FULL))
        done = subprocess.run(
            ["pandoc", "--citeproc", f"--bibliography={file}", "-t", "plain", "--wrap=none"],
            input="\n\n".join(f"[@{one.key}]" for one in references),
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert "???" not in done.stdout
    return done.stdout

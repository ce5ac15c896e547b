"""The values of BibTeX as people write them: their parts, their ends, their dates and numbers."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pybtex.database import parse_string

from diffkb.core.models import Author
from diffkb.formats import NoRecord
from diffkb.formats.bibtex_reading import read

if TYPE_CHECKING:
    from diffkb.core.models import Record

# What a value may hold that could be taken for the end of a part, or for another one.
PLAIN = st.text("ab1 #,=;", max_size=8)
NESTED = st.recursive(
    PLAIN, lambda inner: st.lists(inner | inner.map("{{{}}}".format), max_size=3).map("".join)
)
PARTS = st.lists(
    NESTED.map("{{{}}}".format)
    | NESTED.map('"{}"'.format)
    | st.builds('{{{}"{}}}'.format, NESTED, NESTED)
    | st.builds('"{}{{{}\\"o{}}}"'.format, NESTED, NESTED, NESTED)
    | st.sampled_from(["name", "NAME", "dec", "2020"]),
    min_size=1,
    max_size=4,
)


def found_in(text: str | bytes) -> list[Record | NoRecord]:
    """Gives what a file says, entry by entry."""
    content = text if isinstance(text, bytes) else text.encode()
    return [one.record for one in read(io.BytesIO(content))]


def record_in(text: str | bytes) -> Record:
    """Gives what a file of one entry says."""
    [record] = found_in(text)
    assert not isinstance(record, NoRecord), record
    return record


@given(parts=PARTS)
def test_the_parts_of_a_value_are_joined_as_pybtex_joins_them(parts: list[str]) -> None:
    text = f'@string{{name = "a # name"}}\n@misc{{a, title={{T}}, x = {" # ".join(parts)}, y=1}}'
    theirs = parse_string(text, "bibtex", macros={"dec": "dec"}).entries["a"].fields
    extra = record_in(text).extra or {}
    assert " ".join(extra["x"].split()) == theirs["x"].strip()
    assert extra["y"] == "1"


@pytest.mark.parametrize(
    "value",
    ["{T} year=2001", "{T} year={2001}", '"T" year = "2001"', "2001 month=dec", "{T} {U}"],
)
def test_a_value_that_goes_on_behind_its_end_is_none(value: str) -> None:
    bad, good = found_in(f"@misc{{a, title={value}, note={{N}}}}\n@misc{{b, title={{B}}}}")
    assert isinstance(bad, NoRecord)
    assert str(bad) == "`title` goes on behind its end: a comma may be missing"
    assert not isinstance(good, NoRecord)


def test_braces_behind_a_backslash_are_taken_as_they_are_meant() -> None:
    assert record_in(r"@misc{a, title={Open \{ only}, year=2001}").published == "2001"


@pytest.mark.parametrize(
    ("fields", "published", "left"),
    [
        ("date={2020-13-45}", "2020", {"date": "2020-13-45"}),
        ("date={2021-02-30}", "2021-02", {"date": "2021-02-30"}),
        ("date={2021-00-00}", "2021", {"date": "2021-00-00"}),
        ("date={2004-05-06T12:00:00Z}", "2004-05-06", {}),
        ("year={0000}", None, {"year": "0000"}),
        ('year=2001, month="12~" # dec', "2001-12-12", {}),
        ('year=2001, month=dec # "~1"', "2001-12-01", {}),
        ("year=2001, month={sept.}", "2001-09", {}),
        ("year=2001, month=13", "2001", {"month": "13"}),
        ("year=2001, month={May--June}", "2001", {"month": "May--June"}),
    ],
)
def test_dates_are_read_as_far_as_the_calendar_has_them(
    fields: str, published: str | None, left: dict[str, str]
) -> None:
    record = record_in(f"@misc{{a, title={{T}}, {fields}}}")
    assert (record.published, record.extra) == (published, left)


@pytest.mark.parametrize(
    "number", ["2006.11239", "arXiv:2006.11239", "https://arxiv.org/abs/2006.11239"]
)
def test_an_eprint_may_say_whose_it_is(number: str) -> None:
    record = record_in(f"@misc{{a, title={{T}}, eprint={{{number}}}, archiveprefix={{arXiv}}}}")
    assert [str(one) for one in record.identifiers] == ["2006.11239"]
    assert record.extra == {}


def test_of_several_links_the_first_is_that_of_the_entry() -> None:
    record = record_in("@misc{a, title={T}, url={https://a.example/1, https://b.example/2}}")
    assert record.fields.url == "https://a.example/1"
    assert record.extra == {"urls": "https://b.example/2"}


def test_an_entry_that_names_itself_inherits_nothing() -> None:
    assert record_in("@misc{a, title={T}, crossref={A}}").venue is None


def test_what_is_no_name_is_left_out() -> None:
    authors = record_in("@misc{a, title={T}, author={A Lark and , and B Rook}}").authors
    assert authors == (Author("A Lark", "Lark", "A"), Author("B Rook", "Rook", "B"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_files_are_read_in_the_encoding_they_are_in(encoding: str) -> None:
    text = "@misc{a, title={Café}}"
    assert record_in(text.encode(encoding)).fields.title == "Café"

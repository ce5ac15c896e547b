"""What a bibliography says of an entry is told by its venue, its identifiers and its dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.entries import BARE

from diffkb.core.references import (
    Date,
    Reference,
    date_of,
    is_conference,
    read_date,
    type_of,
)

ENTRY = replace(BARE, title="Bells at Night", year=2024, year_from="heading")


@pytest.mark.parametrize(
    "venue",
    [
        "NeurIPS 2021",
        "ICLR",
        "ECCV 2024 Workshops",
        "IEEE/CVF Conference on Computer Vision and Pattern Recognition",
        "Proceedings of the 37th International Conference on Machine Learning",
        "Symposium on Bells",
    ],
)
def test_meetings_are_told(venue: str) -> None:
    assert is_conference(venue)
    assert type_of(replace(ENTRY, venue=venue)) == "paper-conference"


@pytest.mark.parametrize(
    "venue",
    [
        "Journal of Bells",
        "IEEE Transactions on Image Processing",
        "TMLR 2023",
        "Nature",
        "Foundations and Trends in Computer Graphics and Vision 2024",
        "Proceedings of the National Academy of Sciences",
        "Neural Computation",
    ],
)
def test_journals_are_told(venue: str) -> None:
    assert not is_conference(venue)
    assert type_of(replace(ENTRY, venue=venue)) == "article-journal"


def test_what_is_out_nowhere_is_told_by_its_identifiers() -> None:
    assert type_of(ENTRY) == "document"
    assert type_of(replace(ENTRY, arxiv_id="2101.00001")) == "article"
    assert type_of(replace(ENTRY, openreview_id="abc", venue="CoRR")) == "article"
    assert type_of(replace(ENTRY, kind="link", venue="A blog")) == "webpage"


@pytest.mark.parametrize(
    ("published", "venue", "year", "date", "iso"),
    [
        ("2020-11-26", "ICLR 2021", 2021, Date(2020, 11, 26), "2020-11-26"),
        ("2020-11", None, 2021, Date(2020, 11), "2020-11"),
        (None, "ICLR 2021", 2020, Date(2021), "2021"),
        (None, "Journal of Bells", 2020, Date(2020), "2020"),
    ],
)
def test_the_date_is_the_sources_else_the_venues_else_the_lists(
    published: str | None, venue: str | None, year: int, date: Date, iso: str
) -> None:
    found = date_of(replace(ENTRY, published=published, venue=venue, year=year))
    assert found == date
    assert found.iso == iso


def test_nothing_tells_a_date() -> None:
    assert date_of(replace(ENTRY, year=None)) is None


def test_a_journal_goes_without_its_year_and_a_meeting_with_it() -> None:
    def container(venue: str) -> str | None:
        entry = replace(ENTRY, venue=venue)
        return Reference(entry, "k", None, "", "", None, {}).container

    assert container("Foundations of Bells 2024") == "Foundations of Bells"
    assert container("NeurIPS 2021") == "NeurIPS 2021"


def test_a_type_that_a_file_gave_counts() -> None:
    assert Reference(ENTRY, "k", None, "", "", None, {"type": "thesis"}).type == "thesis"


@given(
    st.from_regex(r"[0-9]{4}(-[0-9]{2}){0,2}", fullmatch=True)
    | st.sampled_from(["2020-13-45", "2021-02-30", "2024-02-29", "0000", "2021-00-00"])
)
def test_a_date_is_one_of_the_calendar(text: str) -> None:
    found = read_date(text)
    assert (found is None) == text.startswith("0000")
    if found is not None:
        assert text.startswith(found.iso)
        date(found.year, found.month or 1, found.day or 1)

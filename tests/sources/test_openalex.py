"""OpenAlex: what is asked, and what its records add."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkb.core.models import ARXIV, DOI, URL, Author, Candidate, Identifier
from diffkb.errors import BadReply, UnknownWork
from diffkb.sources.base import Reply
from diffkb.sources.openalex import OpenAlex, look_up

if TYPE_CHECKING:
    from diffkb.sources.base import Outcome
    from diffkb.sources.http import Door

ROUTE = OpenAlex("secret")
PAPER = Identifier(ARXIV, "2401.00011")
KETTLE = Identifier(DOI, "10.99999/kettle.1")
RECORD = {
    "doi": "https://doi.org/10.99999/kettle.1",
    "title": "Steam &amp; <i>Whistles</i>",
    "publication_date": "2024-05-06",
    "publication_year": 2024,
    "authorships": [{"author": {"display_name": "Ana Tetera", "orcid": None}}],
    "primary_location": {"source": {"display_name": "Tea Conference", "type": "conference"}},
    "locations": [
        {"landing_page_url": "https://doi.org/10.99999/kettle.1"},
        {"landing_page_url": "http://arxiv.org/abs/2401.00011"},
        {"landing_page_url": None},
        {"landing_page_url": "https://openreview.net/forum?id=AbCdEf1234"},
        {"landing_page_url": "https://example.org/kettle"},
    ],
    "abstract_inverted_index": {"loudly.": [3], "Kettles": [0], "whistle,": [1], "always": [2]},
}


def reply(value: Any, status: int = 200) -> Reply:
    return Reply(status, {"content-type": "application/json"}, json.dumps(value).encode(), "")


def outcome(ref: Identifier = KETTLE, **fields: Any) -> Outcome:
    (found,) = ROUTE.parse(reply(RECORD | fields), [ref]).values()
    return found


def candidate(ref: Identifier = KETTLE, **fields: Any) -> Candidate:
    found = outcome(ref, **fields)
    assert isinstance(found, Candidate)
    return found


def test_a_record_is_read_with_what_it_takes_for_the_same_work() -> None:
    assert outcome() == Candidate(
        source="OpenAlex",
        identifiers=(KETTLE, PAPER),
        title="Steam & Whistles",
        authors=(Author("Ana Tetera"),),
        abstract="Kettles whistle, always loudly.",
        published="2024-05-06",
        venue="Tea Conference",
    )
    assert candidate(PAPER).identifiers == (PAPER, KETTLE)


def test_single_records_are_asked_for_with_the_key() -> None:
    refs = [
        PAPER,
        KETTLE,
        Identifier(URL, "https://example.org"),
        Identifier(ARXIV, PAPER.value, 2),
    ]
    first, second = ROUTE.requests(refs)
    assert first.url == "https://api.openalex.org/works/doi:10.48550%2Farxiv.2401.00011"
    assert second.url == "https://api.openalex.org/works/doi:10.99999%2Fkettle.1"
    assert dict(first.params)["api_key"] == "secret"
    assert (first.refs, second.refs) == ((PAPER,), (KETTLE,))


def test_a_record_that_does_not_name_the_work_is_no_answer() -> None:
    assert isinstance(outcome(PAPER, locations=None), BadReply)
    assert isinstance(outcome(doi=None, locations=[]), BadReply)


def test_an_archive_is_no_venue() -> None:
    source = {"display_name": "arXiv (Cornell University)", "type": "repository"}
    assert candidate(primary_location={"source": source}).venue is None
    assert candidate(primary_location={"source": None}).venue is None
    assert candidate(primary_location=None).venue is None


def test_an_unknown_work_decides_nothing() -> None:
    (found,) = ROUTE.parse(reply({"error": "Not found"}, 404), [KETTLE]).values()
    assert isinstance(found, UnknownWork)
    assert not ROUTE.decides
    (found,) = ROUTE.parse(reply({"error": "Invalid"}, 400), [KETTLE]).values()
    assert isinstance(found, BadReply)


@given(st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1), max_size=30))
def test_the_abstract_is_put_back_in_order(words: list[str]) -> None:
    plain = [word.replace("<", "").replace("&", "") for word in words]
    index: dict[str, list[int]] = {}
    for place, word in enumerate(plain):
        index.setdefault(word, []).append(place)
    expected = " ".join(" ".join(plain).split()) or None
    assert candidate(abstract_inverted_index=index).abstract == expected


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", 7), ("title", ["x"]), ("doi", 7), ("authorships", {}), ("authorships", [None]),
     ("authorships", [{"author": "x"}]), ("locations", [3]), ("primary_location", []),
     ("abstract_inverted_index", ["x"]), ("abstract_inverted_index", {"x": 1}),
     ("abstract_inverted_index", {"x": ["1"]}), ("abstract_inverted_index", {"x": [0] * 30_000}),
     ("publication_date", 2024), ("title", "x" * 10_000_001)],
)  # fmt: skip
def test_a_malformed_record_is_no_answer(field: str, value: Any) -> None:
    assert isinstance(outcome(**{field: value}), BadReply)


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"", "application/json"), (b"<html>", "text/html"), (b'{"doi": ', "application/json"),
     (b"[]", "application/json"), (b"null", "application/json"), (b"\xff", "application/json")],
)  # fmt: skip
@pytest.mark.parametrize("status", [200, 404])
def test_what_is_no_record_is_a_bad_reply(content: bytes, kind: str, status: int) -> None:
    with pytest.raises(BadReply):
        ROUTE.parse(Reply(status, {"content-type": kind}, content, ""), [KETTLE])


def test_works_are_looked_up_at_the_door(door: Door, service: Any) -> None:
    service.answers = [httpx.Response(200, json=RECORD)]
    found = dict(look_up([PAPER], key="secret", door=door, report=print))
    assert isinstance(found[PAPER], Candidate)
    assert service.requests[0].url.params["api_key"] == "secret"

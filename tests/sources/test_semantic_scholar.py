"""Semantic Scholar: what is asked in one go, and what its records add."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffkb.core.models import ARXIV, DOI, OPENREVIEW, Author, Candidate, Identifier
from diffkb.errors import BadReply, UnknownWork
from diffkb.sources.base import Reply
from diffkb.sources.semantic_scholar import SemanticScholar, look_up

if TYPE_CHECKING:
    from diffkb.sources.http import Door

ROUTE = SemanticScholar("secret")
PAPER = Identifier(ARXIV, "2401.00011")
KETTLE = Identifier(DOI, "10.5555/kettle.1")
RECORD = {
    "paperId": "abc",
    "externalIds": {"ArXiv": "2401.00011", "DOI": "10.5555/KETTLE.1", "CorpusId": 7},
    "title": "Steam &amp; Whistles",
    "abstract": None,
    "venue": "Tea Conference",
    "year": 2024,
    "publicationDate": "2024-05-06",
    "authors": [{"authorId": "1", "name": "Ana Tetera"}, {"authorId": None, "name": None}],
}


def reply(value: Any, status: int = 200, kind: str = "application/json") -> Reply:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Reply(status, {"content-type": kind}, content, "https://api.semanticscholar.org/")


def test_a_record_is_read_with_what_it_takes_for_the_same_work() -> None:
    assert ROUTE.parse(reply([RECORD]), [PAPER]) == {
        PAPER: Candidate(
            source="Semantic Scholar",
            identifiers=(PAPER, KETTLE),
            title="Steam & Whistles",
            authors=(Author("Ana Tetera"),),
            published="2024-05-06",
            venue="Tea Conference",
        )
    }


def test_null_is_a_work_that_is_not_known() -> None:
    other = Identifier(DOI, "10.5555/pot.1")
    known, missing = ROUTE.parse(reply([RECORD, None]), [KETTLE, other]).values()
    assert isinstance(known, Candidate)
    assert known.identifiers == (KETTLE, PAPER)
    assert isinstance(missing, UnknownWork)
    assert missing.ref == "10.5555/pot.1"


def test_none_known_is_said_with_an_error() -> None:
    refused = reply({"error": "No valid paper ids given"}, 400)
    (found,) = ROUTE.parse(refused, [PAPER]).values()
    assert isinstance(found, UnknownWork)
    (found,) = ROUTE.parse(reply({"error": "Unsupported fields: [x]"}, 400), [PAPER]).values()
    assert isinstance(found, BadReply)


def test_a_record_that_does_not_name_the_work_is_no_answer() -> None:
    other = Identifier(ARXIV, "2401.00012")
    (found,) = ROUTE.parse(reply([RECORD]), [other]).values()
    assert isinstance(found, BadReply)


@pytest.mark.parametrize("records", [[], [RECORD, RECORD], {"data": [RECORD]}, None, "x"])
def test_another_number_of_records_is_no_answer(records: Any) -> None:
    with pytest.raises(BadReply):
        ROUTE.parse(reply(records), [PAPER])


def test_arxiv_is_no_venue_and_its_doi_no_second_identity() -> None:
    external = {"ArXiv": "2401.00011", "DOI": "10.48550/arXiv.2401.00011"}
    record = RECORD | {"venue": "arXiv.org", "externalIds": external, "publicationDate": None}
    (found,) = ROUTE.parse(reply([record]), [PAPER]).values()
    assert isinstance(found, Candidate)
    assert (found.venue, found.identifiers, found.published) == (None, (PAPER,), "2024")


@given(st.integers(0, 1200))
@settings(max_examples=12)
def test_every_work_is_in_one_request_of_at_most_five_hundred(count: int) -> None:
    refs = [Identifier(ARXIV, f"2401.{number:05}", number % 3 or None) for number in range(count)]
    requests = ROUTE.requests([*refs, Identifier(OPENREVIEW, "x"), *refs])
    asked = [ref for request in requests for ref in request.refs]
    assert asked == [Identifier(ARXIV, ref.value) for ref in refs]
    for request in requests:
        ids = json.loads(request.content)["ids"]
        assert ids == [f"ARXIV:{ref.value}" for ref in request.refs]
        assert 0 < len(ids) <= 500


def test_the_key_is_a_header_and_may_be_missing() -> None:
    (with_key,) = ROUTE.requests([KETTLE])
    (without,) = SemanticScholar().requests([KETTLE])
    assert with_key.headers["x-api-key"] == "secret"
    assert "x-api-key" not in without.headers
    assert (with_key.method, with_key.params) == (without.method, without.params)
    assert json.loads(with_key.content) == {"ids": ["DOI:10.5555/kettle.1"]}


def test_works_are_looked_up_at_the_door(door: Door, service: Any) -> None:
    service.answers = [httpx.Response(200, json=[RECORD])]
    found = dict(look_up([PAPER], key=None, door=door, report=print))
    assert isinstance(found[PAPER], Candidate)
    assert service.requests[0].method == "POST"
    other = look_up([Identifier(OPENREVIEW, "x")], key=None, door=door, report=print)
    assert dict(other) == {}


ODD = st.sampled_from(
    [None, 0, 1.5, True, "", "x", "2" * 5000, [], ["x"], [None], {}, {"a": 1}, -1]
)


@given(st.sampled_from(sorted(RECORD)), ODD)
def test_a_field_of_another_type_is_never_an_answer_that_hides_it(name: str, value: Any) -> None:
    (found,) = ROUTE.parse(reply([RECORD | {name: value}]), [PAPER]).values()
    if isinstance(found, Candidate):
        assert PAPER in found.identifiers
        assert all(isinstance(text, str) for _, text in found.facts())
    else:
        assert isinstance(found, BadReply)


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", 7), ("venue", ["x"]), ("authors", {}), ("authors", [3]), ("externalIds", []),
     ("abstract", {}), ("year", "soon"), ("title", "x" * 10_000_001)],
)  # fmt: skip
def test_a_malformed_record_is_no_answer(field: str, value: Any) -> None:
    record = RECORD | {"publicationDate": None, field: value}
    (found,) = ROUTE.parse(reply([record]), [PAPER]).values()
    assert isinstance(found, BadReply)

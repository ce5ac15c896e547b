"""OpenReview: notes in either shape, pages, and refusals that are no news."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sources.contract import JSON, Good, SourceContract

from diffkb.core.models import DOI, OPENREVIEW, Author, Candidate, Identifier
from diffkb.errors import BadReply, DiffkbError, TurnedAway, UnknownWork, Unreachable
from diffkb.sources.base import Reply
from diffkb.sources.fetching import fetch_from
from diffkb.sources.openreview import SOURCE

if TYPE_CHECKING:
    from diffkb.sources.base import Outcome
    from diffkb.sources.http import Door

LINK = "https://openreview.net/forum?id=tplXNcHZs1"
KETTLE = Identifier(OPENREVIEW, "tplXNcHZs1")
CONTENT: dict[str, Any] = {
    "title": "Steam, Filtered",
    "authors": ["Zehao Dou", "Yang Song"],
    "abstract": "Loud.\n\nVery loud.",
    "venue": "ICLR 2024",
    "venueid": "ICLR.cc/2024/Conference",
}
DATES = {"pdate": 1705409700000, "odate": 1697213872796, "cdate": 1695552920526}
EXPECTED = Candidate(
    source="OpenReview",
    identifiers=(KETTLE,),
    title="Steam, Filtered",
    authors=(Author("Zehao Dou"), Author("Yang Song")),
    abstract="Loud.\n\nVery loud.",
    published="2024-01-16",
    venue="ICLR 2024",
)
PAGE = (
    '<html><head><meta charset="utf-8"/><title>Steam, Filtered | OpenReview</title>'
    '<meta name="citation_title" content="Steam, Filtered"/>'
    '<meta name="citation_author" content="Zehao Dou"/>'
    '<meta name="citation_author" content="Yang Song"/>'
    '<meta name="citation_online_date" content="2023/10/13"/>'
    '<meta name="citation_conference_title" content="ICLR"/></head><body></body></html>'
)
CHALLENGE = httpx.Response(403, json={"name": "ChallengeRequiredError", "status": 403})
NONE = httpx.Response(200, json={"notes": [], "count": 0})
NO_NOTE = httpx.Response(404, html="<html><body>The Note was not found</body></html>")


def flat(**changes: Any) -> dict[str, Any]:
    """Makes a note in the shape of the first version."""
    return {"id": "tplXNcHZs1", "forum": "tplXNcHZs1", "content": CONTENT | changes} | DATES


def nested(**changes: Any) -> dict[str, Any]:
    """Makes a note in the shape of the second version."""
    content = {name: {"value": value} for name, value in (CONTENT | changes).items()}
    return flat() | {"content": content}


def answer(*notes: Any) -> str:
    return json.dumps({"notes": notes, "count": len(notes)})


def parsed(note: Any, status: int = 200) -> Outcome:
    reply = Reply(status, {"content-type": JSON}, answer(note).encode(), "")
    return SOURCE.routes[0].parse(reply, [KETTLE])[KETTLE]


def candidate(note: Any) -> Candidate:
    found = parsed(note)
    assert isinstance(found, Candidate)
    return found


class TestOpenReview(SourceContract):
    source = SOURCE
    good: ClassVar = (
        Good(0, LINK, answer(nested()), EXPECTED, JSON),
        Good(1, "https://openreview.net/pdf?id=tplXNcHZs1", answer(flat()), EXPECTED, JSON),
        Good(
            2,
            LINK + "&noteId=abc",
            PAGE,
            Candidate(
                source="OpenReview",
                identifiers=(KETTLE,),
                title="Steam, Filtered",
                authors=(Author("Zehao Dou"), Author("Yang Song")),
                published="2023-10-13",
                venue="ICLR",
            ),
        ),
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("https://openreview.net/forum?id=9_gsMA8MRKQ", "9_gsMA8MRKQ"),
        ("https://openreview.net/forum?id=Ec2rYpP42y&noteId=x", "Ec2rYpP42y"),
        ("openreview.net/pdf?id=ZL5wlFMg0Y", "ZL5wlFMg0Y"),
        ("https://openreview.net/attachment?id=ZL5wlFMg0Y&name=supplementary", "ZL5wlFMg0Y"),
        ("https://openreview.net/group?id=ICLR.cc", None),
        ("https://openreview.net/", None),
        ("https://openreview.net.example.org/forum?id=ZL5wlFMg0Y", None),
    ],
)
def test_ids_are_read_from_links(text: str, value: str | None) -> None:
    assert SOURCE.match(text) == (value and Identifier(OPENREVIEW, value))


@pytest.mark.parametrize("shape", [flat, nested])
def test_authors_may_be_objects_or_anonymous(shape: Any) -> None:
    authors = [{"fullname": "Ana Tetera", "username": "~A1"}, {"username": ""}, "Anonymous"]
    assert candidate(shape(authors=authors)).authors == (Author("Ana Tetera"),)


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        ({}, "2024-01-16"),
        ({"pdate": None}, "2023-10-13"),
        ({"pdate": None, "odate": "x"}, "2023-09-24"),
        ({"pdate": True, "odate": 1e300, "cdate": -1e18}, None),
    ],
)
def test_the_date_is_that_of_publication_as_far_as_known(
    dates: dict[str, Any], day: str | None
) -> None:
    assert candidate(nested() | dates).published == day


@pytest.mark.parametrize(
    ("venue", "venueid"),
    [
        ("Submitted to ICLR 2024", "ICLR.cc/2024/Conference/Rejected_Submission"),
        (
            "ICLR 2024 Conference Withdrawn Submission",
            "ICLR.cc/2024/Conference/Withdrawn_Submission",
        ),
        ("ICLR 2024 Conference Desk Rejected Submission", "ICLR.cc/2024/Conference"),
        ("Submitted to ICLR 2023", "ICLR.cc/2023/Conference"),
        ("Under review for TMLR", "TMLR"),
    ],
)
def test_what_was_not_accepted_has_no_venue(venue: str, venueid: str) -> None:
    found = candidate(nested(venue=venue, venueid=venueid))
    assert (found.venue, found.comment) == (None, venue)


def test_an_imported_record_has_its_doi() -> None:
    note = nested(html="https://doi.org/10.1000/KETTLE.2") | {
        "externalIds": ["doi:10.5555/kettle.1", "dblp:conf/x", "arxiv:2401.00011"]
    }
    names = [(one.scheme, one.value) for one in candidate(note).identifiers]
    assert names == [
        (OPENREVIEW, "tplXNcHZs1"),
        (DOI, "10.5555/kettle.1"),
        ("arxiv", "2401.00011"),
        (DOI, "10.1000/kettle.2"),
    ]


@pytest.mark.parametrize(
    "note",
    [
        flat() | {"id": "another1"},
        flat(title=None),
        flat(title=7),
        flat(authors="Ana Tetera"),
        flat(authors=[7]),
        flat() | {"content": None},
        flat() | {"content": []},
        flat() | {"id": None},
    ],
)
def test_a_note_that_is_no_good_is_no_candidate(note: Any) -> None:
    try:
        found = parsed(note)
    except BadReply as error:
        assert error.why  # noqa: PT017 - both ends are fine
    else:
        assert isinstance(found, BadReply)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "x", "\ud800"]),
    lambda inside: (
        st.lists(inside, max_size=2)
        | st.dictionaries(st.sampled_from(["value", "fullname", "x"]), inside, max_size=2)
    ),
    max_leaves=4,
)


@given(st.sampled_from([*CONTENT, "html", "_bibtex"]), VALUES, st.booleans())
@settings(max_examples=150)
def test_no_field_is_too_odd(name: str, value: Any, is_nested: bool) -> None:
    note = flat(**{name: value})
    if is_nested:
        note["content"] = {key: {"value": one} for key, one in note["content"].items()}
    try:
        assert isinstance(parsed(note), Candidate | BadReply)
    except BadReply as error:
        assert error.why  # noqa: PT017 - both ends are fine


class Hosts:
    """Answers by host; `asked` holds the hosts in turn."""

    def __init__(self, **answers: httpx.Response) -> None:
        self.answers = {f"{name}.net".replace("_", "."): one for name, one in answers.items()}
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.host)
        found = self.answers.get(request.url.host, CHALLENGE)
        return httpx.Response(found.status_code, headers=found.headers, content=found.content)


def fetched(door: Door, service: Any, hosts: Hosts, *refs: Identifier) -> list[Outcome]:
    service.answers = [httpx.Response(500)]
    door._transport = httpx.MockTransport(hosts)  # noqa: SLF001 - the fixture's answers by turn
    outcomes = fetch_from(SOURCE, refs or [KETTLE], door, print)
    return list(outcomes.values())


ALL = ["api2.openreview.net", "api.openreview.net", "openreview.net"]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_versions_and_page_are_asked_in_turn(door: Door, service: Any, number: int) -> None:
    good = [
        httpx.Response(200, json={"notes": [nested()]}),
        httpx.Response(200, json={"notes": [flat()]}),
        httpx.Response(200, html=PAGE),
    ]
    hosts = Hosts(**{ALL[number - 1].removesuffix(".net").replace(".", "_"): good[number - 1]})
    (found,) = fetched(door, service, hosts)
    assert isinstance(found, Candidate)
    assert found.title == "Steam, Filtered"
    assert hosts.asked == ALL[:number]


def test_a_refusal_is_met_once_a_host_and_takes_no_time(
    door: Door, service: Any, clock: Any
) -> None:
    hosts = Hosts()
    (found,) = fetched(door, service, hosts)
    assert isinstance(found, TurnedAway)
    assert "turns programs away" in found.message
    assert hosts.asked == ALL
    assert clock.slept == []


def test_a_lasting_refusal_is_not_asked_for_by_every_work(door: Door, service: Any) -> None:
    hosts = Hosts()
    refs = [Identifier(OPENREVIEW, f"abcdefgh{number:02}") for number in range(40)]
    found = fetched(door, service, hosts, *refs)
    assert {type(one) for one in found} == {TurnedAway}
    assert [one.ref for one in found if isinstance(one, DiffkbError)] == [ref.value for ref in refs]
    assert hosts.asked == [host for host in ALL for _ in range(2)]


def test_what_nothing_of_it_knows_is_unknown(door: Door, service: Any) -> None:
    hosts = Hosts(api2_openreview=NONE, api_openreview=NONE, openreview=NO_NOTE)
    assert isinstance(fetched(door, service, hosts)[0], UnknownWork)
    assert hosts.asked == ALL


def test_what_one_version_lacks_and_the_other_hides_may_exist(door: Door, service: Any) -> None:
    hosts = Hosts(api_openreview=NONE)
    assert isinstance(fetched(door, service, hosts)[0], Unreachable)

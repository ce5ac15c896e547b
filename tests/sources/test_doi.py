"""DOIs: whom they are asked of in turn, and that no garbage is ever an answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffkb.core.identifiers import parse_ref
from diffkb.core.models import ARXIV, DOI, Author, Candidate, Identifier
from diffkb.errors import BadReply, UnknownWork
from diffkb.sources import crossref, datacite, doi_org
from diffkb.sources.base import Reply
from diffkb.sources.doi import SOURCE
from diffkb.sources.fetching import fetch_from

if TYPE_CHECKING:
    from diffkb.sources.base import Outcome, Route
    from diffkb.sources.http import Door

KETTLE = Identifier(DOI, "10.5555/kettle.1")
PAPER = Identifier(ARXIV, "2401.00011")
CSL_TYPE = "application/vnd.citationstyles.csl+json"
CSL = {
    "DOI": "10.5555/KETTLE.1",
    "type": "paper-conference",
    "title": "Steam",
    "subtitle": ["Again"],
    "container-title": "Proceedings of Tea",
    "author": [
        {"family": "Tetera", "given": "Ana", "non-dropping-particle": "de la"},
        {"literal": "The Whistle Group"},
    ],
    "abstract": "Loud.",
    "issued": {"date-parts": [[2021, 3]]},
    "event": {"name": None},
}
ATTRIBUTES = {
    "doi": "10.5555/kettle.1",
    "titles": [{"title": "Steam", "titleType": None}],
    "creators": [{"name": "Tetera, Ana", "nameType": "Personal", "givenName": None}],
    "publicationYear": 2021,
    "dates": [{"date": "2021-03-04T00:00:00Z", "dateType": "Issued", "dateInformation": "v1"}],
    "descriptions": [{"description": "Loud.", "descriptionType": "Abstract"}],
    "container": {"title": "Tea"},
    "subjects": [{"subject": "cs.SD", "subjectScheme": "arXiv"}],
}
GOOD: dict[str, tuple[Route, Identifier, dict[str, Any], str]] = {
    "crossref": (
        crossref.ROUTE,
        KETTLE,
        {"status": "ok", "message": CSL | {"title": ["Steam"]}},
        "application/json",
    ),
    "datacite": (
        datacite.ROUTE,
        KETTLE,
        {"data": {"id": "10.5555/kettle.1", "attributes": ATTRIBUTES}},
        "application/vnd.api+json",
    ),
    "arxiv": (
        datacite.ARXIV_ROUTE,
        PAPER,
        {"data": {"attributes": ATTRIBUTES | {"doi": "10.48550/ARXIV.2401.00011"}}},
        "application/vnd.api+json",
    ),
    "doi.org": (doi_org.ROUTE, KETTLE, CSL, CSL_TYPE),
}
NOT_FOUND = b"<html><head><title>Error: DOI Not Found</title></head></html>"
each_route = pytest.mark.parametrize("name", GOOD)


def at_doi_org(
    content: bytes, status: int = 200, kind: str = CSL_TYPE, url: str = "https://doi.org/x"
) -> Outcome:
    reply = Reply(status, {"content-type": kind}, content, url)
    (found,) = doi_org.ROUTE.parse(reply, [KETTLE]).values()
    return found


def parsed(name: str, content: bytes, kind: str | None = None, status: int = 200) -> Outcome:
    route, ref, _, own_kind = GOOD[name]
    reply = Reply(
        status, {"content-type": own_kind if kind is None else kind}, content, "https://doi.org/x"
    )
    outcomes = route.parse(reply, [ref])
    assert list(outcomes) == [ref]
    return outcomes[ref]


@each_route
def test_a_good_answer_is_a_candidate(name: str) -> None:
    found = parsed(name, json.dumps(GOOD[name][2]).encode())
    assert isinstance(found, Candidate)
    assert found.identifiers == (GOOD[name][1],)
    assert (found.title or "").startswith("Steam")
    assert (found.published or "").startswith("2021-03")


@each_route
@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", None),
        (b" \n", None),
        (b"<!DOCTYPE html><html>Busy</html>", "text/html"),
        (b"<!DOCTYPE html><html>Busy</html>", None),
        (b"Rate exceeded.", "text/plain"),
        (b"{}", "text/html"),
        (b"{}", ""),
        (b"[]", None),
        (b"null", None),
        (b"7", None),
        (b'"text"', None),
        (b"{} {}", None),
        (b"\xff\xfe{\x00}\x00", None),
        (b"[" * 100_000, None),
        (b'{"message": ' * 100_000, None),
        (b"9" * 5000, None),
    ],
)
def test_garbage_is_a_bad_reply(name: str, content: bytes, kind: str | None) -> None:
    with pytest.raises(BadReply) as caught:
        parsed(name, content, kind)
    assert caught.value.why
    assert len(caught.value.message) < 300


@each_route
@pytest.mark.parametrize(
    ("content", "kind", "why"),
    [
        (b"{}", "text/" + "x" * 500, "it is text/xxx"),
        (b"{}", "", "it is of no type instead of JSON"),
        (b"\xff", None, "it is not UTF-8"),
        (b"{", None, "it breaks off, or is no JSON"),
    ],
)
def test_it_is_said_what_is_wrong(name: str, content: bytes, kind: str | None, why: str) -> None:
    with pytest.raises(BadReply) as caught:
        parsed(name, content, kind)
    assert caught.value.why.startswith(why)
    assert len(caught.value.why) < 150


@each_route
def test_an_empty_object_is_no_candidate(name: str) -> None:
    try:
        assert isinstance(parsed(name, b"{}"), BadReply)
    except BadReply as error:
        assert error.why  # noqa: PT017 - both ends are fine


@each_route
@given(share=st.floats(0, 0.999))
@settings(max_examples=30)
def test_an_answer_that_breaks_off_is_never_a_candidate(name: str, share: float) -> None:
    whole = json.dumps(GOOD[name][2]).encode()
    with pytest.raises(BadReply):
        parsed(name, whole[: int(len(whole) * share)])


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Lists the places of a JSON value."""
    inside = value if isinstance(value, dict) else {}
    if isinstance(value, list):
        inside = dict(enumerate(value))
    return [path, *(place for key, one in inside.items() for place in paths(one, (*path, key)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """Copies a JSON value with another one in a place."""
    if not path:
        return new
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(copy[path[0]], path[1:], new)
    return copy


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 3000)
    | st.floats()
    | st.sampled_from(
        ["", "x", "2021", "10.5555/kettle.1", "10.5555/pot", "\x1b[1mb", "\ud800", "<p>"]
    ),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(
            st.sampled_from(["DOI", "title", "name", "date-parts", "data"]), inside, max_size=3
        )
    ),
    max_leaves=5,
)


@each_route
@given(data=st.data())
@settings(max_examples=150)
def test_no_answer_is_too_odd(name: str, data: st.DataObject) -> None:
    good = GOOD[name][2]
    place = data.draw(st.sampled_from(paths(good)))
    content = json.dumps(replaced(good, place, data.draw(JSON))).encode()
    try:
        found = parsed(name, content)
    except BadReply as error:
        assert error.why  # noqa: PT017 - any end but another error is fine
        return
    if isinstance(found, Candidate):
        assert found.identifiers == (GOOD[name][1],)
        assert found.title or found.authors
        texts = [text for _, text in found.facts()] + [one.name for one in found.authors]
        assert all(text.strip() == text and "\x1b" not in text for text in texts)
        "".join(texts).encode()
    else:
        assert isinstance(found, BadReply | UnknownWork)


# What each field must be; the others are not read.
STRINGS = {
    "crossref": [("message", "DOI"), ("message", "title", 0), ("message", "abstract")],
    "datacite": [
        ("data", "attributes", "doi"),
        ("data", "attributes", "titles", 0, "title"),
        ("data", "attributes", "creators", 0, "name"),
        ("data", "attributes", "descriptions", 0, "description"),
    ],
    "arxiv": [
        ("data", "attributes", "doi"),
        ("data", "attributes", "titles", 0, "title"),
        ("data", "attributes", "creators", 0, "name"),
        ("data", "attributes", "descriptions", 0, "description"),
    ],
    "doi.org": [("DOI",), ("title",), ("abstract",), ("author", 0, "family")],
}


@pytest.mark.parametrize(
    ("name", "place"), [(name, at) for name in STRINGS for at in STRINGS[name]]
)
@pytest.mark.parametrize("value", [7, 1.5, True, {}, {"a": "b"}, [[]], "x" * 10_000_001])
def test_what_should_be_text_and_is_not_makes_the_record_no_good(
    name: str, place: tuple[Any, ...], value: Any
) -> None:
    found = parsed(name, json.dumps(replaced(GOOD[name][2], place, value)).encode())
    assert isinstance(found, BadReply)
    assert found.ref == str(GOOD[name][1])


@each_route
def test_a_work_without_anything_said_of_it_is_no_candidate(name: str) -> None:
    nothing = {
        key: value if key.lower() == "doi" else None
        for key, value in (CSL if name in {"crossref", "doi.org"} else ATTRIBUTES).items()
    }
    if name == "arxiv":
        nothing["doi"] = "10.48550/arxiv.2401.00011"
    shapes = {"crossref": {"message": nothing}, "doi.org": nothing}
    answer = shapes.get(name, {"data": {"attributes": nothing}})
    assert isinstance(parsed(name, json.dumps(answer).encode()), BadReply)


def test_csl_is_read_in_its_own_form() -> None:
    assert at_doi_org(json.dumps(CSL).encode()) == Candidate(
        source="doi.org",
        identifiers=(KETTLE,),
        title="Steam: Again",
        authors=(Author("Ana de la Tetera", "de la Tetera", "Ana"), Author("The Whistle Group")),
        abstract="Loud.",
        published="2021-03",
        venue="Proceedings of Tea",
    )


def test_csl_is_asked_for_at_the_page_of_the_doi() -> None:
    awkward = Identifier(DOI, "10.5555/a<1>#b")
    requests = doi_org.ROUTE.requests([KETTLE, awkward, KETTLE])
    assert [request.url for request in requests] == [
        "https://doi.org/10.5555/kettle.1",
        "https://doi.org/10.5555/a%3C1%3E%23b",
    ]
    assert all(request.headers == {"Accept": CSL_TYPE} for request in requests)


@pytest.mark.parametrize(
    ("status", "title"),
    [(404, b"Error: DOI Not Found"), (404, b"404 Not found"), (400, b"Error: Not a DOI")],
)
def test_doi_org_decides_what_does_not_exist(status: int, title: bytes) -> None:
    found = at_doi_org(b"<title>%b</title>" % title, status, "text/html")
    assert isinstance(found, UnknownWork)
    assert doi_org.ROUTE.decides


@pytest.mark.parametrize(
    ("content", "status", "url"),
    [
        (b"Resource not found.", 404, "https://api.crossref.org/v1/works/x/transform"),
        (NOT_FOUND, 404, "https://example.org/x"),
        (b"", 404, "https://doi.org/x"),
        (b"<html>Busy</html>", 404, "https://doi.org/x"),
        (b"", 406, "https://api.crossref.org/x"),
        (b"<html>A work</html>", 200, "https://example.org/article"),
    ],
)
def test_nobody_else_decides_it(content: bytes, status: int, url: str) -> None:
    assert isinstance(at_doi_org(content, status, "text/html", url), BadReply)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10.1109/5.771073", "10.1109/5.771073"),
        ("doi:10.1109/CVPR.2024.1", "10.1109/cvpr.2024.1"),
        ("https://doi.org/10.1000/a%3C1%3E", "10.1000/a<1>"),
        ("10.48550/arXiv.2401.00011", None),
        ("2401.00011", None),
        ("https://example.org/kettle", None),
        ("", None),
        ("kettle", None),
    ],
)
def test_dois_but_arxivs_are_claimed(text: str, value: str | None) -> None:
    assert SOURCE.match(text) == (value and Identifier(DOI, value))


def test_the_examples_are_dois() -> None:
    for example in SOURCE.examples:
        assert SOURCE.match(example) == parse_ref(example).identifier is not None


class Agencies:
    """Answers by host; `asked` holds the hosts in turn."""

    def __init__(self, answers: dict[str, httpx.Response]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.host)
        answer = self.answers[request.url.host]
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


UNREGISTERED = {
    "api.crossref.org": httpx.Response(404, text="Resource not found."),
    "api.datacite.org": httpx.Response(404, json={"errors": [{"status": "404"}]}),
    "doi.org": httpx.Response(404, html="Error: DOI Not Found"),
}


def asked_of(agencies: Agencies, service: Any, door: Door) -> Outcome:
    service.answers = [httpx.Response(500)]
    door._transport = httpx.MockTransport(agencies)  # noqa: SLF001 - the fixture's answers by turn
    (found,) = fetch_from(SOURCE, [KETTLE], door, print).values()
    return found


@pytest.mark.parametrize(
    ("host", "name", "asked"),
    [
        ("api.crossref.org", "crossref", 1),
        ("api.datacite.org", "datacite", 2),
        ("doi.org", "doi.org", 3),
    ],
)
def test_the_agencies_are_asked_in_turn(
    door: Door, service: Any, host: str, name: str, asked: int
) -> None:
    _, _, value, kind = GOOD[name]
    good = httpx.Response(200, headers={"Content-Type": kind}, content=json.dumps(value).encode())
    agencies = Agencies(UNREGISTERED | {host: good})
    found = asked_of(agencies, service, door)
    assert isinstance(found, Candidate)
    assert agencies.asked == list(UNREGISTERED)[:asked]


def test_what_no_agency_knows_is_unknown(door: Door, service: Any) -> None:
    agencies = Agencies(UNREGISTERED)
    found = asked_of(agencies, service, door)
    assert isinstance(found, UnknownWork)
    assert found.source == "doi.org"
    assert agencies.asked == list(UNREGISTERED)


def test_an_outage_of_one_agency_is_passed_over(door: Door, service: Any) -> None:
    good = httpx.Response(200, headers={"Content-Type": CSL_TYPE}, content=json.dumps(CSL).encode())
    agencies = Agencies(UNREGISTERED | {"api.crossref.org": httpx.Response(503), "doi.org": good})
    assert isinstance(asked_of(agencies, service, door), Candidate)

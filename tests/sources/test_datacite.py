"""DataCite: its records of DOIs, and of arXiv's papers when arXiv cannot be asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from diffkb.core.identifiers import parse_arxiv_id
from diffkb.core.models import ARXIV, DOI, Author, Candidate, Identifier, Versions
from diffkb.errors import BadReply, RateLimited, UnknownWork
from diffkb.sources import fetch
from diffkb.sources.base import Reply
from diffkb.sources.datacite import ARXIV_ROUTE, MOST_WHILE_ARXIV_IS_DOWN, ROUTE
from diffkb.sources.http import Door

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sources.conftest import FakeClock

    from diffkb.sources.base import Outcome

POT = Identifier(DOI, "10.5555/pot.1")
PAPER = Identifier(ARXIV, "2401.00011")
RECORD = {
    "doi": "10.5555/POT.1",
    "titles": [
        {"title": "La bouilloire", "titleType": "TranslatedTitle"},
        {"title": "The <em>Kettle</em>"},
        {"title": "A Study", "titleType": "Subtitle"},
    ],
    "creators": [
        {"name": "Tetera, Ana", "nameType": "Personal", "givenName": "Ana", "familyName": "Tetera"},
        {"name": "Kessel, Bo", "nameType": "Personal"},
        {"name": "Institute of Tea, Assam", "nameType": "Organizational", "familyName": "Assam"},
        {"name": "Bureau of Steam, Norwich"},
    ],
    "publicationYear": 2021,
    "dates": [{"date": "2020-05-05", "dateType": "Submitted"}],
    "descriptions": [
        {"description": "12 pages", "descriptionType": "Other"},
        {"description": "<p>One.</p><p>Two &amp; three.</p>", "descriptionType": "Abstract"},
    ],
    "container": {"type": "Series", "title": "Annals of Tea"},
    "publisher": "Zen",
    "types": {"resourceTypeGeneral": "Preprint"},
}
ARXIV_RECORD = {
    "doi": "10.48550/arxiv.2401.00011",
    "titles": [{"title": "When p < q, <i>sometimes</i>\n  &amp; more"}],
    "creators": RECORD["creators"],
    "publicationYear": 2024,
    "publisher": "arXiv",
    "subjects": [
        {"subject": "Popular Physics (physics.pop-ph)", "subjectScheme": "arXiv"},
        {"subject": "cs.SD", "subjectScheme": "arXiv"},
        {"subject": "FOS: Physical sciences", "subjectScheme": "Fields of Science"},
        {"subject": "math", "subjectScheme": "Shelves"},
        {"subject": "Tea (black)", "subjectScheme": "arXiv"},
    ],
    "dates": [
        {"date": "2023-12-12T00:00:00Z", "dateType": "Created", "dateInformation": "v1"},
        {"date": "2024-01-01T01:01:01Z", "dateType": "Submitted", "dateInformation": "v1"},
        {"date": "2024-05-05T05:05:05Z", "dateType": "Updated", "dateInformation": "v3"},
        {"date": "2024-01", "dateType": "Available", "dateInformation": "v1"},
        {"date": 2024, "dateType": "Issued"},
    ],
    "descriptions": [
        {"description": "First <i>of</i> all.\n  Second.", "descriptionType": "Abstract"},
        {"description": "12 pages", "descriptionType": "Other"},
    ],
    "types": {"resourceTypeGeneral": "Preprint"},
    "relatedIdentifiers": [
        {
            "relationType": "IsVersionOf",
            "relatedIdentifier": "10.5555/KETTLE.1",
            "relatedIdentifierType": "DOI",
        },
        {"relationType": "Cites", "relatedIdentifier": "10.5555/other"},
        {"relationType": "IsVersionOf", "relatedIdentifier": "10.48550/arXiv.2401.00012"},
    ],
}


def reply(content: bytes, status: int = 200) -> Reply:
    kind = "application/vnd.api+json; charset=utf-8"
    return Reply(status, {"content-type": kind}, content, "https://api.datacite.org/dois/x")


def answer(record: dict[str, Any]) -> Reply:
    return reply(json.dumps({"data": {"id": "x", "attributes": record}}).encode())


def candidate(**fields: Any) -> Candidate:
    (found,) = ROUTE.parse(answer(RECORD | fields), [POT]).values()
    assert isinstance(found, Candidate)
    return found


def paper(*asked: str, **fields: Any) -> Outcome:
    refs = [parse_arxiv_id(text) for text in asked]
    (found,) = ARXIV_ROUTE.parse(answer(ARXIV_RECORD | fields), refs).values()
    return found


def test_a_record_is_read() -> None:
    assert candidate() == Candidate(
        source="DataCite",
        identifiers=(POT,),
        title="The Kettle: A Study",
        authors=(
            Author("Ana Tetera", "Tetera", "Ana"),
            Author("Bo Kessel", "Kessel", "Bo"),
            Author("Institute of Tea, Assam"),
            Author("Bureau of Steam, Norwich"),
        ),
        abstract="One.\n\nTwo & three.",
        published="2021",
        venue="Annals of Tea",
    )


@pytest.mark.parametrize(
    ("dates", "year", "published"),
    [
        ([("2019", "Issued"), ("2019-06-14", "Available")], 2019, "2019-06-14"),
        ([("2019", "Issued"), ("2020-06-14", "Available")], 2019, "2019"),
        ([("2021-09-17", "Issued")], 2021, "2021-09-17"),
        ([("2021-09-17T10:00:00Z", "Issued")], 2020, "2021-09-17"),
        ([("2012-01/2012-05", "Issued")], None, "2012-01"),
        ([(2012, "Issued")], None, "2012"),
        ([("2018-01-01", "Submitted")], "2019", "2019"),
        ([("last spring", "Issued")], 2019, "2019"),
        ([("20210917", "Issued")], None, None),
        (None, 9999, None),
    ],
)
def test_a_work_is_published_when_it_was_issued(
    dates: list[tuple[Any, str]] | None, year: Any, published: str | None
) -> None:
    listed = None
    if dates is not None:
        listed = [{"date": date, "dateType": kind} for date, kind in dates]
    assert candidate(dates=listed, publicationYear=year).published == published


def test_each_doi_is_one_request_in_which_it_is_encoded() -> None:
    (request,) = ROUTE.requests([POT, POT])
    assert request.url == "https://api.datacite.org/dois/10.5555%2Fpot.1"
    assert request.refs == (POT,)


@pytest.mark.parametrize("route", [ROUTE, ARXIV_ROUTE])
def test_an_unknown_doi_decides_nothing(route: Any) -> None:
    missing = reply(b'{"errors": [{"status": "404", "title": "No such resource."}]}', 404)
    (found,) = route.parse(missing, [PAPER]).values()
    assert isinstance(found, UnknownWork)
    assert not route.decides


def test_a_page_with_status_404_is_no_word_about_the_work() -> None:
    with pytest.raises(BadReply):
        ROUTE.parse(Reply(404, {"content-type": "text/html"}, b"<html>", ""), [POT])


def test_a_record_of_another_work_is_no_answer() -> None:
    (found,) = ROUTE.parse(answer(RECORD | {"doi": "10.5555/pot.2"}), [POT]).values()
    assert isinstance(found, BadReply)
    assert isinstance(paper("2401.00012"), BadReply)


def test_an_arxiv_paper_reads_as_at_arxiv() -> None:
    found = paper("2401.00011")
    assert isinstance(found, Candidate)
    assert found.identifiers == (PAPER,)
    # Without arXiv's tags: what looks so is a part of its titles.
    assert found.title == "When p < q, <i>sometimes</i> &amp; more"
    assert found.abstract == "First <i>of</i> all.\n\nSecond."
    assert (found.published, found.updated) == ("2024-01-01T01:01:01Z", "2024-05-05T05:05:05Z")
    assert (found.version, found.comment) == (3, "12 pages")
    assert (found.category, found.categories) == (None, ("physics.pop-ph", "cs.SD"))
    assert found.venue is None


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        (["2401.00011v3"], True),
        (["2401.00011v1", "2401.00011"], True),
        (["2401.00011v1"], False),
        (["2401.00011v4"], False),
    ],
)
def test_only_the_latest_version_is_known(asked: list[str], known: bool) -> None:
    found = paper(*asked)
    assert isinstance(found, Candidate if known else UnknownWork)


def test_a_paper_without_versions_has_its_year() -> None:
    found = paper("2401.00011", dates=None)
    assert isinstance(found, Candidate)
    assert (found.published, found.updated, found.version) == ("2024", None, None)


def test_papers_are_asked_for_by_the_dois_arxiv_gives_them() -> None:
    refs = [parse_arxiv_id(text) for text in ("2401.00011v1", "hep-th/9901001", "2401.00011")]
    first, second = ARXIV_ROUTE.requests(refs)
    assert first.url == "https://api.datacite.org/dois/10.48550%2Farxiv.2401.00011"
    assert first.refs == (refs[0], refs[2])
    assert second.url.endswith("10.48550%2Farxiv.hep-th%2F9901001")


def test_an_old_identifier_comes_back() -> None:
    old = paper("hep-th/9901001", doi="10.48550/ARXIV.HEP-TH/9901001")
    assert isinstance(old, Candidate)
    assert old.identifiers == (Identifier(ARXIV, "hep-th/9901001"),)


def test_published_versions_are_stated_by_preprints_alone() -> None:
    published = Versions(published=(Identifier(DOI, "10.5555/kettle.1"),))
    for fields, versions in (
        ({}, published),
        ({"types": {"resourceTypeGeneral": "Book"}}, Versions()),
        ({"relatedIdentifiers": 3}, Versions()),
    ):
        found = paper("2401.00011", **fields)
        assert isinstance(found, Candidate)
        assert (found.identifiers, found.versions) == ((PAPER,), versions)


def at_datacite(request: httpx.Request) -> httpx.Response:
    """Answers for DataCite, while arXiv limits requests."""
    if request.url.host != "api.datacite.org":
        return httpx.Response(429, text="Rate exceeded.")
    doi = request.url.path.removeprefix("/dois/")
    return httpx.Response(200, json={"data": {"attributes": ARXIV_RECORD | {"doi": doi}}})


def test_datacite_is_asked_while_arxiv_is_limiting_requests(
    clock: FakeClock, tmp_path: Path
) -> None:
    transport = httpx.MockTransport(at_datacite)
    with Door(None, 60, tmp_path, transport=transport, clock=clock) as door:
        (found,) = fetch([PAPER], door=door, report=print).values()
    assert isinstance(found, Candidate)
    assert (found.source, found.identifiers) == ("DataCite", (PAPER,))


def test_of_many_works_the_first_ones_are_asked_for_while_arxiv_is_down(
    clock: FakeClock, tmp_path: Path
) -> None:
    refs = [Identifier(ARXIV, f"2401.{number:05}") for number in range(1, 151)]
    transport = httpx.MockTransport(at_datacite)
    with Door(None, 60, tmp_path, transport=transport, clock=clock) as door:
        found = list(fetch(refs, door=door, report=print).values())
    assert {type(one) for one in found[:MOST_WHILE_ARXIV_IS_DOWN]} == {Candidate}
    assert {type(one) for one in found[MOST_WHILE_ARXIV_IS_DOWN:]} == {RateLimited}


def test_what_arxiv_does_not_know_is_nowhere(clock: FakeClock, tmp_path: Path) -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        feed = "<feed xmlns='http://www.w3.org/2005/Atom'><id>https://arxiv.org/x</id></feed>"
        return httpx.Response(200, text=feed, headers={"Content-Type": "application/atom+xml"})

    with Door(None, 60, tmp_path, transport=httpx.MockTransport(answer), clock=clock) as door:
        (found,) = fetch([PAPER], door=door, report=print).values()
    assert isinstance(found, UnknownWork)
    assert asked == ["export.arxiv.org"]

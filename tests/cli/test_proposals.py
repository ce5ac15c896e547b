"""Published versions: proposed with the evidence, applied only on a curator's word."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.cli.conftest import Paper
from tests.journal import ask, rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Arxiv

    Call = Callable[..., Any]

KETTLES, TEAPOTS = "10.1000/kettles", "10.1000/teapots"
BY_TITLE = (
    "found at Crossref by its title; title similarity 0.98, author Example, years 2024 and 2025"
)
STATED = "arXiv's own record names it; title similarity 0.32, author Example, years 2024 and 2025"
AUTHOR = [{"given": "Ada", "family": "Example"}]


def record(doi: str, title: str, *, year: int = 2025, **more: Any) -> dict[str, Any]:
    """Returns a work as Crossref tells of it."""
    told: dict[str, Any] = {"DOI": doi, "title": [title], "author": AUTHOR}
    return told | {
        "type": "journal-article",
        "container-title": ["J. Vessels"],
        "published": {"date-parts": [[year, 3]]},
        **more,
    }


class Services:
    """A Crossref and a Semantic Scholar that know these works."""

    def __init__(self) -> None:
        self.works: dict[str, dict[str, Any]] = {}
        self.joined: dict[str, dict[str, Any]] = {}
        self.searches: list[str] = []

    def crossref(self, request: httpx.Request) -> httpx.Response:
        if words := request.url.params.get("query.bibliographic"):
            self.searches.append(words)
            return httpx.Response(200, json={"message": {"items": [*self.works.values()]}})
        work = self.works.get(request.url.path.removeprefix("/works/"))
        if work is None:
            return httpx.Response(404, text="Resource not found.")
        return httpx.Response(200, json={"message": work})

    def scholar(self, request: httpx.Request) -> httpx.Response:
        ids = json.loads(request.content)["ids"]
        return httpx.Response(200, json=[self.joined.get(one) for one in ids])


@pytest.fixture
def base(new_base: Callable[[], Path]) -> Path:
    return new_base()


@pytest.fixture
def services(arxiv: Arxiv) -> Services:
    """Gives the services, which know a version of the first two papers of three."""
    arxiv.papers = {
        "2401.00001": Paper("Whistling Kettles in Flow", "2024-01-02"),
        "2401.00002": Paper("Teapots at Rest", "2024-01-02", doi=TEAPOTS),
        "2401.00003": Paper("Cups and Saucers", "2024-01-02"),
    }
    made = Services()
    made.works = {
        KETTLES: record(KETTLES, "Whistling kettles in flows"),
        TEAPOTS: record(TEAPOTS, "On Vessels"),
        "10.1000/cups": record("10.1000/cups", "Cups and Saucers", author=[{"name": "B. Other"}]),
    }
    arxiv.services["api.crossref.org"] = made.crossref
    arxiv.services["api.semanticscholar.org"] = made.scholar
    return made


@pytest.fixture
def looked(call: Call, services: Services) -> Call:
    """Gives the command line, after the three papers were added and versions looked for."""
    assert services.works
    assert call("add", "2401.00001", "2401.00002", "2401.00003").status == 0
    assert call("refresh", "--proposals").status == 0
    return call


def test_versions_are_proposed_with_the_evidence(looked: Call) -> None:
    by_title, stated = looked("refresh", "--proposals").stdout.splitlines()
    assert by_title.split("\t") == ["1", KETTLES, "J. Vessels", "2025-03", BY_TITLE]
    assert stated.split("\t") == ["2", TEAPOTS, "J. Vessels", "2025-03", STATED]


def test_a_proposal_is_never_applied_unasked(looked: Call, arxiv: Arxiv, base: Path) -> None:
    arxiv.papers["2401.00001"] = Paper("Whistling Kettles in Flow", "2024-01-02", version=2)
    looked("refresh", "--older-than", "0", "--refetch", "--proposals")
    looked("add", "2401.00001")
    assert ask(base, "SELECT scheme, value FROM identifiers") == [
        ("arxiv", f"2401.0000{number}") for number in (1, 2, 3)
    ]
    assert ask(base, "SELECT count(*) FROM facts WHERE name = 'venue'") == [(0,)]
    assert "proposed" in looked("show", "1").stdout


def test_titles_are_looked_for_only_where_nobody_knows_better(
    looked: Call, services: Services
) -> None:
    joined = {"externalIds": {"ArXiv": "2401.00001", "DOI": KETTLES.upper()}, "title": "Kettles"}
    services.joined["ARXIV:2401.00001"] = joined
    services.searches.clear()
    looked("refresh", "--proposals", "--refetch")
    assert services.searches == ["Cups and Saucers Example"]


def test_what_is_accepted_becomes_one_with_the_work(looked: Call, base: Path) -> None:
    before = rows(base)
    listed = looked("export", "markdown").stdout
    assert looked("accept", "1", "--dry-run").stdout.startswith("would be accepted for entry 1: ")
    assert rows(base) == before
    done = looked("accept", "1")
    assert (done.status, done.stdout) == (
        0,
        f"accepted for entry 1: {KETTLES} (J. Vessels, 2025)\n",
    )
    [entry] = looked("show", KETTLES, "--json").data["entries"]
    assert (entry["id"], entry["doi"], entry["venue"]) == (1, KETTLES, "J. Vessels")
    assert looked("export", "markdown").stdout == listed
    assert looked("add", f"https://doi.org/{KETTLES}").stdout.startswith("known 1 ")
    assert looked("accept", "1").status == 3


def test_an_accepted_proposal_can_be_undone(looked: Call, base: Path) -> None:
    before = rows(base)
    looked("accept", "1")
    assert rows(base) != before
    assert looked("undo").status == 0
    assert rows(base) == before


def test_a_version_that_is_listed_is_joined_when_it_is_accepted(looked: Call, base: Path) -> None:
    done = looked("add", KETTLES)
    assert done.stdout.startswith("added 4 ")
    before = rows(base)
    looked("accept", "1")
    assert ask(base, "SELECT count(DISTINCT paper_id) FROM entries WHERE id IN (1, 4)") == [(1,)]
    assert looked("undo").status == 0
    assert rows(base) == before


def test_what_is_turned_down_is_not_proposed_again(looked: Call) -> None:
    assert looked("accept", "1", "--reject").stdout.startswith("rejected for entry 1: ")
    assert looked("refresh", "--proposals", "--refetch").stdout.split("\t")[:2] == ["2", TEAPOTS]
    assert looked("accept", "1", KETTLES).status == 3


def test_of_several_versions_one_is_named(call: Call, services: Services) -> None:
    assert services.works
    services.joined["ARXIV:2401.00002"] = {
        "externalIds": {"ArXiv": "2401.00002", "DOI": KETTLES},
        "title": "Teapots at Rest",
        "authors": [{"name": "Ada Example"}],
    }
    services.works[KETTLES] = record(KETTLES, "Teapots at rest")
    call("add", "2401.00002")
    call("refresh", "--proposals")
    done = call("accept", "1")
    assert (done.status, done.stdout) == (4, "")
    assert f"`{TEAPOTS}`" in done.stderr
    assert call("accept", "1", KETTLES.upper()).status == 0
    assert call("accept", "1").stdout.startswith(f"accepted for entry 1: {TEAPOTS}")


def test_a_venue_alone_can_be_proposed(call: Call, services: Services) -> None:
    services.joined["ARXIV:2401.00003"] = {
        "externalIds": {"ArXiv": "2401.00003"},
        "title": "Cups and saucers",
        "authors": [{"name": "Ada Example"}],
        "year": 2025,
        "venue": "Tea Conference",
    }
    call("add", "2401.00003")
    assert call("refresh", "--proposals").stdout.split("\t")[:3] == ["1", "", "Tea Conference"]
    assert call("accept", "1").status == 0
    [entry] = call("show", "1", "--json").data["entries"]
    assert (entry["venue"], entry["doi"]) == ("Tea Conference", None)
    assert call("accept", "1").status == 3


def test_what_a_service_takes_for_one_is_no_evidence_by_itself(
    call: Call, services: Services
) -> None:
    services.joined["ARXIV:2401.00003"] = {
        "externalIds": {"ArXiv": "2401.00003", "DOI": KETTLES},
        "title": "Whistling Kettles in Flow",
        "authors": [{"name": "Ada Example"}],
    }
    call("add", "2401.00003")
    assert call("refresh", "--proposals").stdout == ""


def test_a_service_that_does_not_answer_keeps_no_other(
    call: Call, services: Services, arxiv: Arxiv
) -> None:
    assert services.works
    arxiv.services["api.semanticscholar.org"] = lambda _: httpx.Response(429)
    call("add", "2401.00001")
    done = call("refresh", "--proposals", "--json")
    assert (done.status, [one["entry"] for one in done.data["proposals"]]) == (0, [1])
    assert [one["code"] for one in done.data["unheard"]] == ["rate-limited"]
    assert "warning: Semantic Scholar is limiting requests" in done.stderr


def test_an_interruption_keeps_the_versions_that_were_found(
    call: Call, services: Services, arxiv: Arxiv
) -> None:
    def search(request: httpx.Request) -> httpx.Response:
        if services.searches:
            raise KeyboardInterrupt
        return services.crossref(request)

    arxiv.services["api.crossref.org"] = search
    call("add", "2401.00001", "2401.00003")
    done = call("refresh", "--proposals")
    assert (done.status, done.stdout.split("\t")[:2]) == (130, ["1", KETTLES])
    assert "warning: interrupted" in done.stderr
    services.searches.clear()
    assert call("show", "1", "--json").data["proposals"][0]["identifier"]["value"] == KETTLES


def test_named_entries_alone_are_looked_for(looked: Call, services: Services) -> None:
    services.searches.clear()
    done = looked("refresh", "--proposals", "3")
    assert (done.status, done.stdout) == (0, "")
    assert "nothing is proposed" in done.stderr
    assert services.searches == ["Cups and Saucers Example"]
    services.searches.clear()
    assert looked("refresh", "--proposals", "no such thing").status == 3
    assert services.searches == []


def test_json_says_what_is_proposed_and_decided(looked: Call) -> None:
    first = looked("refresh", "--proposals", "--json").data["proposals"][0]
    assert {name: first[name] for name in ("entry", "identifier", "relation", "stated")} == {
        "entry": 1,
        "identifier": {"scheme": "doi", "value": KETTLES, "version": None},
        "relation": "published",
        "stated": False,
    }
    decided = looked("accept", "1", "--json").data
    assert (decided["outcome"], decided["proposal"]["venue"]) == ("accepted", "J. Vessels")
    refused = looked("accept", "3", "--json")
    assert (refused.status, json.loads(refused.stdout)["errors"][0]["code"]) == (
        3,
        "nothing-proposed",
    )

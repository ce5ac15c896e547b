"""One work, one paper: whatever it is named by, and corrected by hand where services err."""

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

DOI = "10.1000/kettles"


@pytest.fixture
def base(new_base: Callable[[], Path]) -> Path:
    return new_base()


def papers(base: Path) -> int:
    [(count,)] = ask(base, "SELECT count(*) FROM papers")
    return int(count)


def record(*preprints: str, title: str = "Whistling Kettles") -> Callable[..., httpx.Response]:
    """Returns a Crossref that knows one work, with the pre-prints that its record states."""
    named = [{"id-type": "doi", "id": f"10.48550/arXiv.{one}"} for one in preprints]
    message = {
        "DOI": DOI,
        "title": [title],
        "author": [{"given": "Ada", "family": "Example"}],
        "container-title": ["J. Vessels"],
        "published": {"date-parts": [[2025]]},
        "relation": {"has-preprint": named},
    }
    return lambda _: httpx.Response(200, json={"message": message})


@pytest.mark.parametrize(
    ("first", "others"),
    [
        (
            "2401.00001",
            [
                *("arXiv:2401.00001v2", "https://arxiv.org/pdf/2401.00001v3.pdf"),
                *("10.48550/arXiv.2401.00001", "https://doi.org/10.48550/ARXIV.2401.00001v1"),
            ],
        ),
        (DOI, [DOI.upper(), f"https://dx.doi.org/{DOI}", f"https://doi.org/{DOI}?utm_source=x"]),
        (
            "https://openreview.net/forum?id=aBcDe12345",
            ["https://openreview.net/pdf?id=aBcDe12345"],
        ),
        (
            "https://example.org/kettle",
            ["http://example.org/kettle/", "https://example.org/kettle?utm_source=x#top"],
        ),
    ],
)
def test_a_work_is_one_paper_in_every_spelling(
    call: Call, base: Path, first: str, others: list[str]
) -> None:
    assert call("add", first, "--no-fetch").status == 0
    for other in others:
        done = call("add", other, "--no-fetch")
        assert (done.status, done.stdout[:8]) == (0, "known 1 "), other
    assert papers(base) == 1
    assert call("add", first, "--again", "--no-fetch").stdout.startswith("added 2 ")
    assert papers(base) == 1


def test_a_title_alone_is_only_a_warning(call: Call, arxiv: Arxiv, base: Path) -> None:
    arxiv.papers = {
        one: Paper("The Same Title", "2024-01-02") for one in ("2401.00001", "2401.00002")
    }
    call("add", "2401.00001")
    done = call("add", "2401.00002", "--json")
    assert (done.status, papers(base)) == (0, 2)
    assert done.data["results"][0]["same_title"] == [1]
    assert 'warning: "The Same Title" has the same title as entry 1, another work' in done.stderr
    assert "`diffkb merge 1 2`" in done.stderr


@pytest.mark.parametrize("order", [("2401.00001", DOI), (DOI, "2401.00001")])
def test_a_preprint_and_its_published_version_become_one_paper(
    call: Call, arxiv: Arxiv, base: Path, order: tuple[str, str]
) -> None:
    arxiv.papers = {"2401.00001": Paper("Kettles", "2024-01-02")}
    arxiv.services["api.crossref.org"] = record("2401.00001")
    call("add", order[0])
    before = rows(base)
    done = call("add", order[1])
    assert (done.status, done.stdout[:8]) == (0, "known 1 ")
    [entry] = call("show", "1", "--json").data["entries"]
    assert (entry["arxiv_id"], entry["doi"], papers(base)) == ("2401.00001", DOI, 1)
    assert call("undo").status == 0
    assert rows(base) == before


@pytest.mark.parametrize("refs", [("2401.00001", DOI), (DOI, "2401.00001")])
def test_two_that_are_listed_already_are_joined_when_a_service_states_it(
    call: Call, arxiv: Arxiv, base: Path, refs: tuple[str, str]
) -> None:
    arxiv.papers = {"2401.00001": Paper("Kettles", "2024-01-02")}
    arxiv.services["api.crossref.org"] = record("2401.00001")
    call("add", *refs, "--no-fetch")
    before = rows(base)
    done = call("refresh", "--json")
    assert [one["kind"] for one in done.data["findings"]] == ["joined"]
    assert (done.status, papers(base)) == (0, 1)
    assert call("undo").status == 0
    assert rows(base) == before


def test_a_record_that_names_several_preprints_joins_none_of_them(
    call: Call, arxiv: Arxiv, base: Path
) -> None:
    arxiv.papers = {one: Paper(f"Part {one}", "2024-01-02") for one in ("2401.00001", "2401.00002")}
    arxiv.services["api.crossref.org"] = record("2401.00001", "2401.00002")
    call("add", "2401.00001", "2401.00002", DOI)
    [(works,)] = ask(base, "SELECT count(DISTINCT paper_id) FROM identifiers WHERE scheme='arxiv'")
    assert works == 2


def test_a_doi_that_several_papers_give_is_none_of_them(
    call: Call, arxiv: Arxiv, base: Path
) -> None:
    arxiv.papers = {
        one: Paper(f"Part {one}", "2024-01-02", doi=DOI) for one in ("2401.00001", "2401.00002")
    }
    arxiv.services["api.crossref.org"] = record(title="The Whole Book")
    call("add", "2401.00001", "2401.00002")
    assert call("add", DOI).stdout.startswith("added 3 ")
    assert papers(base) == 3


def test_works_that_a_person_told_apart_are_not_joined_again(
    call: Call, arxiv: Arxiv, base: Path
) -> None:
    arxiv.papers = {"2401.00001": Paper("Kettles", "2024-01-02")}
    arxiv.services["api.crossref.org"] = record("2401.00001")
    call("add", "2401.00001", DOI, "--no-fetch")
    call("refresh")
    assert papers(base) == 1
    assert call("split", "2").status == 0
    assert call("refresh", "1", "2", "--refetch").status == 0
    assert call("add", "2401.00001", DOI).stdout.count("known") == 2
    assert papers(base) == 2
    assert call("merge", "1", "2").status == 0
    assert call("refresh", "1", "2", "--refetch").status == 0
    assert papers(base) == 1


def test_merging_and_splitting_leave_the_list_as_it_is(call: Call) -> None:
    call("add", "2401.00001", DOI, "--no-fetch")
    listed = call("export", "markdown").stdout
    done = call("merge", "2401.00001", DOI)
    assert (done.status, done.stdout) == (
        0,
        f"entries 1, 2 are one work: 2401.00001, {DOI}\n",
    )
    assert call("export", "markdown").stdout == listed
    assert call("split", "2").stdout == f"entry 2 is a work of its own: {DOI}\n"
    assert call("export", "markdown").stdout == listed


def test_json_says_what_was_merged_and_split(call: Call) -> None:
    call("add", "2401.00001", DOI, "--no-fetch")
    arxiv, doi = (
        {"scheme": scheme, "value": value, "version": None}
        for scheme, value in (("arxiv", "2401.00001"), ("doi", DOI))
    )
    planned = call("merge", "1", "2", "--dry-run", "--json").data
    assert planned == {"outcome": "would-merge", "entries": [1, 2], "identifiers": [arxiv, doi]}
    assert call("merge", "1", "2", "--json").data == planned | {"outcome": "merged"}
    planned = call("split", "2", "--dry-run", "--json").data
    assert planned == {
        "outcome": "would-split",
        "entry": 2,
        "identifiers": [doi],
        "left": [arxiv],
        "others": [1],
    }
    assert call("split", "2", "--json").data == planned | {"outcome": "split"}


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("merge", "1", "1"), 4, "already-one"),
        (("split", "1"), 4, "nothing-to-split"),
        (("merge", "1", "9"), 3, "entry-not-found"),
        (("split", "9"), 3, "entry-not-found"),
        (("accept", "9"), 3, "entry-not-found"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_changes(
    call: Call, base: Path, words: tuple[str, ...], status: int, code: str
) -> None:
    call("add", "2401.00001", DOI, "--no-fetch")
    before = base.read_bytes()
    done = call(*words, "--json")
    [error] = json.loads(done.stdout)["errors"]
    assert (done.status, error["code"], bool(error["hint"])) == (status, code, True)
    assert base.read_bytes() == before

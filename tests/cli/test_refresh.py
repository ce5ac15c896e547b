"""Refreshing: what is due is asked about, what is finished stays, what came to light is said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.cli.conftest import Paper, feed_of
from tests.journal import ask, rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Arxiv

    Call = Callable[..., Any]

FORUM = "https://openreview.net/forum?id=aBcDe12345"
WITHDRAWN = "This paper has been withdrawn by the authors due to an error"


@pytest.fixture
def base(new_base: Callable[[], Path]) -> Path:
    return new_base()


@pytest.fixture
def arxiv(arxiv: Arxiv) -> Arxiv:
    arxiv.papers = {
        f"2401.{number:05}": Paper(f"Paper {number}", "2024-01-02") for number in range(1, 251)
    }
    return arxiv


def refuse(_: httpx.Request) -> httpx.Response:
    """Answers as OpenReview answers programs."""
    return httpx.Response(403, json={"name": "ChallengeRequiredError"})


@pytest.fixture
def refusals(arxiv: Arxiv) -> list[httpx.Request]:
    """Gives what OpenReview is asked, which refuses all of it."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return refuse(request)

    for host in ("openreview.net", "api.openreview.net", "api2.openreview.net"):
        arxiv.services[host] = answer
    return asked


def age(base: Path, days: int) -> None:
    """Makes all that the base knows so many days older."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(base)) as connection:
        connection.execute(
            "UPDATE papers SET asked = strftime('%Y-%m-%dT%H:%M:%SZ', asked, ?)", (f"-{days} days",)
        )
        connection.commit()


def test_what_is_fresh_is_left_alone_and_what_is_old_is_asked_about(
    call: Call, arxiv: Arxiv, base: Path
) -> None:
    call("add", "2401.00001")
    assert call("refresh").stdout == "0 entries refreshed\n"
    assert len(arxiv.asked) == 1
    age(base, 31)
    assert call("refresh", "--refetch").stdout == "1 entry refreshed\n"
    assert call("refresh", "--refetch").stdout == "0 entries refreshed\n"


@pytest.mark.parametrize(("words", "asked"), [("9d", 1), ("2w", 0), ("0", 1), ("241h", 0)])
def test_what_counts_as_old_can_be_said(
    call: Call, arxiv: Arxiv, base: Path, words: str, asked: int
) -> None:
    call("add", "2401.00001")
    age(base, 10)
    call("refresh", "--refetch", "--older-than", words)
    assert len(arxiv.asked) == 1 + asked


@pytest.mark.parametrize("words", ["", "-1d", "ten", "5", "1y", "1.5d"])
def test_an_age_that_is_none_is_refused(call: Call, arxiv: Arxiv, words: str) -> None:
    done = call("refresh", f"--older-than={words}")
    assert (done.status, done.stdout, arxiv.asked) == (2, "", [])


def test_what_could_not_be_asked_anew_stays_and_is_due_again(
    call: Call, arxiv: Arxiv, base: Path
) -> None:
    call("add", "2401.00001")
    age(base, 31)
    arxiv.fault = lambda _: httpx.Response(429, text="Rate exceeded.")
    arxiv.services["api.datacite.org"] = arxiv.fault
    before = ask(base, "SELECT * FROM facts")
    done = call("refresh", "--refetch")
    assert (done.status, "this is not a wrong id" in done.stderr) == (6, True)
    assert ask(base, "SELECT * FROM facts") == before
    arxiv.fault = None
    assert call("refresh").stdout == "1 entry refreshed\n"
    assert call("refresh").stdout == "0 entries refreshed\n"


def test_new_versions_and_withdrawals_are_said_once(call: Call, arxiv: Arxiv) -> None:
    call("add", "2401.00001", "2401.00002", "2401.00003")
    arxiv.papers["2401.00001"] = Paper("Paper 1", "2024-01-02", version=3)
    arxiv.papers["2401.00002"] = Paper("Paper 2", "2024-01-02", comment=WITHDRAWN)
    done = call("refresh", "--older-than", "0", "--refetch", "--json")
    assert done.status == 0
    assert [(one["kind"], one["entries"]) for one in done.data["findings"]] == [
        ("new-version", [1]),
        ("withdrawn", [2]),
    ]
    assert "entry 1: version 3 is out, after 1" in done.stderr
    assert f'entry 2: withdrawn, says arXiv: "{WITHDRAWN}"' in done.stderr
    again = call("refresh", "--older-than", "0", "--refetch", "--json")
    assert again.data["findings"] == []
    arxiv.papers["2401.00002"] = Paper("Paper 2", "2024-01-02", version=2)
    back = call("refresh", "2", "--refetch", "--json")
    assert [one["kind"] for one in back.data["findings"]] == ["new-version", "no-longer-withdrawn"]


def test_a_refresh_is_one_step_that_can_be_undone(call: Call, arxiv: Arxiv, base: Path) -> None:
    call("add", "2401.00001", "2401.00002", "--no-fetch")
    before = rows(base)
    arxiv.papers["2401.00001"] = Paper("Paper 1", "2023-01-02", doi="10.1000/one")
    assert call("refresh").stdout == "2 entries refreshed\n"
    assert rows(base) != before
    assert call("undo").status == 0
    assert rows(base) == before


def test_a_source_that_turns_programs_away_is_tried_once_a_day(
    call: Call, refusals: list[Any], base: Path
) -> None:
    assert call("add", FORUM, "2401.00001").status == 1
    tried = len(refusals)
    done = call("refresh")
    assert (done.status, len(refusals)) == (0, tried)
    assert "1 entry not asked about: the source turned diffkb away" in done.stderr
    age(base, 2)
    done = call("refresh")
    assert (done.status, len(refusals) > tried) == (0, True)
    assert "warning: OpenReview cannot be reached now: it turns programs away" in done.stderr
    tried = len(refusals)
    assert call("refresh").status == 0
    assert len(refusals) == tried


def test_an_entry_that_is_named_is_asked_about_whoever_turned_diffkb_away(
    call: Call, refusals: list[Any]
) -> None:
    call("add", FORUM)
    tried = len(refusals)
    done = call("refresh", "1")
    assert (done.status, len(refusals) > tried) == (6, True)
    assert "error: OpenReview cannot be reached now" in done.stderr


def test_a_ban_by_another_source_is_no_custom_of_it(call: Call, arxiv: Arxiv) -> None:
    call("add", "2401.00001", "--no-fetch")
    arxiv.fault = lambda _: httpx.Response(403, text="Access denied")
    assert call("refresh").status == 6
    arxiv.fault = None
    assert call("refresh").stdout == "1 entry refreshed\n"


def interrupting(answered: int) -> Callable[[httpx.Request], httpx.Response]:
    """Returns an arXiv that answers so many requests, while the next is asked Control-C comes."""
    asked = iter(range(answered))

    def answer(request: httpx.Request) -> httpx.Response:
        if next(asked, None) is None:
            raise KeyboardInterrupt
        ids = request.url.params["id_list"].split(",")
        return feed_of({one: Paper(f"Paper {one}", "2024-01-02") for one in ids})

    return answer


def test_an_interruption_keeps_what_is_finished(call: Call, arxiv: Arxiv, tmp_path: Path) -> None:
    file = tmp_path / "ids.txt"
    file.write_text("\n".join(arxiv.papers))
    call("add", "--from", str(file), "--no-fetch")
    arxiv.fault = interrupting(2)
    done = call("refresh", "--json")
    assert (done.status, json.loads(done.stdout)["status"]) == (130, "partial")
    outcomes = [one["outcome"] for one in done.data["results"]]
    assert outcomes == ["refreshed"] * 200 + ["failed"] * 50
    assert "warning: interrupted: 50 entries not asked about" in done.stderr
    arxiv.fault = None
    assert call("refresh").stdout == "50 entries refreshed\n"


def test_an_interruption_before_any_answer_changes_nothing(
    call: Call, arxiv: Arxiv, base: Path
) -> None:
    call("add", "2401.00001", "--no-fetch")
    before = base.read_bytes()
    arxiv.fault = interrupting(0)
    done = call("refresh")
    assert (done.status, done.stdout, done.stderr) == (130, "", "error: interrupted\n")
    assert base.read_bytes() == before


def test_what_an_interruption_left_half_asked_is_due_again(call: Call, arxiv: Arxiv) -> None:
    def interrupt(_: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    arxiv.services["api.crossref.org"] = lambda _: httpx.Response(200, json=RECORD)
    call("add", "10.1000/one", "2401.00001")
    call("merge", "2", "1")
    arxiv.services["api.crossref.org"] = interrupt
    done = call("refresh", "2", "--refetch")
    assert done.status == 130
    arxiv.services["api.crossref.org"] = lambda _: httpx.Response(200, json=RECORD)
    assert call("refresh", "--refetch").stdout == "2 entries refreshed\n"
    assert call("refresh", "--refetch").stdout == "0 entries refreshed\n"


RECORD = {
    "message": {
        "DOI": "10.1000/one",
        "title": ["Kettles"],
        "author": [{"given": "Ada", "family": "Example"}],
        "published": {"date-parts": [[2024]]},
    }
}


def test_references_that_mean_nothing_fail_alone(call: Call, arxiv: Arxiv) -> None:
    call("add", "2401.00001", "--no-fetch")
    done = call("refresh", "1", "no such thing", "--json")
    assert done.status == 1
    assert {one["ref"]: one["outcome"] for one in done.data["results"]} == {
        "1": "refreshed",
        "no such thing": "failed",
    }
    [error] = json.loads(done.stdout)["errors"]
    assert (error["code"], error["ref"]) == ("entry-not-found", "no such thing")
    assert len(arxiv.asked) == 1


def test_a_query_says_what_is_refreshed(call: Call, arxiv: Arxiv) -> None:
    call(
        "add", "2401.00001", "2401.00002", "2401.00003", "--section", "A", "--create", "--no-fetch"
    )
    arxiv.asked.clear()
    done = call("refresh", "title:2401.00002 or title:2401.00003", "--json")
    assert [one["entry"]["title"] for one in done.data["results"]] == ["Paper 2", "Paper 3"]
    assert call("refresh", "-Q", "paper").stdout == "2 entries refreshed\n"
    assert call("refresh", "title:nowhere").stdout == "0 entries refreshed\n"
    assert "nothing is proposed" in call("refresh", "title:nowhere", "--proposals").stderr
    mixed = call("refresh", "12", "title:paper")
    assert (mixed.status, mixed.stdout) == (2, "")
    assert call("refresh", "title:>").status == 2

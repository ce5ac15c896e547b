"""Answers that are kept: who is asked once a day, who whether it still holds, and who again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from diffkb.core.identifiers import parse_arxiv_id
from diffkb.core.models import ARXIV, Candidate, Identifier
from diffkb.errors import BadReply, RateLimited, UnknownWork
from diffkb.sources import fetch
from diffkb.sources.cache import DAY, Cache
from diffkb.sources.http import Door

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.sources.conftest import FakeClock, Service

    from diffkb.sources.base import Outcome

    Feed = Callable[..., httpx.Response]

PAPER = parse_arxiv_id("2401.00011")
REPOSITORY = Identifier("url", "https://github.com/ada/kettle")
ETAG = '"a1"'


@pytest.fixture
def door(service: Service, clock: FakeClock, tmp_path: Path) -> Iterator[Door]:
    with open_door(service, clock, tmp_path) as opened:
        yield opened


def open_door(service: Service, clock: FakeClock, folder: Path, **how: bool) -> Door:
    cache = Cache(folder / "cache", refetch=how.pop("refetch", False))
    transport = httpx.MockTransport(service)
    return Door(None, 60.0, folder / "pace", cache=cache, transport=transport, clock=clock, **how)


def outcome(door: Door, ref: Identifier = PAPER) -> Outcome:
    (only,) = fetch([ref], door=door, report=print).values()
    return only


def repository() -> httpx.Response:
    body = {
        "full_name": "ada/kettle",
        "name": "kettle",
        "html_url": "https://github.com/ada/kettle",
        "description": "Boils water.",
        "owner": {"login": "ada", "type": "User"},
        "created_at": "2020-01-02T03:04:05Z",
        "private": False,
    }
    return httpx.Response(200, json=body, headers={"ETag": ETAG})


def test_a_question_is_asked_once_a_day(
    door: Door, service: Service, clock: FakeClock, feed: Feed
) -> None:
    service.answers = [feed("current")]
    first = outcome(door)
    assert isinstance(first, Candidate)
    clock.time += DAY - 60
    assert outcome(door) == first
    assert len(service.requests) == 1
    clock.time += 60
    assert outcome(door) == first
    assert len(service.requests) == 2


def test_an_answer_of_the_last_day_needs_no_network(
    door: Door, service: Service, clock: FakeClock, feed: Feed, tmp_path: Path
) -> None:
    service.answers = [feed("current")]
    first = outcome(door)
    with open_door(service, clock, tmp_path, offline=True) as shut:
        assert outcome(shut) == first


def test_it_is_asked_again_where_a_person_says_so(
    door: Door, service: Service, clock: FakeClock, feed: Feed, tmp_path: Path
) -> None:
    service.answers = [feed("current")]
    first = outcome(door)
    with open_door(service, clock, tmp_path, refetch=True) as again:
        assert outcome(again) == first
    assert len(service.requests) == 2


def test_an_old_answer_is_asked_whether_it_still_holds(
    door: Door, service: Service, clock: FakeClock
) -> None:
    service.answers = [repository(), httpx.Response(304)]
    first = outcome(door, REPOSITORY)
    assert isinstance(first, Candidate)
    clock.time += DAY
    assert outcome(door, REPOSITORY) == first
    assert service.requests[1].headers["If-None-Match"] == ETAG
    # It is as good as new.
    clock.time += DAY - 60
    assert outcome(door, REPOSITORY) == first
    assert len(service.requests) == 2


def test_what_no_longer_holds_is_replaced(door: Door, service: Service, clock: FakeClock) -> None:
    changed = httpx.Response(
        200, json={**repository().json(), "description": "Boils tea."}, headers={"ETag": '"b2"'}
    )
    service.answers = [repository(), changed]
    first = outcome(door, REPOSITORY)
    clock.time += DAY
    second = outcome(door, REPOSITORY)
    assert isinstance(second, Candidate)
    assert second != first


def test_an_answer_that_nobody_asked_to_compare_is_no_answer(door: Door, service: Service) -> None:
    service.answers = [httpx.Response(304)]
    assert isinstance(outcome(door), BadReply)


def test_what_is_unknown_is_asked_again(door: Door, service: Service, feed: Feed) -> None:
    service.answers = [feed("nothing"), feed("current")]
    assert isinstance(outcome(door), UnknownWork)
    assert isinstance(outcome(door), Candidate)


def test_an_outage_is_not_kept(door: Door, service: Service, feed: Feed) -> None:
    limited = httpx.Response(429, text="Rate exceeded.")
    service.answers = [limited, limited, limited, limited, feed("current")]
    assert isinstance(outcome(door), RateLimited)
    assert isinstance(outcome(door), Candidate)


def test_a_kept_answer_is_had_while_its_host_is_out_of_order(
    door: Door, service: Service, feed: Feed
) -> None:
    others = [Identifier(ARXIV, f"2402.{number:05}") for number in range(1, 101)]
    service.answers = [feed("current"), httpx.Response(429, text="Rate exceeded.")]
    first = outcome(door)
    found = fetch([*others, PAPER], door=door, report=print)
    assert found[PAPER] == first
    assert {type(found[one]) for one in others} == {RateLimited}


def test_a_cache_that_is_broken_stands_in_nobodys_way(
    door: Door, service: Service, feed: Feed, tmp_path: Path
) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "answers-1.sqlite").write_bytes(b"no base" * 1000)
    service.answers = [feed("current")]
    assert isinstance(outcome(door), Candidate)

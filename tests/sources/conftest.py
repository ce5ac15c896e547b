"""Fixtures of the sources: a clock that does not wait, recorded shapes, a service in process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from diffkb.sources.base import Reply
from diffkb.sources.http import Door

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REPLIES = Path(__file__).parents[1] / "data" / "replies"
ATOM = "application/atom+xml; charset=utf-8"


class FakeClock:
    """Time that passes only by sleeping; `slept` holds each wait, `during` runs in each."""

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        self.time = start
        self.slept: list[float] = []
        self.during: Callable[[], None] = lambda: None

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        self.during()


class Service:
    """A service that gives the answers it is told, the last one again and again.

    `requests` holds what was asked, and `started` when.
    """

    def __init__(self, clock: FakeClock) -> None:
        self.answers: list[httpx.Response | Exception | Callable[[], httpx.Response]] = []
        self.requests: list[httpx.Request] = []
        self.started: list[float] = []
        self._clock = clock

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.started.append(self._clock.time)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            # A copy: a response is read once, and the last one is given again.
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.read())
        return answer()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def service(clock: FakeClock) -> Service:
    return Service(clock)


@pytest.fixture
def door(service: Service, clock: FakeClock, tmp_path: Path) -> Iterator[Door]:
    transport = httpx.MockTransport(service)
    with Door(None, 60.0, tmp_path / "pace", transport=transport, clock=clock) as opened:
        yield opened


@pytest.fixture(scope="session")
def new_service() -> Callable[[], tuple[Service, FakeClock]]:
    """Gives a function that makes a service and its clock, for tests that need many."""

    def make() -> tuple[Service, FakeClock]:
        clock = FakeClock()
        return Service(clock), clock

    return make


@pytest.fixture
def recorded() -> Callable[..., bytes]:
    """Gives a function that reads a recorded shape of arXiv."""
    return lambda name: (REPLIES / "arxiv" / f"{name}.xml").read_bytes()


@pytest.fixture
def feed(recorded: Callable[..., bytes]) -> Callable[..., httpx.Response]:
    """Gives a function that makes a recorded shape an answer."""

    def answer(name: str, status: int = 200) -> httpx.Response:
        return httpx.Response(status, headers={"Content-Type": ATOM}, content=recorded(name))

    return answer


@pytest.fixture
def reply() -> Callable[..., Reply]:
    """Gives a function that makes bytes a reply, of a feed unless told otherwise."""

    def make(content: bytes, status: int = 200, kind: str = ATOM) -> Reply:
        return Reply(status, {"content-type": kind}, content, "https://export.arxiv.org/api/query")

    return make

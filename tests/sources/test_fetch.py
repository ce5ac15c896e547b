"""Fetching: retries, waits and limits, against a service in process and a clock of its own."""

from __future__ import annotations

import gzip
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import diffkb
from diffkb.core.identifiers import parse_arxiv_id
from diffkb.core.models import ARXIV, URL, Candidate, Identifier
from diffkb.errors import (
    BadReply,
    DiffkbError,
    Offline,
    RateLimited,
    StorageError,
    UnknownWork,
    Unreachable,
)
from diffkb.sources import fetch
from diffkb.sources.arxiv import ArXiv
from diffkb.sources.base import Reply, Request
from diffkb.sources.fetching import fetch_from
from diffkb.sources.http import Door
from diffkb.sources.retry import retry_after

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.sources.conftest import FakeClock, Service

    from diffkb.sources.base import Outcome, Route

    Feed = Callable[..., httpx.Response]
    NewService = Callable[[], tuple[Service, FakeClock]]

INTERVAL = 3.0
KETTLE = Identifier(ARXIV, "2401.00011")
LIMITED = httpx.Response(429, content=b"Rate exceeded.", headers={"Content-Type": "text/plain"})
BUSY = httpx.Response(503, content=b"<html>Busy</html>", headers={"Retry-After": "0"})
DENIED = httpx.Response(403, content=b"<html>Access denied</html>")
PAGE = httpx.Response(200, content=b"<html>Busy</html>", headers={"Content-Type": "text/html"})
EMPTY = httpx.Response(200, headers={"Content-Type": "application/atom+xml"})


def limited(retry_after: str) -> httpx.Response:
    return httpx.Response(429, headers={"Retry-After": retry_after})


class ArXivAlone(ArXiv):
    """arXiv with nobody to ask after it: what becomes of a request can be counted."""

    @property
    def routes(self) -> tuple[Route, ...]:
        return (self,)


def outcome(door: Door, text: str = "2401.00011", said: list[str] | None = None) -> Outcome:
    report = (said if said is not None else []).append
    (only,) = fetch_from(ArXivAlone(), [parse_arxiv_id(text)], door, report).values()
    return only


def test_an_answer_at_once_needs_one_request(door: Door, service: Service, feed: Feed) -> None:
    service.answers = [feed("current")]
    said: list[str] = []
    assert isinstance(outcome(door, said=said), Candidate)
    (request,) = service.requests
    assert request.url.host == "export.arxiv.org"
    assert request.headers["User-Agent"] == f"diffkb/{diffkb.__version__}"
    assert said == []


@pytest.mark.parametrize(
    ("contact", "suffix"),
    [
        ("ada@example.org", " (mailto:ada@example.org)"),
        ("mailto:ada@example.org", " (mailto:ada@example.org)"),
        ("ä b\n@x", " (mailto:%C3%A4%20b%0A@x)"),
    ],
)
def test_the_contact_is_named_in_the_user_agent(
    service: Service, tmp_path: Path, contact: str, suffix: str
) -> None:
    service.answers = [httpx.Response(200)]
    with Door(contact, 60, tmp_path, transport=httpx.MockTransport(service)) as door:
        ask(door)
    assert service.requests[0].headers["User-Agent"].endswith(suffix)


def test_works_of_no_source_are_left_out(door: Door) -> None:
    assert fetch([Identifier(URL, "kettle.pdf")], door=door, report=print) == {}


def test_nothing_to_fetch_asks_nothing(door: Door, service: Service) -> None:
    assert fetch([], door=door, report=print) == {}
    assert service.requests == []


def test_every_work_gets_its_outcome(door: Door, service: Service, feed: Feed) -> None:
    service.answers = [feed("current")]
    refs = [parse_arxiv_id(text) for text in ("2401.00014", "2401.00011v3", "math.GT/0512345")]
    outcomes = fetch(refs, door=door, report=print)
    assert [key.value for key in outcomes] == ["2401.00014", "2401.00011", "math/0512345"]
    assert all(key.version is None for key in outcomes)
    kinds = [type(found) for found in outcomes.values()]
    assert kinds == [UnknownWork, Candidate, Candidate]


def test_two_versions_of_a_work_are_one_answer(door: Door, service: Service, feed: Feed) -> None:
    service.answers = [feed("current")]
    refs = [parse_arxiv_id(text) for text in ("2401.00011v1", "2401.00011", "2401.00011v3")]
    (found,) = fetch(refs, door=door, report=print).values()
    assert isinstance(found, Candidate)
    assert found.version == 3
    assert service.requests[0].url.params["id_list"] == "2401.00011v1,2401.00011,2401.00011v3"


def test_many_works_take_few_requests_at_the_pace(door: Door, service: Service, feed: Feed) -> None:
    service.answers = [feed("nothing")]
    refs = [Identifier(ARXIV, f"2401.{number:05}") for number in range(1, 251)]
    outcomes = fetch(refs, door=door, report=print)
    assert len(outcomes) == 250
    sizes = [len(request.url.params["id_list"].split(",")) for request in service.requests]
    assert sizes == [100, 100, 50]
    gaps = [b - a for a, b in zip(service.started, service.started[1:], strict=False)]
    assert all(gap >= INTERVAL for gap in gaps)


def test_two_refusals_are_waited_out(
    door: Door, service: Service, feed: Feed, clock: FakeClock
) -> None:
    service.answers = [LIMITED, LIMITED, feed("current")]
    said: list[str] = []
    assert isinstance(outcome(door, said=said), Candidate)
    assert len(service.requests) == 3
    first, second = (wait for wait in clock.slept if wait >= 3)
    assert 3 <= first < 4.01
    assert 6 <= second < 7.01
    assert said[0].startswith("arXiv is limiting requests; trying again in ")
    assert said[0].endswith(" s (2 of 4)")
    assert said[1].endswith(" s (3 of 4)")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (LIMITED, (RateLimited, 4, "is limiting requests")),
        (httpx.Response(200, content=b"Rate exceeded."), (RateLimited, 4, "is limiting requests")),
        (BUSY, (Unreachable, 4, "out of order (status 503)")),
        (httpx.Response(500), (Unreachable, 4, "out of order (status 500)")),
        (DENIED, (Unreachable, 2, "refuses this address for now (status 403)")),
        (httpx.Response(418), (Unreachable, 2, "refuses this address for now (status 418)")),
        (PAGE, (BadReply, 3, "text/html instead of a feed")),
        (EMPTY, (BadReply, 3, "it is empty")),
        (httpx.Response(404), (BadReply, 1, "status 404")),
        (httpx.ConnectError("no route"), (Unreachable, 3, "no connection (no route)")),
        (httpx.ProxyError("502 Bad Gateway"), (Unreachable, 3, "the proxy refuses (502")),
        (httpx.ReadError("reset"), (Unreachable, 3, "the connection broke off")),
        (httpx.RemoteProtocolError("cut"), (Unreachable, 3, "the connection broke off")),
        (httpx.ConnectTimeout("slow"), (Unreachable, 3, "the connection takes too long")),
        (httpx.ReadTimeout("slow"), (Unreachable, 3, "no answer for 30 s")),
        (httpx.InvalidURL("odd"), (BadReply, 3, "odd")),
    ],
)
def test_a_lasting_failure_ends_after_a_few_tries(
    door: Door,
    service: Service,
    answer: httpx.Response | Exception,
    expected: tuple[type[DiffkbError], int, str],
) -> None:
    kind, tries, words = expected
    service.answers = [answer]
    error = outcome(door)
    assert type(error) is kind
    assert isinstance(error, DiffkbError)
    assert words in error.message
    assert error.ref == "2401.00011" or error.code == "bad-reply"
    assert len(service.requests) == tries


@pytest.mark.parametrize("first", [LIMITED, BUSY, DENIED, PAGE, EMPTY, httpx.ReadError("reset")])
def test_a_passing_failure_costs_a_try(
    door: Door, service: Service, feed: Feed, first: httpx.Response | Exception
) -> None:
    service.answers = [first, feed("current")]
    assert isinstance(outcome(door), Candidate)
    assert len(service.requests) == 2


@given(
    waits=st.lists(st.none() | st.integers(0, 40).map(str), min_size=1, max_size=6),
    patience=st.floats(1, 90),
)
@settings(max_examples=40, deadline=None)
def test_the_tries_end_within_patience(
    tmp_path_factory: pytest.TempPathFactory,
    new_service: NewService,
    waits: list[str | None],
    patience: float,
) -> None:
    service, clock = new_service()
    service.answers = [LIMITED if wait is None else limited(wait) for wait in waits]
    folder = tmp_path_factory.mktemp("pace")
    transport = httpx.MockTransport(service)
    start = clock.time
    with Door(None, patience, folder, transport=transport, clock=clock) as door:
        assert isinstance(outcome(door), RateLimited)
    # The last turn may have been waited for, which patience does not count.
    assert service.started[-1] - start < patience + INTERVAL
    gaps = [b - a for a, b in zip(service.started, service.started[1:], strict=False)]
    assert all(gap >= INTERVAL for gap in gaps)


def test_a_service_that_names_a_wait_gets_it(door: Door, service: Service, feed: Feed) -> None:
    service.answers = [limited("17"), feed("current")]
    assert isinstance(outcome(door), Candidate)
    assert service.started[1] - service.started[0] >= 17


def test_a_wait_longer_than_patience_ends_the_tries(door: Door, service: Service) -> None:
    service.answers = [limited("3600")]
    assert isinstance(outcome(door), RateLimited)
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("12", 12),
        ("0", None),
        ("Tue, 14 Nov 2023 22:13:35 GMT", 15),
        ("Tue, 14 Nov 2023 22:00:00 GMT", None),
        ("Tue, 99 Nov 2023 22:00:00 GMT", None),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("9" * 400, float("inf")),
    ],
)
def test_both_forms_of_retry_after_are_read(
    clock: FakeClock, value: str, seconds: float | None
) -> None:
    # The clock stands at 22:13:20.
    reply = Reply(429, {"retry-after": value}, b"", "")
    assert retry_after(reply, clock) == seconds


def test_an_outage_is_met_once(door: Door, service: Service) -> None:
    service.answers = [LIMITED]
    refs = [Identifier(ARXIV, f"2401.{number:05}") for number in range(1, 301)]
    outcomes = fetch_from(ArXivAlone(), refs, door, print)
    assert len(service.requests) == 4
    assert {type(found) for found in outcomes.values()} == {RateLimited}
    named = {found.ref for found in outcomes.values() if isinstance(found, DiffkbError)}
    assert named == {ref.value for ref in refs}


def test_a_rejected_request_is_no_outage(door: Door, service: Service, feed: Feed) -> None:
    service.answers = [feed("rejected", 400), feed("nothing")]
    refs = [Identifier(ARXIV, f"2401.{number:05}") for number in range(1, 102)]
    kinds = [type(found) for found in fetch(refs, door=door, report=print).values()]
    assert kinds == [BadReply] * 100 + [UnknownWork]


def test_offline_asks_nothing(service: Service, tmp_path: Path) -> None:
    transport = httpx.MockTransport(service)
    with Door(None, 60, tmp_path / "pace", offline=True, transport=transport) as door:
        assert isinstance(outcome(door), Offline)
    assert service.requests == []
    assert list(tmp_path.iterdir()) == []


def test_a_pace_that_cannot_be_kept_asks_nothing(service: Service, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    transport = httpx.MockTransport(service)
    with Door(None, 60, tmp_path / "file" / "pace", transport=transport) as door:
        error = outcome(door)
    assert isinstance(error, StorageError)
    assert "arxiv.org.lock cannot be written" in error.message
    assert service.requests == []


@pytest.mark.parametrize(
    ("variable", "value"),
    [("HTTPS_PROXY", "nonsense://example.org"), ("SSL_CERT_FILE", "no-such-file.pem")],
)
def test_an_environment_that_cannot_be_used_is_said_to_be_so(
    monkeypatch: pytest.MonkeyPatch, clock: FakeClock, tmp_path: Path, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with Door(None, 60, tmp_path, clock=clock) as door:
        error = outcome(door)
    assert isinstance(error, Unreachable)
    assert "the proxy or the certificates" in error.message
    assert clock.slept == []


class Drip(httpx.SyncByteStream):
    """A body that comes a byte at a time, with a wait before each."""

    def __init__(self, clock: FakeClock, seconds: float, count: int) -> None:
        self.clock = clock
        self.seconds = seconds
        self.count = count

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(self.count):
            self.clock.time += self.seconds
            yield b" "


@pytest.mark.parametrize("count", [5, 5000])
def test_a_dripping_answer_ends_with_patience(
    door: Door, service: Service, clock: FakeClock, count: int
) -> None:
    service.answers = [lambda: httpx.Response(200, stream=Drip(clock, 14.0, count))]
    start = clock.time
    error = outcome(door)
    assert isinstance(error, Unreachable)
    assert "no whole answer within 60 s" in error.message
    assert clock.time - start < 60 + 14 + INTERVAL


@pytest.fixture
def dripping_url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Gives the address of a server on this machine that sends header after header, for ever."""
    monkeypatch.setenv("NO_PROXY", "*")

    def drip() -> None:
        connection, _ = listener.accept()
        connection.settimeout(0.02)
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                with suppress(TimeoutError):
                    connection.recv(1000)
                connection.sendall(b"X-Drip: drop\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        thread.join()


def test_dripping_headers_end_with_patience(dripping_url: str, tmp_path: Path) -> None:
    with Door(None, 0.3, tmp_path) as door, pytest.raises(Unreachable, match=r"within 0\.3 s"):
        ask(door, dripping_url)


def test_an_answer_is_read_only_up_to_its_limit(
    door: Door, service: Service, recorded: Callable[..., bytes]
) -> None:
    bomb = gzip.compress(recorded("current") + b" " * 21_000_000)
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/atom+xml"}
    service.answers = [lambda: httpx.Response(200, headers=headers, stream=httpx.ByteStream(bomb))]
    error = outcome(door)
    assert type(error) is BadReply
    assert error.why == "it is larger than 20 MB"
    assert len(service.requests) == 1


def test_a_packed_answer_is_unpacked(
    door: Door, service: Service, recorded: Callable[..., bytes]
) -> None:
    packed = gzip.compress(recorded("current"))
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/atom+xml"}
    service.answers = [
        lambda: httpx.Response(200, headers=headers, stream=httpx.ByteStream(packed))
    ]
    assert isinstance(outcome(door), Candidate)


def test_an_answer_that_cannot_be_unpacked_is_a_bad_reply(door: Door, service: Service) -> None:
    headers = {"Content-Encoding": "gzip"}
    service.answers = [
        lambda: httpx.Response(200, headers=headers, stream=httpx.ByteStream(b"plain"))
    ]
    assert type(outcome(door)) is BadReply


def moved(target: str) -> httpx.Response:
    return httpx.Response(301, headers={"Location": target})


def ask(door: Door, url: str = "https://example.org/") -> Reply:
    request = Request(url, (("a", "b"),), (), 1000)
    return door.ask(request, "Example", door.patience(), print)


def test_redirects_are_followed_at_the_pace_of_each_host(door: Door, service: Service) -> None:
    service.answers = [
        moved("https://arxiv.org/a?c=d"),
        moved("/e"),
        moved("//export.arxiv.org/f"),
        moved("https://example.org/g"),
        httpx.Response(200, content=b"done"),
    ]
    reply = ask(door)
    assert (reply.url, reply.content) == ("https://example.org/g", b"done")
    assert [str(request.url) for request in service.requests] == [
        "https://example.org/?a=b",
        "https://arxiv.org/a?c=d",
        "https://arxiv.org/e",
        "https://export.arxiv.org/f",
        "https://example.org/g",
    ]
    gaps = [b - a for a, b in zip(service.started, service.started[1:], strict=False)]
    assert [gap >= INTERVAL for gap in gaps] == [False, True, True, False]


def test_waiting_for_a_turn_takes_no_patience(
    door: Door, service: Service, clock: FakeClock
) -> None:
    service.answers = [httpx.Response(200)]
    patience = door.patience()
    for _ in range(3):
        door.ask(Request("https://arxiv.org/", (), (), 1000), "arXiv", patience, print)
    assert sum(clock.slept) >= 2 * INTERVAL
    assert patience.left() == 60


def test_redirects_in_a_circle_end(door: Door, service: Service) -> None:
    service.answers = [moved("https://example.org/")]
    with pytest.raises(BadReply, match="redirects more than 5 times"):
        ask(door)
    assert len(service.requests) == 6


@pytest.mark.parametrize(
    "target",
    ["ftp://example.org/", "file:///etc/passwd", "javascript:alert(1)", "https://["],
)
def test_redirects_lead_to_pages_only(door: Door, service: Service, target: str) -> None:
    service.answers = [moved(target), httpx.Response(200)]
    with pytest.raises((BadReply, Unreachable)):
        ask(door)
    assert len(service.requests) == 1


def test_a_redirect_to_nowhere_is_an_answer(door: Door, service: Service) -> None:
    service.answers = [httpx.Response(302)]
    assert ask(door).status == 302


@given(content=st.binary(max_size=300), status=st.integers(200, 599), kind=st.text(max_size=20))
@settings(max_examples=60, deadline=None)
def test_no_answer_breaks_it(
    tmp_path_factory: pytest.TempPathFactory,
    new_service: NewService,
    content: bytes,
    status: int,
    kind: str,
) -> None:
    service, clock = new_service()
    header: dict[Any, Any] = {b"Content-Type": (kind + "xml").encode()}
    service.answers = [httpx.Response(status, headers=header, content=content)]
    transport = httpx.MockTransport(service)
    folder = tmp_path_factory.mktemp("pace")
    with Door(None, 60, folder, transport=transport, clock=clock) as door:
        assert isinstance(outcome(door), DiffkbError)

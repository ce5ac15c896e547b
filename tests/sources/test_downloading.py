"""A PDF is in its place whole and checked, or what was there before still is."""

from __future__ import annotations

import os
import sys
import time
import tracemalloc
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from diffkb.core.models import ARXIV, URL, Identifier
from diffkb.errors import BadReply, Offline, RateLimited, StorageError, Unreachable
from diffkb.sources.downloading import LIMIT, Downloads
from diffkb.sources.http import PROGRESS, Door
from diffkb.sources.pace import SystemClock

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

PAPER = b"%PDF-1.5\n" + b"words " * 20_000 + b"\n%%EOF\n"
REF = Identifier(ARXIV, "2006.11239")
ADDRESS = "https://arxiv.org/pdf/2006.11239"


def pdf(content: bytes = PAPER, kind: str = "application/pdf", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return httpx.Response(200, content=content, headers={"Content-Type": kind, **named})


def fetch(door: Door, path: Path, url: str = ADDRESS, ref: Identifier = REF) -> None:
    Downloads(door, print).fetch(url, ref, "Example", path)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "files" / "ho2020denoising.pdf"


@pytest.mark.parametrize(
    "kind", ["application/pdf", "Application/PDF; x=y", "application/octet-stream", ""]
)
def test_a_pdf_is_kept_as_it_is(door: Door, service: Any, place: Path, kind: str) -> None:
    service.answers = [pdf(kind=kind)]
    fetch(door, place)
    assert place.read_bytes() == PAPER
    assert [one.name for one in place.parent.iterdir()] == [place.name]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (pdf(kind="text/html"), "text/html"),
        (pdf(b"<html>%PDF-1.5 %%EOF"), "does not begin"),
        (pdf(b"%PD"), "does not begin"),
        (pdf(b""), "does not begin"),
        (pdf(PAPER[:-20]), "breaks off"),
        (httpx.Response(404, content=PAPER), "status 404"),
        (httpx.Response(204), "status 204"),
    ],
)
def test_what_is_no_pdf_leaves_what_is_there(
    door: Door, service: Any, place: Path, answer: httpx.Response, why: str
) -> None:
    place.parent.mkdir()
    place.write_bytes(b"before")
    service.answers = [answer]
    with pytest.raises(BadReply, match=why):
        fetch(door, place)
    assert {one.name: one.read_bytes() for one in place.parent.iterdir()} == {place.name: b"before"}


class Body(httpx.SyncByteStream):
    """A body of so many bytes, that does something on the way; `given` counts the bytes."""

    def __init__(self, size: float, during: Callable[[], None] = lambda: None) -> None:
        self.size = size
        self.given = 0
        self.during = during

    def __iter__(self) -> Iterator[bytes]:
        yield PAPER[:9]
        while self.given < self.size:
            self.given += PROGRESS // 10
            yield bytes(PROGRESS // 10)
            self.during()
        yield PAPER[-9:]


def streamed(body: Body) -> Callable[[], httpx.Response]:
    return lambda: httpx.Response(200, stream=body, headers={"Content-Type": "application/pdf"})


def test_a_large_one_is_never_held_whole(door: Door, service: Any, place: Path) -> None:
    service.answers = [streamed(Body(50_000_000))]
    tracemalloc.start()
    try:
        fetch(door, place)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
    assert place.stat().st_size > 50_000_000


def test_one_without_end_is_left_at_the_limit(door: Door, service: Any, place: Path) -> None:
    body = Body(float("inf"))
    service.answers = [streamed(body)]
    with pytest.raises(BadReply, match="larger than 200 MB"):
        fetch(door, place)
    assert body.given <= LIMIT + PROGRESS
    assert list(place.parent.iterdir()) == []
    assert len(service.requests) == 1


def test_one_that_says_it_is_too_large_is_not_begun(door: Door, service: Any, place: Path) -> None:
    body = Body(1)
    head = {"Content-Type": "application/pdf", "Content-Length": str(LIMIT + 1)}
    service.answers = [lambda: httpx.Response(200, stream=body, headers=head)]
    with pytest.raises(BadReply, match="larger than 200 MB"):
        fetch(door, place)
    assert body.given == 0


def test_a_large_one_may_take_longer_than_the_patience(
    door: Door, service: Any, clock: Any, place: Path
) -> None:
    start = clock.time
    service.answers = [streamed(Body(5_000_000, lambda: clock.sleep(5)))]
    fetch(door, place)
    assert clock.time - start > 4 * door.seconds
    assert place.exists()


def test_one_that_stalls_may_not(door: Door, service: Any, clock: Any, place: Path) -> None:
    start = clock.time
    service.answers = [streamed(Body(5_000_000, lambda: clock.sleep(10)))]
    with pytest.raises(Unreachable):
        fetch(door, place)
    assert clock.time - start < 5 * door.seconds
    assert list(place.parent.iterdir()) == []


def test_a_server_that_drips_is_hung_up_on(place: Path, tmp_path: Path) -> None:
    import socketserver
    import threading

    class Drip(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(4096)
            self.request.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.5"
            )
            ended = threading.Event()
            while not ended.wait(0.05):
                try:
                    self.request.sendall(b" ")
                except OSError:
                    return

    with (
        socketserver.ThreadingTCPServer(("127.0.0.1", 0), Drip) as server,
        Door(None, 0.5, tmp_path / "pace", clock=SystemClock()) as door,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/paper.pdf"
        with pytest.raises(Unreachable, match=r"within 0\.5 s"):
            fetch(door, place, url, Identifier(URL, url))
        server.shutdown()
    assert list(place.parent.iterdir()) == []


def test_a_connection_that_breaks_is_tried_again(door: Door, service: Any, place: Path) -> None:
    service.answers = [httpx.ReadError("reset"), httpx.Response(503), pdf()]
    fetch(door, place)
    assert place.read_bytes() == PAPER


def test_refusals_are_waited_out_as_they_ask(
    door: Door, service: Any, clock: Any, place: Path
) -> None:
    service.answers = [httpx.Response(429, headers={"Retry-After": "17"}), pdf()]
    start = clock.time
    fetch(door, place)
    assert clock.time - start >= 17
    assert len(service.requests) == 2


def test_arxiv_keeps_its_pace_over_redirects_too(door: Door, service: Any, place: Path) -> None:
    moved = httpx.Response(301, headers={"Location": "https://www.arxiv.org/pdf/2006.11239v2"})
    service.answers = [moved, pdf(), pdf()]
    fetch(door, place)
    fetch(door, place)
    gaps = [b - a for a, b in zip(service.started, service.started[1:], strict=False)]
    assert len(gaps) == 2
    assert min(gaps) >= 3


def test_a_redirect_does_not_lead_inside(door: Door, service: Any, place: Path) -> None:
    service.answers = [httpx.Response(302, headers={"Location": "http://10.0.0.1/x.pdf"}), pdf()]
    with pytest.raises(BadReply, match=r"10\.0\.0\.1"):
        fetch(door, place)
    assert len(service.requests) == 1


def test_offline_nothing_is_asked_or_made(service: Any, tmp_path: Path, place: Path) -> None:
    transport = httpx.MockTransport(service)
    with (
        Door(None, 60, tmp_path, offline=True, transport=transport) as door,
        pytest.raises(Offline),
    ):
        fetch(door, place)
    assert service.requests == []
    assert not place.parent.exists()


def test_an_outage_is_met_only_once(door: Door, service: Any, place: Path) -> None:
    service.answers = [httpx.Response(429)]
    downloads = Downloads(door, print)
    for number in range(3):
        with pytest.raises(RateLimited) as caught:
            downloads.fetch(ADDRESS, REF, "arXiv", place.with_name(f"{number}.pdf"))
        assert caught.value.source == "arXiv"
    assert len(service.requests) == 4
    service.answers = [pdf()]
    url = "https://example.org/x.pdf"
    downloads.fetch(url, Identifier(URL, url), "Example", place)
    assert place.exists()


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_an_interruption_leaves_nothing_half(
    door: Door, service: Any, place: Path, error: type[BaseException]
) -> None:
    def interrupt() -> None:
        raise error

    service.answers = [streamed(Body(1, interrupt))]
    with pytest.raises(error):
        fetch(door, place)
    assert list(place.parent.iterdir()) == []


KILLED = """\
import os, signal, sys
from pathlib import Path
import httpx
from diffkb.core.models import ARXIV, Identifier
from diffkb.sources.downloading import Downloads
from diffkb.sources.http import Door

def body():
    yield b"%PDF-1.5" + bytes(100_000)
    os.kill(os.getpid(), signal.SIGKILL)

answer = lambda _: httpx.Response(200, content=body(), headers={"Content-Type": "application/pdf"})
place = Path(sys.argv[1])
door = Door(None, 60, place.parent / "pace", transport=httpx.MockTransport(answer))
Downloads(door, print).fetch("https://a.org/x.pdf", Identifier(ARXIV, "2006.11239"), "A", place)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_process_leaves_what_the_next_one_clears_away(
    door: Door,
    service: Any,
    place: Path,
    run_python: Callable[..., subprocess.CompletedProcess[Any]],
) -> None:
    done = run_python("-c", KILLED, str(place))
    assert done.returncode == -9, done.stderr
    assert not place.exists()
    (left,) = place.parent.glob(".*")
    service.answers = [pdf()]
    fetch(door, place)
    assert left.exists(), "another process may still be at it"
    yesterday = time.time() - 90_000
    os.utime(left, (yesterday, yesterday))
    fetch(door, place)
    assert not left.exists()
    assert place.read_bytes() == PAPER


def test_where_nothing_can_be_written_nothing_is_asked(
    door: Door, service: Any, tmp_path: Path
) -> None:
    (tmp_path / "files").write_text("a file")
    service.answers = [pdf()]
    with pytest.raises(StorageError, match="cannot be written"):
        fetch(door, tmp_path / "files" / "x.pdf")
    assert service.requests == []

"""The door keeps what is inside in and what is large out, whatever the other side sends."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from typing import TYPE_CHECKING, Any

import httpcore
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkb.core.models import DOI, URL, Identifier
from diffkb.errors import BadReply, Unreachable
from diffkb.sources.addresses import is_public
from diffkb.sources.base import Reply, Request
from diffkb.sources.fetching import fetch_from
from diffkb.sources.http import Door
from diffkb.sources.unpacking import PIECE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

PAGE = (Identifier(URL, "https://example.org"),)
RECORD = (Identifier(DOI, "10.5555/kettle.1"),)
INSIDE = (
    "http://127.0.0.1:1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://010.0.0.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://192.0.2.1/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:a00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fec0::1]/",
    "http://[fc00::1]/",
    "http://[ff02::1]/",
    "http://localhost/",
    "http://LOCALHOST.:80/",
    "http://a.localhost/",
    "http://printer.local/",
    "http://metadata.google.internal/",
    "http://intranet/",
    "http://nas.lan/",
    "http://router.home.arpa/",
    "http://user:secret@127.0.0.1/",
    "http://example.org@127.0.0.1/",
    "http://127。0。0。1/",
    "http://%31%32%37.0.0.1/",
    "//127.0.0.1/",
)


def moved(target: str, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    raw = {name.encode(): text.encode() for name, text in ({"Location": target} | named).items()}
    return httpx.Response(302, headers=raw)


def ask(
    door: Door,
    url: str = "https://example.org/",
    *,
    refs: tuple[Identifier, ...] = PAGE,
    headers: Mapping[str, str] | None = None,
    limit: int = 1000,
) -> Reply:
    request = Request(url, (), refs, limit, headers or {})
    return door.ask(request, "Example", door.patience(), print)


@pytest.mark.parametrize("target", INSIDE)
def test_a_redirect_does_not_lead_inside(door: Door, service: Any, target: str) -> None:
    service.answers = [moved(target), httpx.Response(200)]
    with pytest.raises(BadReply):
        ask(door)
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1/", "http://intranet/", "https://[", "ftp://a.b/"]
)
def test_what_redirects_wrongly_is_not_asked_again(door: Door, service: Any, target: str) -> None:
    from diffkb.sources.web import SOURCE

    service.answers = [moved(target)]
    (found,) = fetch_from(SOURCE, PAGE, door, print).values()
    assert type(found) is BadReply
    assert len(service.requests) == 1


def test_it_does_not_lead_inside_by_a_detour(door: Door, service: Any) -> None:
    service.answers = [moved("https://a.example.org/"), moved("/b"), moved("http://10.0.0.1/")]
    with pytest.raises(BadReply, match=r"10\.0\.0\.1"):
        ask(door)
    assert len(service.requests) == 3


@pytest.mark.parametrize(
    "target",
    [
        "https://example.com/",
        "https://8.8.8.8/",
        "https://[2606:4700::1111]/",
        "https://xn--bcher-kva.example/",
        "https://bücher.example/",
        "https://a_b.example.org:8443/",
    ],
)
def test_a_redirect_may_lead_elsewhere_outside(door: Door, service: Any, target: str) -> None:
    service.answers = [moved(target), httpx.Response(200)]
    assert ask(door).status == 200


def test_inside_it_may_lead_on_inside(door: Door, service: Any) -> None:
    service.answers = [moved("http://10.0.0.2/"), httpx.Response(200)]
    assert ask(door, "http://wiki.local/").status == 200


@given(st.ip_addresses())
def test_an_address_is_public_only_if_all_of_it_is(address: Any) -> None:
    assert not is_public(str(address)) or address.is_global


@given(st.ip_addresses(v=4))
def test_an_address_inside_another_counts(address: Any) -> None:
    number = int(address)
    inside = [
        f"::ffff:{address}",
        f"64:ff9b::{address}",
        f"2002:{number >> 16:x}:{number & 65535:x}::",
    ]
    assert {is_public(one) for one in inside} == {is_public(str(address))}


class Stream(httpcore.MockStream):
    """A connection to an address, which answers the same each time, and notes what it is sent."""

    def __init__(self, answers: Iterable[bytes], address: str) -> None:
        super().__init__(list(answers))
        self.address = address
        self.sent = b""
        self.closed = False

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self.sent += buffer

    def close(self) -> None:
        self.closed = True

    def get_extra_info(self, info: str) -> Any:
        return (self.address, 80) if info == "server_addr" else None


class Network(httpcore.NetworkBackend):
    """A network of hosts, each with the connections that are made to it in turn."""

    def __init__(self, **hosts: list[Stream]) -> None:
        self.hosts = {name.replace("_", "."): list(streams) for name, streams in hosts.items()}

    def connect_tcp(self, host: str, *_: Any, **__: Any) -> httpcore.NetworkStream:
        return self.hosts[host].pop(0)


class Pool(httpx.BaseTransport):
    """What httpx does with the network, over one that is made up."""

    def __init__(self, network: Network, *, proxy: str | None = None) -> None:
        self.pool: Any = httpcore.ConnectionPool(network_backend=network)
        if proxy is not None:
            self.pool = httpcore.HTTPProxy(proxy, network_backend=network)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        asked = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=b"",
            extensions=request.extensions,
        )
        response = self.pool.handle_request(asked)
        content = response.read()
        return httpx.Response(response.status, headers=response.headers, content=content)


def redirect(target: str, *, last: bool = False) -> bytes:
    end = "Connection: close\r\n" if last else ""
    return f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n{end}\r\n".encode()


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
OUTSIDE = "93.184.215.14"


def test_a_name_that_means_an_address_inside_is_sent_nothing(tmp_path: Path) -> None:
    inside = Stream([OK], "127.0.0.1")
    network = Network(
        a_example_org=[Stream([redirect("http://b.example.org/")], OUTSIDE)], b_example_org=[inside]
    )
    with (
        Door(None, 60, tmp_path, transport=Pool(network)) as door,
        pytest.raises(BadReply, match=r"redirects to b\.example\.org"),
    ):
        ask(door, "http://a.example.org/")
    assert inside.closed
    assert inside.sent == b""


def test_a_name_that_comes_to_mean_another_address_is_sent_nothing(tmp_path: Path) -> None:
    inside = Stream([OK], "10.0.0.1")
    outside = Stream([redirect("http://a.example.org/x", last=True)], OUTSIDE)
    network = Network(a_example_org=[outside, inside])
    with (
        Door(None, 60, tmp_path, transport=Pool(network)) as door,
        pytest.raises(BadReply, match=r"redirects to a\.example\.org"),
    ):
        ask(door, "http://a.example.org/")
    assert outside.sent
    assert inside.sent == b""


def test_a_connection_inside_is_not_used_again_from_outside(tmp_path: Path) -> None:
    inside = Stream([OK, OK], "10.0.0.1")
    network = Network(
        wiki_example_org=[inside],
        a_example_org=[Stream([redirect("http://wiki.example.org/delete")], OUTSIDE)],
    )
    with Door(None, 60, tmp_path, transport=Pool(network)) as door:
        assert ask(door, "http://wiki.example.org/").status == 200
        with pytest.raises(BadReply, match=r"wiki\.example\.org"):
            ask(door, "http://a.example.org/")
    assert b"delete" not in inside.sent


def test_a_host_inside_may_lead_on_inside(tmp_path: Path) -> None:
    network = Network(
        wiki_example_org=[Stream([redirect("http://b.example.org/")], "10.0.0.1")],
        b_example_org=[Stream([OK], "10.0.0.2")],
    )
    with Door(None, 60, tmp_path, transport=Pool(network)) as door:
        assert ask(door, "http://wiki.example.org/").status == 200


@pytest.mark.parametrize(
    ("target", "is_followed"), [("http://b.example.org/", True), ("http://10.0.0.1/", False)]
)
def test_behind_a_proxy_names_are_its_business(
    tmp_path: Path, target: str, is_followed: bool
) -> None:
    first, second = Stream([redirect(target)], "127.0.0.1"), Stream([OK], "127.0.0.1")
    transport = Pool(Network(proxy=[first, second]), proxy="http://proxy:3128")
    with Door(None, 60, tmp_path, transport=transport) as door:
        if is_followed:
            assert ask(door, "http://a.example.org/").status == 200
        else:
            with pytest.raises(BadReply, match="not in the public network"):
                ask(door, "http://a.example.org/")
    assert (target.encode() in second.sent) == is_followed


@pytest.mark.parametrize(
    "url",
    ["https://ana:secret@example.org/", "https://ana@example.org/", "https://a@b:c@example.org/"],
)
def test_names_and_passwords_in_addresses_are_not_sent(door: Door, service: Any, url: str) -> None:
    service.answers = [moved(url.replace("org/", "org/b")), httpx.Response(200)]
    assert ask(door, url).url == "https://example.org/b"
    for request in service.requests:
        assert "authorization" not in request.headers
        assert not request.url.userinfo


def test_cookies_stay_with_their_host_and_their_question(door: Door, service: Any) -> None:
    cookie = "a=b; Domain=example.org; Path=/"
    service.answers = [
        moved("https://example.org/b", Set_Cookie=cookie),
        moved("https://c.example.org/", Set_Cookie=cookie),
        httpx.Response(200, headers={"Set-Cookie": cookie}),
    ]
    ask(door)
    service.answers = [httpx.Response(200)]
    ask(door)
    sent = [request.headers.get("cookie") for request in service.requests]
    assert sent == [None, "a=b", None, None]


def test_headers_of_a_request_stay_with_its_host(door: Door, service: Any) -> None:
    service.answers = [moved("/b"), moved("https://c.example.org/"), httpx.Response(200)]
    ask(door, headers={"X-Api-Key": "secret", "Accept": "text/html"})
    sent = [request.headers.get("x-api-key") for request in service.requests]
    assert sent == ["secret", "secret", None]
    assert {request.headers["accept"] for request in service.requests} == {"text/html"}


def test_only_a_page_may_lead_to_a_plain_connection(door: Door, service: Any) -> None:
    service.answers = [moved("http://example.org/b"), httpx.Response(200)]
    assert ask(door).url == "http://example.org/b"
    service.answers = [moved("http://example.org/b"), httpx.Response(200)]
    with pytest.raises(BadReply, match="anyone could change"):
        ask(door, refs=RECORD)
    service.answers = [moved("http://example.org/b"), httpx.Response(200)]
    assert ask(door, "http://example.org/", refs=RECORD).status == 200


@pytest.mark.parametrize(
    "target",
    ["http://example.org:99999999/", "https://ex ample.org/", "https://\x00/", "https://[/"],
)
def test_a_redirect_to_what_is_no_address_is_a_bad_reply(
    door: Door, service: Any, target: str
) -> None:
    service.answers = [moved(target), httpx.Response(200)]
    with pytest.raises(BadReply):
        ask(door)
    assert len(service.requests) == 1


def packed(content: bytes, coding: str) -> Any:
    return lambda: httpx.Response(
        200, headers={"Content-Encoding": coding}, stream=httpx.ByteStream(content)
    )


TEXT = b"words " * 100


@pytest.mark.parametrize(
    ("content", "coding"),
    [
        (gzip.compress(TEXT, mtime=0), "gzip"),
        (gzip.compress(TEXT, mtime=0), "X-GZip"),
        (gzip.compress(TEXT[:300], mtime=0) + gzip.compress(TEXT[300:], mtime=0), "gzip"),
        (gzip.compress(TEXT, mtime=0) + b"\0\0", "gzip"),
        (zlib.compress(TEXT), "deflate"),
        (TEXT, "identity"),
    ],
)
def test_what_is_packed_is_unpacked(door: Door, service: Any, content: bytes, coding: str) -> None:
    service.answers = [packed(content, coding)]
    assert ask(door).content == TEXT
    assert service.requests[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize(
    ("content", "coding"),
    [
        (gzip.compress(TEXT, mtime=0)[:-9], "gzip"),
        (gzip.compress(TEXT, mtime=0)[:20], "gzip"),
        (TEXT, "gzip"),
        (gzip.compress(gzip.compress(TEXT, mtime=0), mtime=0), "gzip, gzip"),
        (TEXT, "br"),
        (TEXT, "zstd"),
        (TEXT, "x" * 5000),
    ],
)
def test_what_cannot_be_unpacked_safely_is_a_bad_reply(
    door: Door, service: Any, content: bytes, coding: str
) -> None:
    service.answers = [packed(content, coding)]
    with pytest.raises(BadReply) as caught:
        ask(door)
    assert len(caught.value.message) < 200


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_nothing_is_packed_nothing(door: Door, service: Any, coding: str) -> None:
    service.answers = [packed(b"", coding)]
    assert ask(door).content == b""


def test_a_bomb_takes_no_more_memory_than_its_limit(door: Door, service: Any) -> None:
    service.answers = [packed(gzip.compress(bytes(100_000_000)), "gzip")]
    tracemalloc.start()
    try:
        with pytest.raises(BadReply, match="larger than 1 MB"):
            ask(door, limit=1_000_000)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000 + 8 * PIECE
    finally:
        tracemalloc.stop()


class Endless(httpx.SyncByteStream):
    """A body without end; `read` counts its bytes."""

    def __init__(self) -> None:
        self.read = 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.read += 65536
            yield bytes(65536)


def test_a_page_without_end_is_left_at_its_limit(door: Door, service: Any) -> None:
    body = Endless()
    service.answers = [lambda: httpx.Response(200, stream=body)]
    with pytest.raises(BadReply, match="larger than 1 MB"):
        ask(door, limit=1_000_000)
    assert body.read < 1_100_000


@pytest.mark.parametrize("seconds", [5.0, 29.0, 70.0])
def test_all_services_together_take_one_patience(
    door: Door, service: Any, clock: Any, seconds: float
) -> None:
    from diffkb.sources.openreview import SOURCE

    def stall(request: httpx.Request) -> httpx.Response:
        service.requests.append(request)
        timeout = request.extensions["timeout"]["read"]
        clock.time += min(seconds, timeout)
        raise httpx.ReadTimeout("")

    start = clock.time
    door._transport = httpx.MockTransport(stall)  # noqa: SLF001 - the fixture's answers by turn
    refs = [ref for example in SOURCE.examples if (ref := SOURCE.match(example))]
    found = fetch_from(SOURCE, refs, door, print)
    assert {type(one) for one in found.values()} == {Unreachable}
    assert clock.time - start <= 60.1
    assert len({request.url.host for request in service.requests}) == 3

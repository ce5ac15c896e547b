"""The door to the network: the one place where requests leave, at the pace services ask for."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import quote, urljoin, urlsplit

import diffkb
from diffkb.core.models import URL
from diffkb.errors import BadReply, Offline, Unreachable
from diffkb.sources.addresses import host_of, is_public, origin_of, scheme_of, without_user
from diffkb.sources.base import Reply
from diffkb.sources.pace import Clock, Pace, SystemClock, rule_of
from diffkb.sources.unpacking import unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import httpx

    from diffkb.sources.base import Request
    from diffkb.sources.cache import Cache

    # Takes the beginning of an answer and its pieces, and returns what is kept as its content.
    Receive = Callable[[Reply, Iterator[bytes]], bytes]

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
REDIRECTS = 5
REDIRECTING = frozenset({301, 302, 303, 307, 308})
# What arrives within one patience does not stall.
PROGRESS = 1_000_000


class Patience:
    """The seconds a source may still take; waiting for one's turn does not use them up."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock.monotonic() + seconds

    def left(self) -> float:
        """Returns the seconds that are left."""
        return self._end - self._clock.monotonic()

    def renew(self) -> None:
        """Gives all of it again."""
        self._end = self._clock.monotonic() + self.seconds

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Lets the block take its time."""
        start = self._clock.monotonic()
        try:
            yield
        finally:
            self._end += self._clock.monotonic() - start


class Unchanging(BadReply):
    """An answer that would be the same if it were asked for again."""


class TooLarge(Unchanging):
    """An answer that was not read to its end because it is too large."""


class Door:
    """One client for all sources, made when first needed; close it, or use it as a context.

    Args:
        user_agent_contact: an address that services may write to, or None.
        patience: the seconds a source may take for one request with its retries.
        pace_folder: where the locks lie that all processes of the user share.
        offline: whether to refuse every request.
        cache: answers that need not be asked for again, or None.
        transport: takes the place of the network in tests.
        clock: takes the place of the system's time in tests.
    """

    def __init__(
        self,
        user_agent_contact: str | None,
        patience: float,
        pace_folder: Path,
        *,
        offline: bool = False,
        cache: Cache | None = None,
        transport: httpx.BaseTransport | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.clock = clock or SystemClock()
        self.offline = offline
        self.cache = cache
        self._contact = user_agent_contact
        self._seconds = patience
        self._folder = pace_folder
        self._transport = transport
        self._client: httpx.Client | None = None
        self._sockets: list[Any] = []
        self._is_direct = False
        # Hosts that were seen to lie at an address of a private network.
        self._private: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections; the door opens again when needed."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def open(self, source: str) -> httpx.Client:
        """Returns the client, made on first use.

        Args:
            source: the name of the service that is to be asked, for errors.

        Raises:
            Offline: the door is to stay shut.
            Unreachable: a proxy or certificate set in the environment cannot be used.
        """
        if self.offline:
            raise Offline(source)
        if self._client is None:
            import httpx

            try:
                self._client = httpx.Client(
                    transport=self._transport,
                    headers={"User-Agent": self.user_agent, "Accept-Encoding": "gzip"},
                    limits=httpx.Limits(max_connections=1),
                    follow_redirects=False,
                )
            except (OSError, ValueError, ImportError, httpx.InvalidURL) as error:
                why = f"the proxy or the certificates set for this system are no good ({error})"
                raise Unreachable(source, why) from error
        return self._client

    def patience(self, seconds: float | None = None) -> Patience:
        """Returns the patience for one request with its retries, which begins now.

        Args:
            seconds: how long it lasts, where others took some of it.
        """
        return Patience(self.seconds if seconds is None else seconds, self.clock)

    @property
    def seconds(self) -> float:
        """The seconds a source may take."""
        return self._seconds

    @property
    def user_agent(self) -> str:
        """The name diffkb gives itself, with the contact."""
        name = f"diffkb/{diffkb.__version__}"
        if not self._contact:
            return name
        contact = quote(self._contact.removeprefix("mailto:"), safe="@+:/?=&")
        return f"{name} (mailto:{contact})"

    def ask(
        self,
        request: Request,
        source: str,
        patience: Patience,
        report: Callable[[str], None],
        receive: Receive | None = None,
    ) -> Reply:
        """Sends one request, follows its redirects, and reads the answer to its end.

        Every hop waits for the turn at its own host. A redirect never leads from a public address
        to one that is none, and none makes the line to a service plain. Name and password in an
        address are not sent; cookies and the request's headers do not leave their host.

        Args:
            request: what to ask.
            source: the name of the service, for errors.
            patience: when to give up; what is over ends the request, however slowly it drips.
            report: is told when the turn is long in coming.
            receive: takes what is too large to be held, the bodies of redirects too. Patience
                then begins anew with each answer, and with each megabyte of it.

        Raises:
            Offline: the door is shut.
            Unreachable: the connection failed, broke, or took too long.
            BadReply: the answer is too large, cannot be unpacked, or redirects in vain.
            StorageError: the pace cannot be kept.
        """
        client = self.open(source)
        client.cookies.clear()
        step = _Step(without_user(request.url), request.params, dict(request.headers))
        for _ in range(1 + REDIRECTS):
            with self._turn(step.url, patience, report), _translated(source, patience):
                reply = self._exchange(request, step, source, patience, receive)
            if reply.status not in REDIRECTING or "location" not in reply.headers:
                return reply
            if request.content:
                raise Unchanging(source, "it redirects a question that has a body")
            before, step = step, self._next(step, reply, request, source)
            if origin_of(before.url) != origin_of(step.url):
                client.cookies.clear()
        raise Unchanging(source, f"it redirects more than {REDIRECTS} times")

    def _next(self, step: _Step, reply: Reply, request: Request, source: str) -> _Step:
        """Returns the step that a redirect asks for.

        Raises:
            Unchanging: it must not be made.
        """
        target = without_user(_target(reply, source))
        public = self._is_public(step.url)
        if public and not self._is_public(target):
            raise _not_public(source, target)
        is_page = all(ref.scheme == URL for ref in request.refs)
        if not is_page and scheme_of(step.url) == "https" and scheme_of(target) == "http":
            raise Unchanging(source, "it redirects to a connection that anyone could change")
        is_same = origin_of(step.url) == origin_of(target)
        headers = {
            name: value
            for name, value in step.headers.items()
            if is_same or name.lower() == "accept"
        }
        return _Step(target, (), headers, public)

    def _is_public(self, url: str) -> bool:
        """Says whether a host is public by its name, and by its address where that is known."""
        host = host_of(url)
        return is_public(host) and host not in self._private

    @contextmanager
    def _turn(self, url: str, patience: Patience, report: Callable[[str], None]) -> Iterator[None]:
        """Holds the turn at the host of `url`, if that host has a pace."""
        rule = rule_of(urlsplit(url).hostname or "")
        with ExitStack() as turn:
            if rule is not None:
                with patience.paused():
                    turn.enter_context(Pace(self._folder, rule, self.clock).turn(report))
            yield

    def _exchange(
        self,
        request: Request,
        step: _Step,
        source: str,
        patience: Patience,
        receive: Receive | None,
    ) -> Reply:
        """Sends one request and reads its answer, or has it received."""
        import httpx

        left = max(patience.left(), 0.1)
        timeout = httpx.Timeout(min(READ_SECONDS, left), connect=min(CONNECT_SECONDS, left))
        with (
            self._deadline(left, patience) as renew,
            self.open(source).stream(
                request.method,
                step.url,
                params=step.params or None,
                content=request.content or None,
                headers=step.headers,
                timeout=timeout,
                extensions={"trace": partial(self._watch, step, source)},
            ) as response,
        ):
            headers = {name.lower(): value for name, value in response.headers.items()}
            reply = Reply(response.status_code, headers, b"", str(response.url))
            pieces = _bounded(unpacked(response, source), request.limit, source, patience)
            if receive is None:
                return replace(reply, content=b"".join(pieces))
            return replace(reply, content=receive(reply, _renewing(pieces, renew)))

    def _watch(self, step: _Step, source: str, event: str, info: Mapping[str, Any]) -> None:
        """Follows how a connection is made, and ends one that leads where it must not.

        Through a proxy it is made to another host. Elsewhere the address it was made to is known
        only now: a name may mean another one each time it is looked up.

        Raises:
            Unchanging: a redirect leads to an address that is not public.
        """
        if event.endswith("connect_tcp.started"):
            self._is_direct = info["host"] == host_of(step.url)
        elif event.endswith(("connect_tcp.complete", "start_tls.complete")):
            stream = info["return_value"]
            self._sockets = [*self._sockets[-1:], stream.get_extra_info("socket")]
            if self._is_direct and not is_public(str(stream.get_extra_info("server_addr")[0])):
                self._private.add(host_of(step.url))
                if step.public:
                    stream.close()
                    raise _not_public(source, step.url)

    @contextmanager
    def _deadline(self, seconds: float, patience: Patience) -> Iterator[Callable[[], None]]:
        """Ends the connection after that time: httpx limits each read, a server may drip.

        Gives what puts that off by all of the patience.
        """
        with ExitStack() as timers:

            def start(seconds: float) -> None:
                timer = threading.Timer(seconds, self._hang_up)
                timer.daemon = True
                timer.start()
                timers.callback(timer.cancel)

            def renew() -> None:
                timers.close()
                patience.renew()
                start(patience.seconds)

            start(seconds)
            yield renew

    def _hang_up(self) -> None:
        """Shuts the sockets down, which wakes whoever reads from them."""
        import socket

        for one in self._sockets:
            with suppress(OSError, TypeError):
                # Past the method of TLS sockets, which is not meant for two threads.
                socket.socket.shutdown(one, socket.SHUT_RDWR)


class _Step(NamedTuple):
    """One request on the way along redirects; `public` if an earlier one was to a public host."""

    url: str
    params: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    public: bool = False


def _not_public(source: str, url: str) -> Unchanging:
    """Makes the error for a redirect out of the public network."""
    return Unchanging(source, f"it redirects to {host_of(url)}, which is not in the public network")


def _bounded(
    chunks: Iterator[bytes], limit: int, source: str, patience: Patience
) -> Iterator[bytes]:
    """Yields the chunks while there is patience.

    Raises:
        TooLarge: they are more than `limit` bytes together.
        httpx.ReadTimeout: patience is over.
    """
    import httpx

    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise TooLarge(source, f"it is larger than {limit // 1_000_000} MB")
        yield chunk
        if patience.left() <= 0:
            break
    # Hung up on, an answer of unknown length seems to end.
    if patience.left() <= 0:
        raise httpx.ReadTimeout("")


def _renewing(chunks: Iterator[bytes], renew: Callable[[], None]) -> Iterator[bytes]:
    """Yields the chunks, and calls `renew` at the beginning and as often as there is progress."""
    renew()
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size >= PROGRESS:
            renew()
            size = 0
        yield chunk


def _target(reply: Reply, source: str) -> str:
    """Returns where a redirect leads.

    Raises:
        Unchanging: to what is no http(s) address.
    """
    try:
        target = urljoin(reply.url, reply.headers["location"])
        parts = urlsplit(target)
        parts.port  # noqa: B018 - it is read, and may be none, only here
    except ValueError as error:
        raise Unchanging(source, "it redirects to what is no address") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Unchanging(source, f"it redirects to {parts.scheme or 'nowhere'}, which is not http")
    return target


@contextmanager
def _translated(source: str, patience: Patience) -> Iterator[None]:
    """Turns the errors of httpx into those of diffkb.

    Raises:
        Unreachable: the connection failed, broke, or took too long.
        BadReply: the answer cannot be unpacked, or redirects to what is no address.
    """
    import httpx

    try:
        yield
    except (httpx.DecodingError, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise BadReply(source, str(error)) from error
    except httpx.TimeoutException as error:
        raise Unreachable(source, _too_slow(error, patience)) from error
    except httpx.TransportError as error:
        # httpx reads the targets of redirects, even of those it does not follow.
        if "location header" in str(error):
            raise Unchanging(source, "it redirects to what is no address") from error
        if patience.left() <= 0:
            raise Unreachable(source, _too_slow(error, patience)) from error
        raise Unreachable(source, _plain(error)) from error
    except (ValueError, OverflowError) as error:
        raise Unchanging(source, "that is no address on the network") from error


def _too_slow(error: Exception, patience: Patience) -> str:
    """Says how long it took."""
    import httpx

    if isinstance(error, httpx.ConnectTimeout):
        return "the connection takes too long"
    if patience.left() <= 0:
        return f"no whole answer within {patience.seconds:g} s"
    return f"no answer for {READ_SECONDS:.0f} s"


def _plain(error: Exception) -> str:
    """Says what happened in words; the libraries' own are about sockets and protocols."""
    import httpx

    if isinstance(error, httpx.ProxyError):
        return f"the proxy refuses ({error})"
    if isinstance(error, httpx.ConnectError):
        return f"no connection ({error})"
    return "the connection broke off"

"""The door to the network: the one place where requests leave, at the pace services ask for."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urljoin, urlsplit

import diffkb
from diffkb.errors import BadReply, Offline, Unreachable
from diffkb.sources.base import Reply
from diffkb.sources.pace import Clock, Pace, SystemClock, rule_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import httpx

    from diffkb.sources.base import Request

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
REDIRECTS = 5
REDIRECTING = frozenset({301, 302, 303, 307, 308})


class Patience:
    """The seconds a source may still take; waiting for one's turn does not use them up."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock.monotonic() + seconds

    def left(self) -> float:
        """Returns the seconds that are left."""
        return self._end - self._clock.monotonic()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Lets the block take its time."""
        start = self._clock.monotonic()
        try:
            yield
        finally:
            self._end += self._clock.monotonic() - start


class TooLarge(BadReply):
    """An answer that was not read to its end because it is too large."""


class Door:
    """One client for all sources, made when first needed; close it, or use it as a context.

    Args:
        user_agent_contact: an address that services may write to, or None.
        patience: the seconds a source may take for one request with its retries.
        pace_folder: where the locks lie that all processes of the user share.
        offline: whether to refuse every request.
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
        transport: httpx.BaseTransport | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.clock = clock or SystemClock()
        self.offline = offline
        self._contact = user_agent_contact
        self._seconds = patience
        self._folder = pace_folder
        self._transport = transport
        self._client: httpx.Client | None = None
        self._sockets: list[Any] = []

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
                    headers={"User-Agent": self.user_agent},
                    limits=httpx.Limits(max_connections=1),
                    follow_redirects=False,
                )
            except (OSError, ValueError, ImportError, httpx.InvalidURL) as error:
                why = f"the proxy or the certificates set for this system are no good ({error})"
                raise Unreachable(source, why) from error
        return self._client

    def patience(self) -> Patience:
        """Returns the patience for one request with its retries, which begins now."""
        return Patience(self._seconds, self.clock)

    @property
    def user_agent(self) -> str:
        """The name diffkb gives itself, with the contact."""
        name = f"diffkb/{diffkb.__version__}"
        if not self._contact:
            return name
        contact = quote(self._contact.removeprefix("mailto:"), safe="@+:/?=&")
        return f"{name} (mailto:{contact})"

    def ask(
        self, request: Request, source: str, patience: Patience, report: Callable[[str], None]
    ) -> Reply:
        """Sends one request, follows its redirects, and reads the answer to its end.

        Every hop waits for the turn at its own host.

        Args:
            request: what to ask.
            source: the name of the service, for errors.
            patience: when to give up; what is over ends the request, however slowly it drips.
            report: is told when the turn is long in coming.

        Raises:
            Offline: the door is shut.
            Unreachable: the connection failed, broke, or took too long.
            BadReply: the answer is too large, cannot be unpacked, or redirects in vain.
            StorageError: the pace cannot be kept.
        """
        self.open(source)
        url, params = request.url, request.params
        for _ in range(1 + REDIRECTS):
            with self._turn(url, patience, report), _translated(source, patience):
                reply = self._exchange(request, url, params, source, patience)
            if reply.status not in REDIRECTING or "location" not in reply.headers:
                return reply
            url, params = _target(reply, source), ()
        raise BadReply(source, f"it redirects more than {REDIRECTS} times")

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
        url: str,
        params: tuple[tuple[str, str], ...],
        source: str,
        patience: Patience,
    ) -> Reply:
        """Sends one request and reads its answer."""
        import httpx

        left = max(patience.left(), 0.1)
        timeout = httpx.Timeout(min(READ_SECONDS, left), connect=min(CONNECT_SECONDS, left))
        with (
            self._deadline(left),
            self.open(source).stream(
                request.method,
                url,
                params=params or None,
                headers=request.headers,
                timeout=timeout,
                extensions={"trace": self._remember_socket},
            ) as response,
        ):
            content = b"".join(_bounded(response.iter_bytes(), request.limit, source, patience))
            # Hung up on, an answer of unknown length seems to end.
            if patience.left() <= 0:
                raise httpx.ReadTimeout("")
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status_code, headers, content, str(response.url))

    def _remember_socket(self, event: str, info: Mapping[str, Any]) -> None:
        """Notes the socket of a connection that was just made."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._sockets = [*self._sockets[-1:], info["return_value"].get_extra_info("socket")]

    @contextmanager
    def _deadline(self, seconds: float) -> Iterator[None]:
        """Ends the connection after that time: httpx limits each read, a server may drip."""
        timer = threading.Timer(seconds, self._hang_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _hang_up(self) -> None:
        """Shuts the sockets down, which wakes whoever reads from them."""
        import socket

        for one in self._sockets:
            with suppress(OSError, TypeError):
                # Past the method of TLS sockets, which is not meant for two threads.
                socket.socket.shutdown(one, socket.SHUT_RDWR)


def _bounded(
    chunks: Iterator[bytes], limit: int, source: str, patience: Patience
) -> Iterator[bytes]:
    """Yields the chunks while there is patience.

    Raises:
        TooLarge: they are more than `limit` bytes together.
    """
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise TooLarge(source, f"it is larger than {limit // 1_000_000} MB")
        yield chunk
        if patience.left() <= 0:
            return


def _target(reply: Reply, source: str) -> str:
    """Returns where a redirect leads.

    Raises:
        BadReply: to what is no http(s) address.
    """
    try:
        target = urljoin(reply.url, reply.headers["location"])
        parts = urlsplit(target)
    except ValueError as error:
        raise BadReply(source, "it redirects to what is no address") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadReply(source, f"it redirects to {parts.scheme or 'nowhere'}, which is not http")
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
        if patience.left() <= 0:
            raise Unreachable(source, _too_slow(error, patience)) from error
        raise Unreachable(source, _plain(error)) from error
    except UnicodeError as error:
        raise BadReply(source, "it redirects to what is no address") from error


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

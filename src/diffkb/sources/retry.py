"""When to ask again: which refusals pass, how long to wait, and when to stop."""

from __future__ import annotations

import math
import re
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from diffkb.errors import BadReply, RateLimited, TurnedAway, Unreachable
from diffkb.sources.http import Unchanging

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tenacity import RetryCallState

    from diffkb.errors import SourceError
    from diffkb.sources.base import Reply
    from diffkb.sources.http import Patience
    from diffkb.sources.pace import Clock

T = TypeVar("T")

TRIES = 4
# Without a network nothing changes within seconds, and people wait for this.
TRIES_WITHOUT_CONNECTION = 3
TRIES_OF_BAD_REPLIES = 3
# Going on after a refusal counts as an attack: https://info.arxiv.org/help/robots.html
TRIES_WHEN_BLOCKED = 2
BLOCKING = frozenset({401, 403, 418, 451})
FIRST_WAIT = 3.0


class Refused(Exception):
    """A try that failed, and what it says about the next one; it never leaves this room.

    Attributes:
        error: what people are told if it was the last.
        tries: how many there may be in all.
        wait: the seconds the service asked to wait, or None.
        everywhere: whether it is certain to hold for all that the host is asked.
    """

    def __init__(
        self,
        error: SourceError,
        tries: int = TRIES,
        wait: float | None = None,
        *,
        everywhere: bool = False,
    ) -> None:
        super().__init__(error.message)
        self.error = error
        self.tries = tries
        self.wait = wait
        self.everywhere = everywhere


@contextmanager
def refusing(source: str) -> Iterator[None]:
    """Makes of what a try ended with what it says about the next one.

    Raises:
        Refused: the block raised Unreachable or BadReply.
    """
    try:
        yield
    except Unreachable as error:
        raise Refused(error, TRIES_WITHOUT_CONNECTION, everywhere=True) from error
    except Unchanging as error:
        raise Refused(BadReply(source, error.why), tries=1) from error
    except BadReply as error:
        raise Refused(error, TRIES_OF_BAD_REPLIES) from error


def check_status(
    reply: Reply, source: str, clock: Clock, *, refuses_programs: bool = False
) -> None:
    """Refuses an answer that is about the state of the service, not about the question.

    Args:
        reply: of any status.
        source: the name of the service.
        clock: tells how far away a date is.
        refuses_programs: whether the service is known to turn programs away.

    Raises:
        Refused: with RateLimited, Unreachable or TurnedAway.
    """
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS or _is_used_up(reply):
        raise Refused(RateLimited(source), wait=retry_after(reply, clock), everywhere=True)
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        error = Unreachable(source, f"it is out of order (status {reply.status})")
        raise Refused(error, wait=retry_after(reply, clock))
    if reply.status in BLOCKING:
        if refuses_programs:
            raise Refused(TurnedAway(source, reply.status), tries=1)
        error = Unreachable(source, f"it refuses this address for now (status {reply.status})")
        raise Refused(error, TRIES_WHEN_BLOCKED)


def _is_used_up(reply: Reply) -> bool:
    """Says whether a refusal is about the number of requests, as GitHub's are.

    See https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api.
    """
    left = reply.headers.get("x-ratelimit-remaining", "").strip()
    return reply.status in BLOCKING and left == "0"


def retry_after(reply: Reply, clock: Clock) -> float | None:
    """Returns the seconds a service asks to wait; 0, the past and nonsense ask for nothing.

    Both forms of https://www.rfc-editor.org/rfc/rfc9110#field.retry-after are read, and the time
    at which a number of requests begins anew.
    """
    value = reply.headers.get("retry-after", "").strip()
    in_seconds = re.fullmatch(r"[0-9]+", value)
    seconds = float(value) if in_seconds else _date(value) - clock.now()
    reset = reply.headers.get("x-ratelimit-reset", "").strip()
    if not value and _is_used_up(reply) and re.fullmatch(r"[0-9]{1,12}", reset):
        seconds = float(reset) - clock.now()
    return seconds if seconds > 0 else None


def _date(value: str) -> float:
    """Reads a date of HTTP; what is none lies in the past."""
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(value).timestamp()
    except (TypeError, ValueError, OverflowError, OSError):
        return -math.inf


def persist(
    ask: Callable[[], T], patience: Patience, clock: Clock, report: Callable[[str], None]
) -> T:
    """Asks until there is an answer, the tries are used up, or patience would run out.

    Waits 3 s, then twice as long each time, or as long as the service says.

    Args:
        ask: raises Refused for a try that failed.
        patience: holds for all tries together, waits included.
        clock: waits.
        report: is told before each wait.

    Raises:
        Refused: the last try failed so.
    """
    from tenacity import Retrying, retry_if_exception_type, wait_exponential, wait_random

    growing = wait_exponential(multiplier=FIRST_WAIT) + wait_random(0, 1)

    def wait(state: RetryCallState) -> float:
        return max(growing(state), _refusal(state).wait or 0.0)

    def stop(state: RetryCallState) -> bool:
        out_of_tries = state.attempt_number >= _refusal(state).tries
        return out_of_tries or state.upcoming_sleep >= patience.left()

    def announce(state: RetryCallState) -> None:
        report(_announcement(_refusal(state), state.attempt_number + 1, state.upcoming_sleep))

    retrying = Retrying(
        sleep=clock.sleep,
        retry=retry_if_exception_type(Refused),
        wait=wait,
        stop=stop,
        before_sleep=announce,
        reraise=True,
    )
    return retrying(ask)


def _refusal(state: RetryCallState) -> Refused:
    """Returns what the last try failed with."""
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, Refused):
        raise TypeError(error)
    return error


def _announcement(refused: Refused, number: int, seconds: float) -> str:
    """Says that and when a request is tried again."""
    error = refused.error
    what = error.message
    if isinstance(error, RateLimited):
        what = f"{error.source} is limiting requests"
    elif isinstance(error, BadReply):
        what = f"{error.source} sent no usable answer ({error.why})"
    return f"{what}; trying again in {math.ceil(seconds)} s ({number} of {refused.tries})"

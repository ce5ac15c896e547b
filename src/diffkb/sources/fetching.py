"""Asking one source: each request with its retries, and an outage that is met only once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from diffkb.core.identifiers import work
from diffkb.core.models import Candidate
from diffkb.errors import BadReply, Offline, SourceError, StorageError, UnknownWork, Unreachable
from diffkb.sources.base import NO_ADDRESSES
from diffkb.sources.http import TooLarge
from diffkb.sources.retry import (
    TRIES,
    TRIES_OF_BAD_REPLIES,
    TRIES_WITHOUT_CONNECTION,
    Refused,
    check_status,
    persist,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from diffkb.core.models import Identifier
    from diffkb.errors import DiffkbError
    from diffkb.sources.base import Addresses, Outcome, Request, Route, Source
    from diffkb.sources.http import Door, Patience


def fetch_from(
    source: Source,
    refs: Sequence[Identifier],
    door: Door,
    report: Callable[[str], None],
    urls: Addresses = NO_ADDRESSES,
) -> dict[Identifier, Outcome]:
    """Asks a source for works: each of its routes for what those before could not say.

    Args:
        source: whom to ask.
        refs: identifiers of works that the source answers for.
        door: the way to the network.
        report: is told of waits.
        urls: the address a person gave for a work.

    Returns:
        By identifier without version, what the source says, or why it says nothing. Of several
        reasons that of the first route counts, but what does not exist is unknown.
    """
    outcomes: dict[Identifier, Outcome] = {}
    left = list(refs)
    for route in source.routes:
        for ref, outcome in _ask(route, left, door, report, urls).items():
            outcomes[ref] = _better(outcomes.get(ref), outcome, decides=route.decides)
        left = [ref for ref in left if _is_open(outcomes.get(work(ref)), decides=route.decides)]
        if not left:
            break
    return outcomes


def _better(known: Outcome | None, new: Outcome, *, decides: bool) -> Outcome:
    """Returns what counts of what two routes say of a work."""
    if known is None or isinstance(new, Candidate):
        return new
    return new if decides and isinstance(new, UnknownWork) else known


def _is_open(outcome: Outcome | None, *, decides: bool) -> bool:
    """Says whether the next route is to be asked about a work."""
    if isinstance(outcome, UnknownWork):
        return not decides
    return not isinstance(outcome, Candidate | StorageError | Offline)


def _ask(
    route: Route,
    refs: Sequence[Identifier],
    door: Door,
    report: Callable[[str], None],
    urls: Addresses,
) -> dict[Identifier, Outcome]:
    """Asks one service.

    A request that fails after all its tries fails those after it at the same host, unasked: an
    outage takes one patience, not one for every hundred works.
    """
    outcomes: dict[Identifier, Outcome] = {}
    failures: dict[str, DiffkbError] = {}
    for request in route.requests(refs, urls):
        host = urlsplit(request.url).hostname or ""
        if host not in failures:
            try:
                outcomes |= _answer(route, request, door, report)
                continue
            except (SourceError, StorageError) as error:
                failures[host] = error
        outcomes |= {work(ref): _about(ref, failures[host]) for ref in request.refs}
    return outcomes


def _about(ref: Identifier, error: DiffkbError) -> DiffkbError:
    """Copies an error for one of the works it concerns, so that each can be told of by itself."""
    copy = type(error).__new__(type(error), *error.args)
    copy.__dict__.update(error.__dict__)
    copy.ref = str(ref)
    copy.__cause__ = error.__cause__
    return copy


def _answer(
    route: Route, request: Request, door: Door, report: Callable[[str], None]
) -> dict[Identifier, Outcome]:
    """Asks one question as often as makes sense.

    Raises:
        SourceError: there is no usable answer.
        StorageError: the pace cannot be kept.
    """
    # What keeps the door shut does not change by asking again.
    door.open(route.name)
    patience = door.patience()
    return persist(
        lambda: _try(route, request, door, patience, report), patience, door.clock, report
    )


def _try(
    route: Route,
    request: Request,
    door: Door,
    patience: Patience,
    report: Callable[[str], None],
) -> dict[Identifier, Outcome]:
    """Asks one question once.

    Raises:
        Refused: there is no usable answer.
        StorageError: the pace cannot be kept.
    """
    try:
        reply = door.ask(request, route.name, patience, report)
    except Unreachable as error:
        raise Refused(error, TRIES_WITHOUT_CONNECTION) from error
    except TooLarge as error:
        raise Refused(BadReply(route.name, error.why), tries=1) from error
    except BadReply as error:
        raise Refused(error, TRIES_OF_BAD_REPLIES) from error
    check_status(reply, route.name, door.clock)
    try:
        return route.parse(reply, request.refs)
    except BadReply as error:
        raise Refused(error, TRIES_OF_BAD_REPLIES) from error
    except SourceError as error:
        raise Refused(error, TRIES) from error

"""Asking one source: each request with its retries, and an outage that is met only once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.core.identifiers import work
from diffkb.errors import BadReply, SourceError, StorageError, Unreachable
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
    from diffkb.sources.base import Outcome, Request, Source
    from diffkb.sources.http import Door, Patience


def fetch_from(
    source: Source, refs: Sequence[Identifier], door: Door, report: Callable[[str], None]
) -> dict[Identifier, Outcome]:
    """Asks one source for works.

    A request that fails after all its tries fails those after it, unasked: an outage takes one
    patience, not one for every hundred works.

    Args:
        source: whom to ask.
        refs: identifiers of works that the source knows.
        door: the way to the network.
        report: is told of waits.

    Returns:
        By identifier without version, what the source says, or why it says nothing.
    """
    outcomes: dict[Identifier, Outcome] = {}
    failure: DiffkbError | None = None
    for request in source.requests(refs):
        if failure is None:
            try:
                outcomes |= _answer(source, request, door, report)
                continue
            except (SourceError, StorageError) as error:
                failure = error
        outcomes |= {work(ref): _about(ref, failure) for ref in request.refs}
    return outcomes


def _about(ref: Identifier, error: DiffkbError) -> DiffkbError:
    """Copies an error for one of the works it concerns, so that each can be told of by itself."""
    copy = type(error).__new__(type(error), *error.args)
    copy.__dict__.update(error.__dict__)
    copy.ref = str(ref)
    copy.__cause__ = error.__cause__
    return copy


def _answer(
    source: Source, request: Request, door: Door, report: Callable[[str], None]
) -> dict[Identifier, Outcome]:
    """Asks one question as often as makes sense.

    Raises:
        SourceError: there is no usable answer.
        StorageError: the pace cannot be kept.
    """
    # What keeps the door shut does not change by asking again.
    door.open(source.name)
    patience = door.patience()
    return persist(
        lambda: _try(source, request, door, patience, report), patience, door.clock, report
    )


def _try(
    source: Source,
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
        reply = door.ask(request, source.name, patience, report)
    except Unreachable as error:
        raise Refused(error, TRIES_WITHOUT_CONNECTION) from error
    except TooLarge as error:
        raise Refused(BadReply(source.name, error.why), tries=1) from error
    except BadReply as error:
        raise Refused(error, TRIES_OF_BAD_REPLIES) from error
    check_status(reply, source.name, door.clock)
    try:
        return source.parse(reply, request.refs)
    except BadReply as error:
        raise Refused(error, TRIES_OF_BAD_REPLIES) from error
    except SourceError as error:
        raise Refused(error, TRIES) from error

"""Asking one source: each request with its retries, and an outage that is met only once."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from diffkb.core.identifiers import work
from diffkb.core.models import URL, Candidate
from diffkb.errors import (
    Offline,
    RateLimited,
    SourceError,
    StorageError,
    UnknownWork,
)
from diffkb.sources.base import NO_ADDRESSES
from diffkb.sources.cache import validators
from diffkb.sources.retry import (
    TRIES,
    Refused,
    check_status,
    persist,
    refusing,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from diffkb.core.models import Identifier
    from diffkb.errors import DiffkbError
    from diffkb.sources.base import Addresses, Outcome, Reply, Request, Route, Source
    from diffkb.sources.http import Door, Patience


# The share of the patience that is kept for each of the services that are asked after one.
KEPT = 1 / 6
# Twice in a row it is the service, not the work that was asked about.
IN_A_ROW = 2


def fetch_from(
    source: Source,
    refs: Sequence[Identifier],
    door: Door,
    report: Callable[[str], None],
    urls: Addresses = NO_ADDRESSES,
) -> dict[Identifier, Outcome]:
    """Asks a source for works; `settle` with all that it yields, in the order of `refs`."""
    found = dict(settle(source, refs, door, report, urls))
    return {key: found[key] for key in map(work, refs) if key in found}


def settle(
    source: Source,
    refs: Sequence[Identifier],
    door: Door,
    report: Callable[[str], None],
    urls: Addresses = NO_ADDRESSES,
) -> Iterator[tuple[Identifier, Outcome]]:
    """Asks a source for works: each of its routes for what those before could not say.

    All routes together take no longer for a work than the door's patience.

    Args:
        source: whom to ask.
        refs: identifiers of works that the source answers for.
        door: the way to the network.
        report: is told of waits.
        urls: the address a person gave for a work.

    Yields:
        Each identifier without version, with what the source says as soon as it is certain, or
        why it says nothing. Of several reasons that of the first route counts, but what does not
        exist is unknown.
    """
    outcomes: dict[Identifier, Outcome] = {}
    left = list(refs)
    spent: dict[Identifier, float] = {}
    for others, route in zip(reversed(range(len(source.routes))), source.routes, strict=True):
        asking = _Asking(route, door, report, door.seconds * (1 - KEPT * others), spent)
        for ref, outcome in asking.ask(left, urls):
            outcomes[ref] = _better(outcomes.get(ref), outcome, decides=route.decides)
            if not _is_open(outcomes[ref], decides=route.decides):
                yield ref, outcomes[ref]
        left = [ref for ref in left if _is_open(outcomes.get(work(ref)), decides=route.decides)]
        if not left:
            break
    unsettled = dict.fromkeys(map(work, left))
    yield from ((ref, outcomes[ref]) for ref in unsettled if ref in outcomes)


def _better(known: Outcome | None, new: Outcome, *, decides: bool) -> Outcome:
    """Returns what counts of what two routes say of a work."""
    if known is None or isinstance(new, Candidate):
        return new
    if isinstance(new, UnknownWork):
        return new if decides else known
    # A service that is out of order might have known what another does not.
    return new if isinstance(known, UnknownWork) else known


def _is_open(outcome: Outcome | None, *, decides: bool) -> bool:
    """Says whether the next route is to be asked about a work."""
    if isinstance(outcome, UnknownWork):
        return not decides
    return not isinstance(outcome, Candidate | StorageError | Offline)


class _Asking:
    """One service being asked, and what is known of its hosts meanwhile.

    Args:
        route: the service.
        door: the way to the network.
        report: is told of waits.
        seconds: how long a work may take here, with what it took before.
        spent: the seconds in which works got no answer, which this adds to.
    """

    def __init__(
        self,
        route: Route,
        door: Door,
        report: Callable[[str], None],
        seconds: float,
        spent: dict[Identifier, float],
    ) -> None:
        self.route = route
        self.door = door
        self.report = report
        self._seconds = seconds
        self._spent = spent
        self._shut: dict[str, DiffkbError] = {}
        self._in_a_row: dict[str, int] = {}

    def ask(
        self, refs: Sequence[Identifier], urls: Addresses
    ) -> Iterator[tuple[Identifier, Outcome]]:
        """Asks about works, each request until there is an answer or none is to be expected.

        A host that is out of order fails what else it was to be asked: an outage takes one
        patience, not one for every hundred works.
        """
        for request in self.route.requests(refs, urls):
            host = urlsplit(request.url).hostname or ""
            if kept := _kept(self.route, request, self.door):
                yield from kept.items()
            elif host not in self._shut:
                yield from self._answer(request, host).items()
            else:
                yield from _failed(request, self._shut[host]).items()

    def _answer(self, request: Request, host: str) -> dict[Identifier, Outcome]:
        """Asks one question as often as makes sense."""
        spent = max((self._spent.get(work(ref), 0.0) for ref in request.refs), default=0.0)
        patience = self.door.patience(self._seconds - spent)
        try:
            # What keeps the door shut does not change by asking again.
            self.door.open(self.route.name)
            found = persist(
                lambda: _try(self.route, request, self.door, patience, self.report),
                patience,
                self.door.clock,
                self.report,
            )
        except (SourceError, StorageError) as error:
            self._shut[host] = error
            return _failed(request, error)
        except Refused as refused:
            for ref in request.refs:
                self._spent[work(ref)] = spent + patience.seconds - patience.left()
            self._note(request, host, refused)
            return _failed(request, refused.error)
        self._in_a_row[host] = 0
        return found

    def _note(self, request: Request, host: str, refused: Refused) -> None:
        """Gives a host up if it is out of order; of pages one may be so alone."""
        is_page = all(ref.scheme == URL for ref in request.refs)
        counts = refused.everywhere or not is_page
        self._in_a_row[host] = self._in_a_row.get(host, 0) + 1 if counts else 0
        is_certain = refused.everywhere and not is_page
        if is_certain or isinstance(refused.error, RateLimited) or self._in_a_row[host] >= IN_A_ROW:
            self._shut[host] = refused.error


def _failed(request: Request, error: DiffkbError) -> dict[Identifier, Outcome]:
    """Says of each work that a request asked about why there is no answer."""
    return {work(ref): about(ref, error) for ref in request.refs}


def about(ref: Identifier, error: DiffkbError) -> DiffkbError:
    """Copies an error for one of the works it concerns, so that each can be told of by itself."""
    copy = type(error).__new__(type(error), *error.args)
    copy.__dict__.update(error.__dict__)
    copy.ref = str(ref)
    copy.__cause__ = error.__cause__
    return copy


def _kept(route: Route, request: Request, door: Door) -> dict[Identifier, Outcome]:
    """Returns what an answer of the last day says; nothing where there is none."""
    reply = door.cache.get(request, door.clock.now()) if door.cache else None
    try:
        return route.parse(reply, request.refs) if reply else {}
    except SourceError:
        # It was kept by a version of diffkb that read it otherwise.
        return {}


def _ask(
    request: Request,
    source: str,
    door: Door,
    patience: Patience,
    report: Callable[[str], None],
) -> Reply:
    """Asks a question; where an old answer to it is kept, whether that still holds."""
    old = door.cache.get_stale(request, door.clock.now()) if door.cache else None
    conditions = validators(old) if old else {}
    asked = replace(request, headers={**request.headers, **conditions})
    reply = door.ask(asked, source, patience, report)
    still_holds = old and conditions and reply.status == HTTPStatus.NOT_MODIFIED
    return old if old and still_holds else reply


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
    with refusing(route.name):
        reply = _ask(request, route.name, door, patience, report)
    refuses_programs = getattr(route, "refuses_programs", False)
    check_status(reply, route.name, door.clock, refuses_programs=refuses_programs)
    try:
        with refusing(route.name):
            outcomes = route.parse(reply, request.refs)
    except SourceError as error:
        raise Refused(error, TRIES, everywhere=True) from error
    # What is unknown today may be there tomorrow.
    if door.cache and any(isinstance(outcome, Candidate) for outcome in outcomes.values()):
        door.cache.put(request, reply, door.clock.now())
    return outcomes

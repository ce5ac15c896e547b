"""Asking sources about many works, until all is answered or a person interrupts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from diffkb import sources
from diffkb.core.identifiers import work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from diffkb.core.models import Identifier
    from diffkb.services.opening import Progress, Report
    from diffkb.sources.base import Outcome
    from diffkb.sources.http import Door


class Asked(NamedTuple):
    """What sources answered; an interruption ends the asking, not the command.

    Attributes:
        answers: by identifier without version.
        interrupted: whether a person did not wait for the end.
    """

    answers: dict[Identifier, Outcome]
    interrupted: bool


def ask(
    identifiers: Sequence[Identifier],
    *,
    door: Callable[[], Door],
    report: Report,
    progress: Progress,
    urls: Mapping[Identifier, str],
) -> Asked:
    """Asks the source of each work.

    Args:
        identifiers: of works that sources answer for.
        door: opens the way to the network, if there is anything to ask.
        report: takes a sentence about waits.
        progress: takes how many works of how many are settled.
        urls: the address a person gave for a work.

    Raises:
        KeyboardInterrupt: there is no answer yet.
    """
    if not identifiers:
        return Asked({}, interrupted=False)
    # Several versions of a work are one of those that are counted.
    total = len(set(map(work, identifiers)))
    progress(0, total)
    with door() as opened:
        asked = collect(
            sources.fetch_each(identifiers, door=opened, report=report, urls=urls),
            lambda done: progress(done, total),
        )
    if asked.interrupted and not asked.answers:
        raise KeyboardInterrupt
    return asked


def collect(answers: Iterable[tuple[Identifier, Outcome]], settled: Callable[[int], None]) -> Asked:
    """Takes answers as they come, until the end or an interruption.

    Args:
        answers: each with the work it is about.
        settled: takes how many there are so far.
    """
    found: dict[Identifier, Outcome] = {}
    try:
        for identifier, answer in answers:
            found[identifier] = answer
            settled(len(found))
    except KeyboardInterrupt:
        return Asked(found, interrupted=True)
    return Asked(found, interrupted=False)

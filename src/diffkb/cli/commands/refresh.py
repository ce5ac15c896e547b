"""`diffkb refresh`: what sources say, asked again, and what they say of published versions."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diffkb.cli.completion import complete_ref
from diffkb.cli.curation import Wanted, meant
from diffkb.cli.options import Refetch, Run, command
from diffkb.cli.render.messages import entries
from diffkb.errors import BadValue, Interrupted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from diffkb.services.choosing import Meant
    from diffkb.services.findings import Finding
    from diffkb.services.proposing import Proposals
    from diffkb.services.refreshing import Refresh, Refreshed
    from diffkb.sources.http import Door

# Entries that are named one by one under an error they share.
NAMED = 8
OUTCOMES = ("refreshed", "pending", "failed")
UNITS = {"h": "hours", "d": "days", "w": "weeks"}
# Longer than people live: what is older than that is nothing.
LONGEST = 100_000


@command(
    details="Without REF it completes what is pending, what was imported and never fetched, and "
    "what was fetched long ago. What the list says stays as it is; only a title that nobody typed "
    "is replaced. New versions and withdrawals are said. --proposals looks for published versions "
    "too, and lists them with the evidence; `diffkb accept` takes one over.",
    examples=(
        "diffkb refresh",
        "diffkb refresh 12 2006.11239",
        "diffkb refresh section:Foundations --older-than 1w",
        "diffkb refresh --proposals",
    ),
)
def refresh(
    run: Run,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[REF]...",
            help="Entries, or a query such as 'pending:yes'; else all that wait or are old.",
            autocompletion=complete_ref,
        ),
    ] = None,
    *,
    wanted: Wanted = None,
    older_than: Annotated[
        str,
        typer.Option(
            "--older-than", metavar="AGE", help="What counts as old: 30d, 12h, 2w; 0 is all."
        ),
    ] = "30d",
    proposals: Annotated[
        bool, typer.Option("--proposals", help="Look for published versions, and list them.")
    ] = False,
    refetch: Refetch = False,
) -> int:
    """Refreshes entries; each that could not be is said."""
    from diffkb.services.refreshing import refresh as ask_again

    door = partial(run.open_door, refetch=refetch)
    which = meant(run, words, wanted)
    age = _age(older_than)
    with run.progress("asking") as progress:
        done = ask_again(
            run.base, which, older_than=age, door=door, report=run.say, progress=progress
        )
    _tell(run, done)
    proposed = _look_for_versions(run, which, done, door) if proposals else None
    status = _exit_status(done, proposed)
    if run.json:
        errors = [one.error for one in done.results if one.error is not None and _counts(one)]
        return run.answer(_as_json(done, proposed), errors=errors, exit_code=status)
    if proposed is None:
        refreshed = sum(one.outcome == "refreshed" for one in done.results)
        run.print_done(f"{entries(refreshed)} refreshed")
    else:
        _print_proposals(run, proposed)
    return status


def _age(text: str) -> timedelta:
    """Reads an age such as 30d.

    Raises:
        BadValue: it is none.
    """
    found = re.fullmatch(r"([0-9]{1,9})([hdw]?)", text.strip())
    if not found or not (found[2] or int(found[1]) == 0):
        raise BadValue("--older-than", text, "a number with h, d or w for its unit, or 0")
    return timedelta(**{UNITS[found[2] or "d"]: min(int(found[1]), LONGEST)})


def _look_for_versions(
    run: Run, which: Meant, done: Refresh, door: Callable[[], Door]
) -> Proposals:
    """Looks for published versions of the entries that are meant; says who was not heard."""
    from diffkb.services.proposing import Keys, Proposals, look_for_versions

    if done.interrupted:
        return Proposals([], [], interrupted=True)
    ids = [str(one.entry_id) for one in done.results if one.entry_id is not None]
    keys = Keys(run.configuration.s2_key, run.configuration.openalex_key)
    with run.progress("looking for versions") as progress:
        proposed = look_for_versions(
            run.base,
            ids if which.words or which.query else None,
            keys=keys,
            door=door,
            report=run.say,
            progress=progress,
        )
    for error in proposed.errors:
        run.warn(error.message)
    if proposed.interrupted:
        run.warn("interrupted: not every service was asked for published versions")
    return proposed


def _print_proposals(run: Run, proposed: Proposals) -> None:
    """Prints what is proposed, each on a line."""
    from diffkb.cli.render.proposals import proposal_line

    for proposal in proposed.listed:
        print(proposal_line(proposal, terminal=run.terminal))
    if not proposed.listed:
        run.say("nothing is proposed")


def _tell(run: Run, done: Refresh) -> None:
    """Says what came to light, what failed, and what was not asked about."""
    for finding in done.findings:
        run.say(finding.message)
    left_out = [one for one in done.results if isinstance(one.error, Interrupted)]
    heard = [one for one in done.results if one not in left_out]
    _tell_errors(run, heard)
    for name in ("pending", "failed"):
        if count := sum(one.outcome == name for one in heard):
            run.say(f"{entries(count)} {name}")
    if done.interrupted:
        run.warn(f"interrupted: {entries(len(left_out))} not asked about")
        run.hint(Interrupted().hint or "")
    if done.resting:
        run.say(
            f"{entries(done.resting)} not asked about: the source turned diffkb away within a day"
        )
    if done.without_source:
        run.say(f"{entries(done.without_source)} without a source that knows of it")


def _tell_errors(run: Run, results: list[Refreshed]) -> None:
    """Says each error once, with the entries it keeps; as a warning what keeps none."""
    kept: dict[tuple[str, bool], list[Refreshed]] = {}
    for result in results:
        if result.error is not None:
            kept.setdefault((result.error.message, _counts(result)), []).append(result)
    for (message, counts), found in kept.items():
        error = found[0].error
        ids = [str(one.entry_id) for one in found if one.entry_id is not None]
        if not counts:
            run.warn(message)
        elif error is not None:
            run.report(error)
        if ids:
            more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
            run.say(f"  entry {', '.join(ids[:NAMED])}{more}")


def _counts(result: Refreshed) -> bool:
    """Says whether what went wrong makes a difference to the exit status."""
    return result.outcome != "refreshed" and not result.expected


def _exit_status(done: Refresh, proposed: Proposals | None) -> int:
    """Returns the status to end with: 1 where only some were refreshed, else what kept them all."""
    if done.interrupted or (proposed is not None and proposed.interrupted):
        return Interrupted.exit_code
    failed = [one for one in done.results if _counts(one)]
    if not failed:
        return 0
    codes = {one.error.exit_code for one in failed if one.error is not None}
    return codes.pop() if len(failed) == len(done.results) and len(codes) == 1 else 1


def _as_json(done: Refresh, proposed: Proposals | None) -> dict[str, Any]:
    """Returns what a refresh did as JSON holds it."""
    from diffkb.cli.render.envelope import error_object
    from diffkb.cli.render.proposals import proposal_object

    data: dict[str, Any] = {
        "results": [_result_object(one) for one in done.results],
        "without_source": done.without_source,
        "resting": done.resting,
        "findings": _finding_objects(done.findings),
    }
    if proposed is not None:
        data["proposals"] = [proposal_object(one) for one in proposed.listed]
        data["unheard"] = [error_object(error) for error in proposed.errors]
    return data


def _finding_objects(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Returns what came to light as JSON holds it."""
    return [
        {"kind": one.kind, "entries": list(one.entry_ids), "message": one.message}
        for one in findings
    ]


def _result_object(result: Refreshed) -> dict[str, Any]:
    """Returns what became of an entry as JSON holds it."""
    from diffkb.cli.render.envelope import error_object
    from diffkb.formats.jsonl import entry_object

    return {
        "ref": result.ref,
        "outcome": result.outcome,
        "entry": None if result.entry is None else entry_object(result.entry),
        "error": None if result.error is None else error_object(result.error),
    }

"""`diffkb refresh`: what sources say, asked again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diffkb.cli.completion import complete_ref
from diffkb.cli.options import Refetch, Run, command
from diffkb.cli.render.messages import entries

# Entries that are named one by one under an error they share.
NAMED = 8

if TYPE_CHECKING:
    from diffkb.services.refreshing import Refreshed


@command(
    details="Without REF it completes what is pending, and what was imported and never fetched. "
    "What the list says stays as it is; only a title that nobody typed is replaced.",
    examples=("diffkb refresh", "diffkb refresh 12 2006.11239"),
)
def refresh(
    run: Run,
    refs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[REF]...", help="Entries; else all that wait.", autocompletion=complete_ref
        ),
    ] = None,
    *,
    refetch: Refetch = False,
) -> int:
    """Refreshes entries; each that could not be is said."""
    from diffkb.services.refreshing import refresh as ask_again

    done = ask_again(
        run.base, refs or [], door=partial(run.open_door, refetch=refetch), report=run.say
    )
    results = done.results
    _tell_errors(run, results)
    errors = [one.error for one in results if one.error is not None]
    status = _exit_status(results)
    if run.json:
        return run.answer(
            {"results": [_as_json(one) for one in results], "without_source": done.without_source},
            errors=errors,
            exit_code=status,
        )
    counts = {name: sum(one.outcome == name for one in results) for name in OUTCOMES}
    print(f"{entries(counts['refreshed'])} refreshed")
    for name in ("pending", "failed"):
        if counts[name]:
            run.say(f"{entries(counts[name])} {name}")
    if done.without_source:
        run.say(f"{entries(done.without_source)} have no source that knows them yet")
    return status


def _tell_errors(run: Run, results: list[Refreshed]) -> None:
    """Says each error once, with the entries it keeps."""
    kept: dict[str, list[Refreshed]] = {}
    for result in results:
        if result.error is not None:
            kept.setdefault(result.error.message, []).append(result)
    for found in kept.values():
        error = found[0].error
        ids = [str(one.entry_id) for one in found if one.entry_id is not None]
        if error is not None:
            run.report(error)
        if ids:
            more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
            run.say(f"  entry {', '.join(ids[:NAMED])}{more}")


OUTCOMES = ("refreshed", "pending", "failed")


def _exit_status(results: list[Refreshed]) -> int:
    """Returns the status to end with: 1 where only some were refreshed, else what kept them all."""
    failed = [one for one in results if one.outcome != "refreshed"]
    if not failed:
        return 0
    codes = {one.error.exit_code for one in failed if one.error is not None}
    return codes.pop() if len(failed) == len(results) and len(codes) == 1 else 1


def _as_json(result: Refreshed) -> dict[str, Any]:
    """Returns what became of an entry as JSON holds it."""
    from diffkb.cli.render.envelope import error_object
    from diffkb.formats.jsonl import entry_object

    return {
        "ref": result.ref,
        "outcome": result.outcome,
        "entry": None if result.entry is None else entry_object(result.entry),
        "error": None if result.error is None else error_object(result.error),
    }

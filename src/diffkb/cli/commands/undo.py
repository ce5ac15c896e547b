"""`diffkb undo` and `diffkb redo`: taking steps back, and taking that back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from diffkb.cli.curation import write_diff
from diffkb.cli.options import DryRun, Run, command
from diffkb.cli.render.steps import step_object, told
from diffkb.errors import UsageError
from diffkb.services.history import redo_steps, undo_step, undo_steps

if TYPE_CHECKING:
    from diffkb.services.history import Taken

PAST = {"undo": "undid", "redo": "redid"}

Count = Annotated[int | None, typer.Argument(metavar="N", min=1, help="How many; by default 1.")]


@command(
    details="An undo is a step itself: `redo` takes it back, and a further undo goes further back. "
    "Whoever made the last step, it is undone. What came with the base stays, and so do files "
    "outside it, such as PDFs.",
    examples=("diffkb undo", "diffkb undo 3 --dry-run", "diffkb undo --step 12"),
)
def undo(
    run: Run,
    count: Count = None,
    *,
    step: Annotated[
        int | None,
        typer.Option(
            "--step", metavar="ID", help="This one alone, if no later one touched the same."
        ),
    ] = None,
    dry_run: DryRun = False,
) -> int:
    """Undoes the last steps, or one."""
    if step is None:
        done = undo_steps(run.base, count or 1, dry_run=dry_run, report=run.say)
    elif count is None:
        done = undo_step(run.base, step, dry_run=dry_run, report=run.say)
    else:
        raise UsageError("N and --step are given both", hint="give one of them")
    return _tell(run, done, dry_run=dry_run)


@command(
    details="That goes as long as nothing else was done since the undo.",
    examples=("diffkb redo", "diffkb redo 3"),
)
def redo(run: Run, count: Count = None, *, dry_run: DryRun = False) -> int:
    """Takes the last undos back."""
    done = redo_steps(run.base, count or 1, dry_run=dry_run, report=run.say)
    return _tell(run, done, dry_run=dry_run)


def _tell(run: Run, done: Taken, *, dry_run: bool) -> int:
    """Says what was undone or redone, or would be, and writes what would differ."""
    outcome = f"would {done.verb}" if dry_run else PAST[done.verb]
    for step in done.changes:
        run.say(f"{outcome} {told(step)}")
    if run.json:
        diff = None if done.diff is None else b"".join(done.diff).decode("utf-8", "replace")
        return run.answer(
            {
                "outcome": outcome.replace(" ", "-"),
                "steps": [step_object(step) for step in done.changes],
                "by": list(done.by),
                "diff": diff,
            }
        )
    if dry_run and done.diff is None:
        run.say("the Markdown would differ in too many places to show")
    elif dry_run and not done.diff:
        run.say("the Markdown would stay as it is")
    write_diff(run, done.diff or ())
    return 0

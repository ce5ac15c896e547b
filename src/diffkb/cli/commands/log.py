"""`diffkb log`: who did what to the base, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from diffkb.cli.completion import complete_ref
from diffkb.cli.options import Limit, NoPager, Run, command
from diffkb.cli.render.messages import printable
from diffkb.cli.render.steps import NAMES, shortened, step_object, step_row
from diffkb.services.history import list_steps
from diffkb.services.opening import open_reader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from diffkb.store.steps import Step


@command(
    details="The newest step comes first. With a REF only the steps that touched that entry are "
    "shown: its text, its note, its tags, and what is known of its work. An entry that was removed "
    "is named by its id.",
    examples=("diffkb log --limit 10", "diffkb log 12", "diffkb log --json"),
)
def log(
    run: Run,
    ref: Annotated[
        str | None,
        typer.Argument(metavar="REF", help="An entry.", autocompletion=complete_ref),
    ] = None,
    *,
    limit: Limit = None,
    no_pager: NoPager = False,
) -> int:
    """Shows the steps: a table on a terminal, elsewhere one a line between tabs."""
    run.no_pager = no_pager
    with open_reader(run.base, run.say) as reader:
        found = list_steps(reader, ref, limit)
    if run.json:
        return run.answer({"steps": [step_object(step) for step in found]})
    if run.terminal:
        _print_table(run, found)
        return 0
    for step in found:
        print("\t".join(map(printable, step_row(step))))
    return 0


def _print_table(run: Run, steps: Iterable[Step]) -> None:
    """Prints steps for people, by way of a pager where they are more than the screen holds."""
    from diffkb.cli.render.pager import paged
    from diffkb.cli.render.tables import print_columns

    rows = ((number, shortened(when), *rest) for number, when, *rest in map(step_row, steps))
    with paged(run.environ, wanted=not run.no_pager) as stream:
        print_columns(NAMES, rows, color=run.color, stream=stream)

"""`diffkb merge`: two entries that are one work, told by hand."""

from __future__ import annotations

from typing import Annotated

import typer

from diffkb.cli.completion import complete_ref
from diffkb.cli.options import DryRun, Run, command

Entry = typer.Argument(metavar="REF", help="An entry.", autocompletion=complete_ref)


@command(
    details="The work of the second goes into that of the first, with its identifiers, its facts "
    "and all its entries. The lists stay as they are. `diffkb split` tells them apart again.",
    examples=("diffkb merge 12 54",),
)
def merge(
    run: Run,
    first: Annotated[str, Entry],
    second: Annotated[str, Entry],
    *,
    dry_run: DryRun = False,
) -> int:
    """Merges the works of two entries."""
    from diffkb.services.correcting import merge_entries

    done = merge_entries(run.base, first, second, dry_run=dry_run, report=run.say)
    if run.json:
        return run.answer(
            {
                "outcome": "would-merge" if dry_run else "merged",
                "entries": list(done.entry_ids),
                "identifiers": [
                    {"scheme": one.scheme, "value": one.value, "version": one.version}
                    for one in done.identifiers
                ],
            }
        )
    listed = ", ".join(map(str, done.entry_ids))
    names = ", ".join(str(one) for one in done.identifiers)
    verb = "would be" if dry_run else "are"
    text = f"entries {listed} {verb} one work" + (f": {names}" if names else "")
    run.print_done(text, dry_run=dry_run)
    return 0

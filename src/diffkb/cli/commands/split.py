"""`diffkb split`: an entry that is no version of the others' work, told by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from diffkb.cli.completion import complete_ref
from diffkb.cli.options import DryRun, Run, command

if TYPE_CHECKING:
    from collections.abc import Iterable

    from diffkb.core.models import Identifier


@command(
    details="The entry gets a work of its own: the identifiers that its own links name, and no "
    "link of the other entries, go with it, the others stay. What services state later does not "
    "join the two again.",
    examples=("diffkb split 54",),
)
def split(
    run: Run,
    ref: Annotated[
        str, typer.Argument(metavar="REF", help="The entry.", autocompletion=complete_ref)
    ],
    *,
    dry_run: DryRun = False,
) -> int:
    """Gives an entry a work of its own."""
    from diffkb.services.correcting import split_entry

    done = split_entry(run.base, ref, dry_run=dry_run, report=run.say)
    if run.json:
        return run.answer(
            {
                "outcome": "would-split" if dry_run else "split",
                "entry": done.entry_id,
                "identifiers": _objects(done.taken),
                "left": _objects(done.left),
                "others": list(done.others),
            }
        )
    verb = "would be" if dry_run else "is"
    text = f"entry {done.entry_id} {verb} a work of its own: {_listed(done.taken)}"
    run.print_done(text, dry_run=dry_run)
    run.say(f"  left behind: {_listed(done.left)}")
    if not done.taken:
        run.hint("its links name nothing that is its own: no source can be asked about it")
    return 0


def _listed(identifiers: Iterable[Identifier]) -> str:
    """Returns identifiers for people."""
    return ", ".join(str(one) for one in identifiers) or "no identifier"


def _objects(identifiers: Iterable[Identifier]) -> list[dict[str, Any]]:
    """Returns identifiers as JSON holds them."""
    return [
        {"scheme": one.scheme, "value": one.value, "version": one.version} for one in identifiers
    ]

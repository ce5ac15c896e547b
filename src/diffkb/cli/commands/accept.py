"""`diffkb accept`: takes over what is proposed for an entry, or turns it down."""

from __future__ import annotations

from typing import Annotated

import typer

from diffkb.cli.completion import complete_ref
from diffkb.cli.options import DryRun, Run, command


@command(
    details="`diffkb refresh --proposals` lists what is proposed. The identifier of the published "
    "version becomes one of the entry's work, with its venue and its date; the list stays as it "
    "is. What is rejected is not proposed again.",
    examples=(
        "diffkb accept 54",
        "diffkb accept 54 10.1109/TPAMI.2021.1234567",
        "diffkb accept 54 --reject",
    ),
)
def accept(
    run: Run,
    ref: Annotated[
        str, typer.Argument(metavar="REF", help="The entry.", autocompletion=complete_ref)
    ],
    named: Annotated[
        str | None,
        typer.Argument(metavar="[VERSION]", help="Which of several: its identifier, or the venue."),
    ] = None,
    *,
    reject: Annotated[
        bool, typer.Option("--reject", help="Turn it down for good instead.")
    ] = False,
    dry_run: DryRun = False,
) -> int:
    """Decides on a proposal."""
    from diffkb.cli.render.proposals import described, proposal_object
    from diffkb.services.deciding import decide

    chosen = decide(run.base, ref, named, reject=reject, dry_run=dry_run, report=run.say)
    if run.json:
        outcome = "rejected" if reject else "accepted"
        outcome = f"would-be-{outcome}" if dry_run else outcome
        return run.answer({"outcome": outcome, "proposal": proposal_object(chosen)})
    done = "would be " * dry_run + ("rejected" if reject else "accepted")
    run.print_done(f"{done} for entry {chosen.entry_id}: {described(chosen)}", dry_run=dry_run)
    if not (reject or dry_run or chosen.facts):
        run.hint(f"`diffkb refresh {chosen.entry_id}` asks for its venue and date")
    return 0

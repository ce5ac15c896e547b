"""`diffkb base`: which base is meant and why, and making a new one."""

from __future__ import annotations

from typing import Annotated

import typer

from diffkb.cli.options import Commands, Run
from diffkb.cli.render.messages import entries, printable
from diffkb.errors import UsageError
from diffkb.paths import shipped_base
from diffkb.services.bases import describe_base, make_base

commands = Commands(
    details="The base is the one --base names, else DIFFKB_BASE, else that of the checkout of "
    "diffkb around this folder, else your own. Until your first change the last is the one "
    "diffkb ships with, read in place."
)


@commands.default
@commands.command("which", "Which base is meant, why, and what it holds.")
def show_which(run: Run) -> int:
    """Shows the base's path, what decided, and the number of its entries."""
    choice = run.base
    found = describe_base(choice, run.say)
    if run.json:
        return run.answer(
            {
                "path": str(choice.path),
                "origin": choice.origin,
                "why": choice.why,
                "writes_to": str(choice.target),
                "exists": found is not None,
                "documents": [one.name for one in found.documents] if found else [],
                "entries": found.entries if found else 0,
            }
        )
    print(printable(str(choice.path)))
    run.say(f"it is {choice.why}")
    if found is None:
        run.say("it does not exist yet: the first change makes it")
    else:
        count = len(found.documents)
        run.say(f"{entries(found.entries)} in {count} {'document' if count == 1 else 'documents'}")
    if choice.target != choice.path:
        run.say(f"changes go to {choice.target}")
    return 0


@commands.command(
    "init",
    "Make a new base: a copy of the one diffkb ships with, or an empty one.",
    examples=("diffkb --base mine.sqlite base init --empty",),
)
def init(
    run: Run,
    *,
    empty: Annotated[bool, typer.Option("--empty", help="Without any entry.")] = False,
) -> int:
    """Makes the base that --base or DIFFKB_BASE names, else your own; never replaces a file."""
    choice = run.base
    if choice.origin == "checkout":
        raise UsageError(
            f"{choice.path} is the base of the checkout, and there already",
            hint="name another with --base",
        )
    make_base(choice.target, None if empty else shipped_base())
    if run.json:
        return run.answer({"path": str(choice.target), "empty": empty})
    run.say(f"{choice.target} is made" + (", empty" if empty else ""))
    return 0

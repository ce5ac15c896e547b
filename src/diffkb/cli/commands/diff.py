"""`diffkb diff`: what changed in a list, by meaning."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer looks the annotation up
from typing import Annotated

import typer

from diffkb.cli.options import DocumentName, Run, command
from diffkb.cli.render.changes import change_lines, change_object
from diffkb.errors import UsageError
from diffkb.services.differing import compare_files, compare_with_base


@command(
    details="With two files, what changed from A to B; with one, what FILE changed, as the base "
    "has the list. Entries are told by link and title, wherever they stand: added, removed, "
    "moved, renamed, re-rated, and each other field. `-` reads standard input.",
    examples=(
        "diffkb diff list.md",
        "git show HEAD:list.md | diffkb diff - list.md",
        "diffkb diff old.md new.md --exit-code",
    ),
)
def diff(
    run: Run,
    first: Annotated[
        Path, typer.Argument(metavar="A", help="A list.", show_default=False, readable=False)
    ],
    second: Annotated[
        Path | None,
        typer.Argument(metavar="[B]", help="Another list.", show_default=False, readable=False),
    ] = None,
    *,
    document: DocumentName = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 where anything changed.")
    ] = False,
) -> int:
    """Shows what changed between two lists, or a file and the base."""
    if second is not None and document is not None:
        raise UsageError(
            "two files are compared without the base", hint="leave out --document, or one file"
        )
    if second is not None:
        done = compare_files(first, second)
    else:
        done = compare_with_base(run.base, first, document, run.say)
    status = int(exit_code and not done.same)
    if run.json:
        return run.answer(
            {
                "before": done.before,
                "after": done.after,
                "same": done.same,
                "changes": [change_object(*one) for one in done.changes],
            },
            status="ok",
            exit_code=status,
        )
    for change, entry_id in done.changes:
        for line in change_lines(
            change, entry_id, terminal=run.terminal, color=run.terminal and run.color
        ):
            print(line)
    if done.same:
        run.say(f"{done.before} and {done.after} hold the same")
    elif not done.changes:
        run.say(f"{done.before} and {done.after} differ in blanks or marks only")
    return status

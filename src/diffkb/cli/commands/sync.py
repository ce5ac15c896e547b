"""`diffkb sync`: a list and its file brought together, whichever was edited."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer looks the annotation up
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diffkb.cli.options import DocumentName, DryRun, Run, command
from diffkb.cli.render.changes import (
    change_lines,
    change_object,
    conflict_lines,
    conflict_object,
)
from diffkb.errors import BadValue, SidesDiffer
from diffkb.services.syncing import sync_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffkb.markdown.merging import Conflict
    from diffkb.services.syncing import Changed, Synced

SIDES = ("base", "file")


@command(
    details="What the base and the file changed since they were the same goes into both: by entry "
    "and field, text by paragraph. Entries that stay keep their ids, private notes and tags. "
    "Where both changed the same field differently nothing is done, unless --prefer says whose "
    "wins. Nothing is fetched. `diffkb undo` takes the base back.",
    examples=("diffkb sync list.md --dry-run", "diffkb sync list.md --prefer file"),
)
def sync(
    run: Run,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The list.", show_default=False, readable=False)
    ],
    *,
    document: DocumentName = None,
    prefer: Annotated[
        str | None,
        typer.Option(
            "--prefer",
            metavar="|".join(SIDES),
            help="Who wins where both changed the same.",
            autocompletion=lambda: list(SIDES),
        ),
    ] = None,
    dry_run: DryRun = False,
) -> int:
    """Merges a list of the base and a file."""
    if prefer not in {None, *SIDES}:
        raise BadValue("--prefer", str(prefer), " or ".join(SIDES))
    try:
        done = sync_file(
            run.base,
            file,
            document=document,
            prefer="file" if prefer == "file" else "base" if prefer else None,
            dry_run=dry_run,
            report=run.say,
        )
    except SidesDiffer as error:
        if run.json:
            run.report(error)
            conflicts: Any = error.conflicts
            data = _as_json(None, conflicts, dry_run=dry_run)
            return run.answer(data, errors=[error], exit_code=error.exit_code)
        _tell_conflicts(run, error)
        raise
    if run.json:
        return run.answer(_as_json(done, done.conflicts, dry_run=dry_run))
    _tell(run, file, done, dry_run=dry_run)
    return 0


def _tell_conflicts(run: Run, error: SidesDiffer) -> None:
    """Shows what was changed differently, with both sides."""
    pairs: Any = error.conflicts
    for line in conflict_lines(pairs):
        run.print_or_say(line)


def _tell(run: Run, file: Path, done: Synced, *, dry_run: bool) -> None:
    """Says what became of both sides."""
    if done.merged == done.base == done.file:
        run.say(f'{file} and "{done.document}" hold the same: nothing to do')
        return
    if dry_run or not run.quiet:
        _print_changes(run, done)
    # Where both streams go to one place, what was done comes before the sum of it.
    sys.stdout.flush()
    settled = f", {len(done.conflicts)} of them settled by --prefer" if done.conflicts else ""
    would = "would take" if dry_run else "took"
    base = _counted(done.to_base, differs=done.base != done.merged)
    into = _counted(done.to_file, differs=done.file != done.merged)
    run.say(f'"{done.document}" {would} {base}, {file} {into}{settled}')


def _print_changes(run: Run, done: Synced) -> None:
    """Prints what each side takes of the other."""
    for side, changes in (("base", done.to_base), ("file", done.to_file)):
        for one in changes:
            for line in change_lines(
                one.change, one.id, terminal=run.terminal, color=run.terminal and run.color
            ):
                print(f"{side}: {line}" if run.terminal else f"{side}\t{line}")


def _counted(changes: Sequence[Changed], *, differs: bool) -> str:
    """Returns how many changes a side took, in words."""
    if not changes:
        return "blanks or marks only" if differs else "nothing"
    return "1 change" if len(changes) == 1 else f"{len(changes)} changes"


def _as_json(
    done: Synced | None, conflicts: Sequence[tuple[Conflict, int | None]], *, dry_run: bool
) -> dict[str, Any]:
    """Returns what became of both sides as JSON holds it."""
    outcome = "conflict"
    if done is not None:
        outcome = "unchanged"
        if not done.merged == done.base == done.file:
            outcome = "would-sync" if dry_run else "synced"
    return {
        "document": done.document if done else None,
        "outcome": outcome,
        "base": [change_object(*one) for one in done.to_base] if done else [],
        "file": [change_object(*one) for one in done.to_file] if done else [],
        "conflicts": [conflict_object(*one) for one in conflicts],
    }

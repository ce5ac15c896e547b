"""`diffkb copy`: entries listed in another document too."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from diffkb.cli.completion import complete_document
from diffkb.cli.curation import Wanted, Words, Yes, change_entries, meant
from diffkb.cli.options import DryRun, Run, SectionName, command
from diffkb.errors import UsageError
from diffkb.services.copying import COPY, Copying


@command(
    details="The copy is written in the form of the other list and stands for the same work, so "
    "that what sources say of it is told in both. Without --section it goes to the section that "
    "is called as the entry's own is, else to Unsorted.",
    examples=(
        "diffkb copy 12 --document Robotics",
        "diffkb copy tag:survey --document Surveys --section Overviews --create --yes",
    ),
)
def copy(
    run: Run,
    words: Words = None,
    *,
    document: Annotated[
        str | None,
        typer.Option(
            "--document",
            metavar="NAME",
            help="The document to copy into.",
            autocompletion=complete_document,
        ),
    ] = None,
    section: SectionName = None,
    create: Annotated[
        bool, typer.Option("--create", help="Make the section where it is missing.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="List it once more where it is listed already.")
    ] = False,
    wanted: Wanted = None,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> int:
    """Copies entries."""
    if document is None:
        raise UsageError(
            "no document is named to copy into", hint="--document NAME; `diffkb document list`"
        )
    copying = Copying(document, section, create=create, again=again)

    def more() -> dict[str, Any]:
        return {"copies": _as_json(copying, dry_run=dry_run)}

    status = change_entries(
        run,
        COPY,
        meant(run, words, wanted),
        copying,
        dry_run=dry_run,
        yes=yes,
        more=more,
    )
    for entry_id in copying.known:
        run.say(f"entry {entry_id} is there already, as entry {copying.copies[entry_id]}")
    if copying.known:
        run.hint("--again lists it once more")
    for entry_id, names in copying.left_out.items():
        if names:
            run.warn(f"the list has no place for this of entry {entry_id}: {', '.join(names)}")
    return status


def _as_json(copying: Copying, *, dry_run: bool) -> list[dict[str, Any]]:
    """Returns which entry is a copy of which as JSON holds it."""
    return [
        {
            "entry": entry_id,
            "copy": None if dry_run and entry_id not in copying.known else copy_id,
            "known": entry_id in copying.known,
            "left_out": list(copying.left_out.get(entry_id, ())),
        }
        for entry_id, copy_id in copying.copies.items()
    ]

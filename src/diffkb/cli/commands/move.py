"""`diffkb move`: entries to another section or year, or to another place among the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from diffkb.cli.completion import complete_ref, complete_section
from diffkb.cli.curation import Wanted, Words, Yes, change_entries, meant
from diffkb.cli.options import DocumentName, DryRun, Run, command
from diffkb.errors import UsageError
from diffkb.services.choosing import named_document
from diffkb.services.moving import MOVE, Place, moving_beside, moving_to
from diffkb.services.opening import open_reader
from diffkb.services.refs import resolve_ref

if TYPE_CHECKING:
    from diffkb.services.curating import Edit


@command(
    details="In a section an entry goes to the group of its year, or of --year, which is made "
    "where the section has others. --before and --after set it beside another entry, in that "
    "one's section and year; --top and --bottom to the ends of where it stands, or of --section. "
    "Numbers follow.",
    examples=(
        'diffkb move 12 --section "Inverse problems"',
        "diffkb move 12 --year 2021",
        "diffkb move 12 13 --after 8 --yes",
        "diffkb move 12 --top",
    ),
)
def move(
    run: Run,
    words: Words = None,
    *,
    section: Annotated[
        str | None,
        typer.Option(
            "--section",
            metavar="NAME",
            help="To the section of that name, or path of names.",
            autocompletion=complete_section,
        ),
    ] = None,
    create: Annotated[
        bool, typer.Option("--create", help="Make the section where there is none.")
    ] = False,
    year: Annotated[
        int | None,
        typer.Option("--year", metavar="N", min=1, max=9999, help="To the group of that year."),
    ] = None,
    before: Annotated[
        str | None,
        typer.Option(
            "--before", metavar="REF", help="Before that entry.", autocompletion=complete_ref
        ),
    ] = None,
    after: Annotated[
        str | None,
        typer.Option(
            "--after", metavar="REF", help="After that entry.", autocompletion=complete_ref
        ),
    ] = None,
    top: Annotated[bool, typer.Option("--top", help="To the top of where it stands.")] = False,
    bottom: Annotated[bool, typer.Option("--bottom", help="To the bottom.")] = False,
    wanted: Wanted = None,
    document: DocumentName = None,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> int:
    """Moves entries."""
    beside = before if before is not None else after
    place = Place(section, create, year, "top" if top else "bottom" if bottom else None)
    _check_place(place, beside, sure=not (top and bottom) and None in {before, after})
    edit: Edit
    if beside is None:
        edit = moving_to(place)
    else:
        with open_reader(run.base, run.say) as reader:
            other = resolve_ref(reader, beside, named_document(reader, document))
            edit = moving_beside(other, after=before is None)
    return change_entries(
        run, MOVE, meant(run, words, wanted, document), edit, dry_run=dry_run, yes=yes
    )


def _check_place(place: Place, beside: str | None, *, sure: bool) -> None:
    """Makes sure that one place is named.

    Raises:
        UsageError: none is, or several are.
    """
    hint = "give --section or --year, --before or --after, --top or --bottom"
    elsewhere = place != Place()
    if beside is None and (place.section, place.year, place.end) == (None, None, None):
        raise UsageError("no place is named to move to", hint=hint)
    if not sure or (beside is not None and elsewhere):
        raise UsageError("more than one place is named to move to", hint=hint)
    if place.create and place.section is None:
        raise UsageError("--create makes a section, and none is named", hint="add --section NAME")

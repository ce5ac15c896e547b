"""`diffkb list`: the entries of the base, filtered and sorted."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from diffkb.cli.completion import complete_column, complete_section
from diffkb.cli.options import DocumentName, Limit, NoPager, Run, command
from diffkb.cli.render.forms import FORMS, Listing, choose_form
from diffkb.cli.render.messages import entries
from diffkb.services.listing import Selection, Wish, missed_scale, select
from diffkb.services.opening import open_reader

if TYPE_CHECKING:
    from diffkb.store.reader import Reader


@command(
    details="A query and filters add up; `diffkb help query` explains the language. A section is "
    "found by its name at any depth, with everything below it. Filters by WR leave unrated entries "
    "out; how many they were is said where nothing is found.",
    examples=(
        'diffkb list --section "Inverse problems" --include-unrated',
        "diffkb list --min-wr 3 --year 2022..",
        "diffkb list 'author:song (title:score or wr>=2) not survey'",
        "diffkb list --sort year-,title --limit 20 --format '{year} {title}'",
    ),
)
def list_entries(
    run: Run,
    query: Annotated[
        list[str] | None,
        typer.Argument(metavar="[QUERY]...", help="What to find: words, field:value, ..."),
    ] = None,
    *,
    section: Annotated[
        str | None,
        typer.Option(
            "--section",
            "--topic",
            metavar="NAME",
            help="In the section of that name, or path of names.",
            autocompletion=complete_section,
        ),
    ] = None,
    year: Annotated[
        str | None, typer.Option("--year", metavar="N|A..B", help="Of that year, or range.")
    ] = None,
    min_wr: Annotated[
        int | None, typer.Option("--min-wr", metavar="N", help="Worth reading at least N.")
    ] = None,
    max_wr: Annotated[
        int | None, typer.Option("--max-wr", metavar="N", help="Worth reading at most N.")
    ] = None,
    unrated: Annotated[bool, typer.Option("--unrated", help="Only those without WR.")] = False,
    include_unrated: Annotated[
        bool, typer.Option("--include-unrated", help="Those without WR too.")
    ] = False,
    document: DocumentName = None,
    sort: Annotated[
        list[str] | None,
        typer.Option("--sort", metavar="FIELD±", help="By that field: year, wr-, title, ..."),
    ] = None,
    limit: Limit = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--columns",
            metavar="NAME,...",
            help="These columns.",
            autocompletion=complete_column,
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORM",
            help=f"{', '.join(FORMS)}, or '{{year}} {{title}}'.",
            autocompletion=lambda: list(FORMS),
        ),
    ] = None,
    no_pager: NoPager = False,
) -> int:
    """Lists entries: a table on a terminal, else id, year, WR, title and url between tabs."""
    wish = Wish(
        query or (),
        section,
        document,
        year,
        min_wr,
        max_wr,
        unrated,
        include_unrated,
        sort or (),
        limit,
    )
    run.no_pager = no_pager
    chosen = _parse_columns(columns) if columns else ()
    show = choose_form(run, form, chosen)
    with open_reader(run.base, run.say) as reader:
        selection = select(reader, wish, run.saved_queries(wish.query))
        shown = show(Listing(run, reader, selection, chosen))
        if not shown:
            _tell_scale(run, reader, selection)
        _tell_left_out(run, reader, selection, wish, shown)
    return 0


def _parse_columns(names: list[str]) -> tuple[str, ...]:
    """Returns the columns that `--columns` names.

    Raises:
        BadValue: there is no such column.
    """
    from diffkb.cli.render.columns import parse_columns

    return parse_columns("--columns", names)


def _tell_scale(run: Run, reader: Reader, selection: Selection) -> None:
    """Says how far WR goes, where one was asked for that nothing can have."""
    scale = missed_scale(reader, selection.condition)
    if scale is not None:
        low, high = scale
        run.say(f"WR goes from {low} to {high} here")


def _tell_left_out(run: Run, reader: Reader, selection: Selection, wish: Wish, shown: int) -> None:
    """Says how many unrated entries a filter by WR left out, where a person may miss them."""
    on_terminal = sys.stderr is not None and sys.stderr.isatty()
    nothing_wanted = wish.limit == 0
    if selection.whatever_wr is None or nothing_wanted or (shown and not on_terminal):
        return
    total, unrated = reader.count(selection.whatever_wr)
    if not unrated:
        return
    if shown:
        run.say(f"{entries(unrated)} without WR left out; `--include-unrated` shows them")
        return
    where = "in that section" if wish.section else "there"
    which = "all unrated" if total == unrated else f"{unrated} of them unrated"
    verb = "is" if total == 1 else "are"
    run.say(f"{entries(total)} {verb} {where}, {which}; `--include-unrated` shows them")

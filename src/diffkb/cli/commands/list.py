"""`diffkb list`: the entries of the base, filtered and sorted."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diffkb.cli.completion import complete_section
from diffkb.cli.options import DocumentName, Limit, Run, command
from diffkb.cli.render.messages import entries, printable
from diffkb.errors import BadValue
from diffkb.services.listing import Selection, Wish, select
from diffkb.services.opening import open_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from diffkb.store.reader import Reader

PLAIN = ("id", "year", "wr", "title", "url")
TABLE = ("section_id", "document_id", "document", *PLAIN)


@command(
    details="Filters add up. A section is found by its name at any depth, with everything below "
    "it. Filters by WR leave unrated entries out; how many they were is said where nothing is "
    "found.",
    examples=(
        'diffkb list --section "Inverse problems" --include-unrated',
        "diffkb list --min-wr 3 --year 2022..",
        "diffkb list --sort year-,title --limit 20 --format ids",
    ),
)
def list_entries(
    run: Run,
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
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORM",
            help="table, plain, json, jsonl or ids.",
            autocompletion=lambda: list(FORMS),
        ),
    ] = None,
) -> int:
    """Lists entries: a table on a terminal, else id, year, WR, title and url between tabs."""
    wish = Wish(
        section, document, year, min_wr, max_wr, unrated, include_unrated, sort or (), limit
    )
    show = _form(run, form)
    with open_reader(run.base, run.say) as reader:
        selection = select(reader, wish)
        shown = show(run, reader, selection)
        _tell_left_out(run, reader, selection, wish, shown)
    return 0


def _form(run: Run, name: str | None) -> Callable[[Run, Reader, Selection], int]:
    """Returns the function that shows entries in a form.

    Raises:
        BadValue: there is no form of that name.
    """
    if run.json:
        name = "json"
    elif name is None:
        name = "table" if run.terminal else "plain"
    if name not in FORMS:
        raise BadValue("--format", name, "table, plain, json, jsonl or ids")
    return FORMS[name]


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


def _print_plain(run: Run, reader: Reader, selection: Selection) -> int:  # noqa: ARG001
    """Prints fields between tabs, an entry a line."""
    count = 0
    for row in _rows(reader, selection, PLAIN):
        print("\t".join(["" if value is None else printable(str(value)) for value in row]))
        count += 1
    return count


def _print_ids(run: Run, reader: Reader, selection: Selection) -> int:  # noqa: ARG001
    """Prints ids, one a line."""
    count = 0
    for (entry_id,) in _rows(reader, selection, ("id",)):
        print(entry_id)
        count += 1
    return count


def _print_table(run: Run, reader: Reader, selection: Selection) -> int:
    """Prints a table for a terminal."""
    from diffkb.cli.render.tables import Line, print_table

    outline = reader.outline()
    several = len(reader.documents()) > 1
    count = 0

    def lines() -> Iterator[Line]:
        nonlocal count
        for section_id, _, document, *fields in _rows(reader, selection, TABLE):
            count += 1
            path = (document,) if several else ()
            yield Line(" / ".join((*path, *outline.path(section_id))), *fields)

    print_table(lines(), color=run.color)
    return count


def _print_json(run: Run, reader: Reader, selection: Selection) -> int:
    """Answers with one JSON object."""
    from diffkb.formats.jsonl import entry_object

    found = reader.entries(selection.condition, selection.order, selection.limit)
    objects = [entry_object(entry) for entry in found]
    run.answer({"entries": objects})
    return len(objects)


def _print_json_lines(run: Run, reader: Reader, selection: Selection) -> int:  # noqa: ARG001
    """Prints an entry a line, in UTF-8 whatever the locale is."""
    from diffkb.formats.jsonl import write

    count = 0
    found = reader.entries(selection.condition, selection.order, selection.limit)
    sys.stdout.flush()
    for count, line in enumerate(write(found), start=1):  # noqa: B007 - the last count is wanted
        sys.stdout.buffer.write(line.encode())
    return count


def _rows(
    reader: Reader, selection: Selection, columns: tuple[str, ...]
) -> Iterator[tuple[Any, ...]]:
    """Yields columns of the selected entries."""
    return reader.entry_rows(columns, selection.condition, selection.order, selection.limit)


FORMS: dict[str, Callable[[Run, Reader, Selection], int]] = {
    "table": _print_table,
    "plain": _print_plain,
    "json": _print_json,
    "jsonl": _print_json_lines,
    "ids": _print_ids,
}

"""The forms of a listing: each shows the selected entries, and says how many they were."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from diffkb.cli.render.messages import printable
from diffkb.errors import BadValue, UsageError
from diffkb.formats import BY_NAME, FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import IO

    from diffkb.cli.run import Run
    from diffkb.core.references import Reference
    from diffkb.services.listing import Selection
    from diffkb.store.reader import Reader

TEMPLATE = "a template such as '{year} {title}'"
PLAIN = ("id", "year", "wr", "title", "url")
TABLE = ("section_id", "document_id", "document", *PLAIN)


class Listing(NamedTuple):
    """What is to be shown, and where.

    Attributes:
        run: the call of the program.
        reader: the base.
        selection: which entries, in which order.
        columns: those that are asked for; empty leaves them to the form.
    """

    run: Run
    reader: Reader
    selection: Selection
    columns: tuple[str, ...] = ()

    def rows(self, columns: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
        """Yields columns of the base for the selected entries."""
        chosen = self.selection
        return self.reader.entry_rows(columns, chosen.condition, chosen.order, chosen.limit)

    def shown(self, columns: tuple[str, ...]) -> Iterator[list[str]]:
        """Yields columns as text for the selected entries."""
        from diffkb.cli.render.columns import show_rows, stored

        return show_rows(columns, self.rows(stored(columns)), self.reader.outline())


def choose_form(run: Run, name: str | None, columns: tuple[str, ...]) -> Callable[[Listing], int]:
    """Returns the function that shows a listing in a form, and returns how many were shown.

    Args:
        run: the call of the program.
        name: the form that is asked for, or None.
        columns: the columns that are asked for.

    Raises:
        BadValue: there is no form of that name, or a template cannot be read.
        UsageError: the form has no columns to choose.
    """
    name = usual_form(run, name)
    if columns and name not in WITH_COLUMNS:
        with_columns = ", ".join(WITH_COLUMNS)
        raise UsageError(
            f"{name} has no columns to choose", hint=f"--columns is for {with_columns}"
        )
    if name in FORMS:
        return FORMS[name]
    if "{" not in name:
        raise BadValue("--format", name, f"{', '.join(FORMS)}, or {TEMPLATE}")
    return _by_template(name)


def usual_form(run: Run, name: str | None) -> str:
    """Returns the form that is asked for, else the one for who reads it: a person or a program."""
    if run.json:
        return "json"
    return name or ("table" if run.terminal else "plain")


def _print_plain(listing: Listing) -> int:
    """Prints fields between tabs, an entry a line."""
    if listing.columns:
        return _print_lines(
            "\t".join(map(printable, row)) for row in listing.shown(listing.columns)
        )
    return _print_lines(
        "\t".join(["" if value is None else printable(str(value)) for value in row])
        for row in listing.rows(PLAIN)
    )


def _print_ids(listing: Listing) -> int:
    """Prints ids, one a line."""
    return _print_lines(str(entry_id) for (entry_id,) in listing.rows(("id",)))


def _by_template(text: str) -> Callable[[Listing], int]:
    """Returns the function that fills a template for each entry."""
    from diffkb.cli.render.columns import Template

    template = Template(text)
    return lambda listing: _print_lines(
        printable(template.fill(row)) for row in listing.shown(template.columns)
    )


def _print_lines(lines: Iterable[str]) -> int:
    """Prints lines, and returns how many they were."""
    count = 0
    for line in lines:
        print(line)
        count += 1
    return count


def _print_table(listing: Listing) -> int:
    """Prints a table for a terminal, by way of a pager where it is longer than the screen."""
    from diffkb.cli.render.columns import parse_columns
    from diffkb.cli.render.pager import paged

    run = listing.run
    configured = parse_columns("columns", run.configuration.columns)
    columns = listing.columns or configured
    # Whoever leaves the pager early has seen some.
    shown = 1
    with paged(run.environ, wanted=run.terminal and not run.no_pager) as stream:
        if columns:
            shown = _print_chosen(listing, columns, stream)
        else:
            shown = _print_sections(listing, stream)
    return shown


def _print_sections(listing: Listing, stream: IO[str]) -> int:
    """Prints the entries under their sections."""
    from diffkb.cli.render.tables import Line, print_table

    outline = listing.reader.outline()
    several = len(listing.reader.documents()) > 1
    count = 0

    def lines() -> Iterator[Line]:
        nonlocal count
        for section_id, _, document, *fields in listing.rows(TABLE):
            count += 1
            path = (document,) if several else ()
            yield Line(" / ".join((*path, *outline.path(section_id))), *fields)

    print_table(lines(), color=listing.run.color, stream=stream)
    return count


def _print_chosen(listing: Listing, columns: tuple[str, ...], stream: IO[str]) -> int:
    """Prints the columns that a person chose, under their names."""
    from diffkb.cli.render.tables import print_columns

    count = 0

    def rows() -> Iterator[list[str]]:
        nonlocal count
        for row in listing.shown(columns):
            count += 1
            yield row

    print_columns(columns, rows(), color=listing.run.color, stream=stream)
    return count


def _print_csv(listing: Listing) -> int:
    """Prints a table for spreadsheets, in UTF-8 whatever the locale is."""
    from diffkb.cli.render.columns import COLUMNS
    from diffkb.formats.spreadsheet import write_csv

    columns = listing.columns or tuple(COLUMNS)
    # The first line is the head.
    return _write_lines(write_csv(columns, listing.shown(columns))) - 1


def _print_json(listing: Listing) -> int:
    """Answers with one JSON object."""
    from diffkb.formats.jsonl import entry_object

    chosen = listing.selection
    found = listing.reader.entries(chosen.condition, chosen.order, chosen.limit)
    objects = [entry_object(entry) for entry in found]
    listing.run.answer({"entries": objects})
    return len(objects)


def _print_format(name: str, listing: Listing) -> int:
    """Prints the entries in a format that `export` writes, in UTF-8 whatever the locale is."""
    from diffkb.formats import Style, writer_of
    from diffkb.store.references import select_references

    condition, _, order, limit = listing.selection
    count = 0

    def counted() -> Iterator[Reference]:
        nonlocal count
        for one in select_references(listing.reader, condition, order, limit):
            count += 1
            yield one

    style = Style(sorted_by=order[0].field if order else None)
    _write_lines(writer_of(BY_NAME[name])(counted(), style))
    return count


def _write_lines(lines: Iterable[str]) -> int:
    """Writes lines that have their ends, and returns how many they were."""
    count = 0
    sys.stdout.flush()
    for line in lines:
        sys.stdout.buffer.write(line.encode("utf-8", "replace"))
        count += 1
    return count


FORMS: dict[str, Callable[[Listing], int]] = {
    "table": _print_table,
    "plain": _print_plain,
    "json": _print_json,
    "csv": _print_csv,
    "ids": _print_ids,
}
FORMS |= {
    form.name: partial(_print_format, form.name)
    for form in FORMATS
    if form.writes == "entries" and not form.by_template and form.name not in FORMS
}
WITH_COLUMNS = ("table", "plain", "csv")

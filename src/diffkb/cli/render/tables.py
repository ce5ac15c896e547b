"""Entries as a table for a terminal: sections as headings, WR as stars, titles as links."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.text import Text

from diffkb.cli.render.messages import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import IO

# Rows that are laid out at once: the first screen of a million must not wait for the last.
CHUNK = 200

STAR = "★"
NARROWEST_TITLE = 20
# Columns whose values are short, and told apart by each of their characters.
NARROW = frozenset({"id", "year", "wr", "read", "pending", "kind", "published", "arxiv_id"})


class Line(NamedTuple):
    """An entry as the table shows it; `heading` is what it stands under."""

    heading: str
    id: int
    year: int | None
    wr: int | None
    title: str
    url: str | None


def print_table(lines: Iterable[Line], *, color: bool, stream: IO[str]) -> None:
    """Prints entries, in as many columns as the terminal has.

    Args:
        lines: the entries; a heading is shown where it differs from the one before.
        color: whether to use colour and links.
        stream: where to print.
    """
    console = make_console(color=color, stream=stream)
    heading = None
    rest = iter(lines)
    while chunk := list(islice(rest, CHUNK)):
        for group in _grouped(chunk):
            if group[0].heading != heading:
                _print_heading(console, group[0].heading, first=heading is None)
                heading = group[0].heading
            console.print(_table(console, group, links=color))


def print_columns(
    names: Sequence[str], rows: Iterable[Sequence[str]], *, color: bool, stream: IO[str]
) -> None:
    """Prints rows of text under the names of their columns.

    Args:
        names: of the columns.
        rows: a text for each column.
        color: whether to use colour.
        stream: where to print.
    """
    console = make_console(color=color, stream=stream)
    rest = iter(rows)
    while chunk := list(islice(rest, CHUNK)):
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for name in names:
            table.add_column(name, overflow="fold", no_wrap=name in NARROW)
        for row in chunk:
            table.add_row(*(Text(printable(value)) for value in row))
        console.print(table)


def make_console(*, color: bool, stream: IO[str]) -> Console:
    """Makes what prints for people: text as it is, in the width of the terminal.

    Args:
        color: whether to use colour and links.
        stream: where to print.
    """
    return Console(
        file=stream,
        color_system="auto" if color else None,
        force_terminal=True,
        highlight=False,
        markup=False,
        emoji=False,
    )


def _grouped(lines: list[Line]) -> Iterator[list[Line]]:
    """Yields neighbours that stand under one heading."""
    group: list[Line] = []
    for line in lines:
        if group and line.heading != group[0].heading:
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _print_heading(console: Console, heading: str, *, first: bool) -> None:
    """Prints a heading, with a blank line before all but the first."""
    if not first:
        console.print()
    if heading:
        console.print(Text(printable(heading), style="bold"))


def _table(console: Console, lines: list[Line], *, links: bool) -> Table:
    """Lays out entries; where the terminal is narrow, the year goes before the id does."""
    narrow = console.width < NARROWEST_TITLE + 24
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0), expand=True)
    table.add_column(justify="right", style="dim", width=_id_wide(lines), no_wrap=True)
    if not narrow:
        table.add_column(width=4, no_wrap=True)
    table.add_column(width=_stars_wide(lines), no_wrap=True, style="yellow")
    table.add_column(ratio=1, overflow="fold")
    for line in lines:
        year = [] if narrow else ["" if line.year is None else str(line.year)]
        table.add_row(
            str(line.id), *year, stars(line.wr), title_text(line.title, line.url, links=links)
        )
    return table


def stars(wr: int | None) -> str:
    """Returns WR as stars; many of them as a number."""
    if wr is None:
        return ""
    return STAR * wr if 0 < wr <= 5 else f"{wr}{STAR}"  # noqa: PLR2004 - more are not counted at a glance


def _id_wide(lines: list[Line]) -> int:
    """Returns the columns that ids take: a cut one would name another entry."""
    return max(5, *(len(str(line.id)) for line in lines))


def _stars_wide(lines: list[Line]) -> int:
    """Returns the columns that stars take."""
    return max(3, *(len(stars(line.wr)) for line in lines))


def title_text(title: str, url: str | None, *, links: bool) -> Text:
    """Returns a title, as a link where it leads to the web."""
    text = Text(printable(title))
    if links and url and url.isprintable() and url.lower().startswith(("http://", "https://")):
        text.stylize(Style(link=url))
    return text

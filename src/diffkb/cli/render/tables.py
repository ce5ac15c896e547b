"""Entries as a table for a terminal: sections as headings, WR as stars, titles as links."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
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
# Blanks between columns.
BETWEEN = 2
# What is longer is no word that is kept whole, but a link.
LONG_WORD = 24
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
    """Prints rows of text under the names of their columns, or beside them where these lack room.

    Args:
        names: of the columns.
        rows: a text for each column.
        color: whether to use colour.
        stream: where to print.
    """
    console = make_console(color=color, stream=stream)
    rest = iter(rows)
    room = console.width - BETWEEN * (len(names) - 1)
    while chunk := [[printable(value) for value in row] for row in islice(rest, CHUNK)]:
        widths = _widths(names, chunk, room)
        if widths is None:
            for row in chunk:
                _print_beside(console, names, row)
            continue
        table = Table(box=None, pad_edge=False, padding=(0, BETWEEN, 0, 0), header_style="dim")
        for name, width in zip(names, widths, strict=True):
            table.add_column(name, overflow="fold", width=width)
        for row in chunk:
            table.add_row(*map(Text, row))
        console.print(table)


def _widths(names: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """Returns how wide columns are to be so that no word is broken; None where there is no room.

    Args:
        names: of the columns.
        rows: what stands under them.
        room: how many characters they may take together.
    """
    least, wanted = [], []
    for name, *values in zip(names, *rows, strict=True):
        longest = max(map(cell_len, (name, *values)))
        word = max(map(cell_len, (name, *" ".join(values).split())))
        wanted.append(longest)
        least.append(longest if name in NARROW else min(word, LONG_WORD))
    left = room - sum(least)
    if left < 0:
        return None
    widths = list(least)
    # Each gets an equal part of what is left, or what it needs: those that need little first.
    by_need = sorted(range(len(names)), key=lambda one: wanted[one] - least[one])
    for place, one in enumerate(by_need):
        more = min(wanted[one] - least[one], left // (len(names) - place))
        widths[one] += more
        left -= more
    return widths


def _print_beside(console: Console, names: Sequence[str], row: Sequence[str]) -> None:
    """Prints what a row holds, each value beside the name of its column, and a blank line."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, BETWEEN, 0, 0))
    table.add_column(style="dim", width=max(map(cell_len, names)))
    table.add_column(overflow="fold")
    for name, value in zip(names, row, strict=True):
        if value:
            table.add_row(name, Text(value))
    console.print(table)
    console.print()


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

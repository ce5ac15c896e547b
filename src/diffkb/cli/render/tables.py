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
    from collections.abc import Iterable, Iterator

# Rows that are laid out at once: the first screen of a million must not wait for the last.
CHUNK = 200

STAR = "★"
NARROWEST_TITLE = 20


class Line(NamedTuple):
    """An entry as the table shows it; `heading` is what it stands under."""

    heading: str
    id: int
    year: int | None
    wr: int | None
    title: str
    url: str | None


def print_table(lines: Iterable[Line], *, color: bool) -> None:
    """Prints entries to standard output, in as many columns as the terminal has.

    Args:
        lines: the entries; a heading is shown where it differs from the one before.
        color: whether to use colour and links.
    """
    console = Console(
        color_system="auto" if color else None,
        force_terminal=True,
        highlight=False,
        markup=False,
        emoji=False,
    )
    heading = None
    rest = iter(lines)
    while chunk := list(islice(rest, CHUNK)):
        for group in _grouped(chunk):
            if group[0].heading != heading:
                _print_heading(console, group[0].heading, first=heading is None)
                heading = group[0].heading
            console.print(_table(console, group, links=color))


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
        table.add_row(str(line.id), *year, _stars(line.wr), _title(line, links=links))
    return table


def _stars(wr: int | None) -> str:
    """Returns WR as stars; many of them as a number."""
    if wr is None:
        return ""
    return STAR * wr if 0 < wr <= 5 else f"{wr}{STAR}"  # noqa: PLR2004 - more are not counted at a glance


def _id_wide(lines: list[Line]) -> int:
    """Returns the columns that ids take: a cut one would name another entry."""
    return max(5, *(len(str(line.id)) for line in lines))


def _stars_wide(lines: list[Line]) -> int:
    """Returns the columns that stars take."""
    return max(3, *(len(_stars(line.wr)) for line in lines))


def _title(line: Line, *, links: bool) -> Text:
    """Returns the title, as a link where it leads to the web."""
    text = Text(printable(line.title))
    url = line.url
    if links and url and url.isprintable() and url.lower().startswith(("http://", "https://")):
        text.stylize(Style(link=url))
    return text

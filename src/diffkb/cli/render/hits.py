"""What a search found, for a terminal: titles and snippets with the words found in bold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from diffkb.cli.render.messages import printable
from diffkb.cli.render.tables import make_console, stars, title_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO

    from diffkb.services.searching import Hit

FOUND = "bold underline"


def print_hits(hits: Sequence[Hit], *, color: bool, stream: IO[str]) -> None:
    """Prints entries, each with its section and the snippet under its title.

    Args:
        hits: what was found.
        color: whether to use colour and links.
        stream: where to print.
    """
    console = make_console(color=color, stream=stream)
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0), expand=True)
    table.add_column(justify="right", style="dim", no_wrap=True)
    table.add_column(width=4, no_wrap=True)
    table.add_column(no_wrap=True, style="yellow")
    table.add_column(ratio=1, overflow="fold")
    for hit in hits:
        entry = hit.entry
        year = "" if entry.year is None else str(entry.year)
        table.add_row(str(entry.id), year, stars(entry.wr), _told(hit, links=color))
    if hits:
        console.print(table)


def _told(hit: Hit, *, links: bool) -> Text:
    """Returns an entry's title, its section, and the snippet, each on its line."""
    title = title_text(hit.entry.title, hit.entry.url, links=links)
    if title.plain == hit.entry.title:
        _mark(title, hit.title_hits)
    lines = [title]
    if hit.entry.section:
        lines.append(Text(printable(" / ".join(hit.entry.section)), style="dim"))
    if hit.snippet is not None:
        snippet = Text(printable(hit.snippet.text))
        if snippet.plain == hit.snippet.text:
            _mark(snippet, hit.snippet.hits)
        lines.append(Text.assemble((f"{hit.field}: ", "dim"), snippet))
    return Text("\n").join(lines)


def _mark(text: Text, hits: Sequence[tuple[int, int]]) -> None:
    """Marks the words that were found."""
    for start, end in hits:
        text.stylize(FOUND, start, end)

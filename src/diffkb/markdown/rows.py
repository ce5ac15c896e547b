"""Writes rows of tables: a new one in the form of its neighbours, a value into an empty cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from diffkb.markdown.inline import destination
from diffkb.markdown.pens import Pen, title_in
from diffkb.markdown.skeletons import atoms_of, build
from diffkb.markdown.tables import cells_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffkb.core.models import Fields
    from diffkb.markdown.curated import Found
    from diffkb.markdown.dialect import Context
    from diffkb.markdown.link_labels import Label

# More blanks than this after a cell's words make a column of one width.
_ALIGNED = 2


class Cell(NamedTuple):
    """A cell of a row: its words, and the bounds that its blanks reach to."""

    start: int
    end: int
    low: int
    high: int


def cells_with_bounds(raw: str) -> list[Cell]:
    """Returns the cells of a row with the blanks around them."""
    end = len(raw.rstrip(" \t\r\n"))
    found = []
    for start, stop in cells_of(raw):
        low = max(raw.rfind("|", 0, start), raw.rfind("\n", 0, start), raw.rfind("\r", 0, start))
        high = raw.find("|", stop, end)
        found.append(Cell(start, stop, low + 1, high if high >= 0 else end))
    return found


def row_like(
    raw: str, found: Found, near: Context, fields: Fields, ctx: Context, *, linked: bool = False
) -> tuple[str, Label | None] | None:
    """Returns a row in the form of another one.

    Args:
        raw: the other row.
        found: what it says.
        near: its context.
        fields: what the new one shall say.
        ctx: its context.
        linked: whether its title is a link, whatever the other's is.

    Returns:
        The row, and the words of its link; None where the form cannot hold the title.
    """
    pen = Pen(raw, fields, ctx, cell=True)
    parts = atoms_of(raw, found, near)
    cells = cells_with_bounds(raw)
    texts: list[str] = []
    for place, cell in enumerate(cells):
        role = near.columns[place] if place < len(near.columns) else ""
        inside = [one for one in parts if cell.start <= one.start and one.end <= cell.end]
        if linked and role == "title":
            text: str | None = _linked(fields)
        else:
            text = pen.write(build(raw, inside, cell.start, cell.end))
        texts.append(text or _plain(role, pen, fields, ctx))
    at = near.columns.index("title") if "title" in near.columns else -1
    if not 0 <= at < len(texts) or not texts[at]:
        return None
    return _with_cells(raw, cells, texts, at), pen.label


def _linked(fields: Fields) -> str | None:
    """Returns a title as a link."""
    title = title_in(fields.title, cell=True)
    target = None if fields.url is None else destination(fields.url)
    if title is None or (target is None and fields.url is not None):
        return None
    return title if target is None else f"[{title}]({target})"


def _plain(role: str, pen: Pen, fields: Fields, ctx: Context) -> str:
    """Returns what an empty cell of a column holds in another row."""
    if role in pen.placed:
        return ""
    if role == "year":
        year = ctx.year_for(fields.year)
        pen.placed.add(role)
        return "" if year is None else str(year)
    if role in {"venue", "authors"}:
        pen.placed.add(role)
        return (getattr(fields, role) or "").replace("|", "\\|")
    return ""


def _with_cells(raw: str, cells: Sequence[Cell], texts: Sequence[str], title: int) -> str:
    """Returns a row with other words in its cells, and blanks as it has them."""
    usual = raw[cells[title].low : cells[title].start]
    aligned = any(cell.high - cell.end >= _ALIGNED and cell.start < cell.end for cell in cells[:-1])
    out = raw[: cells[0].low]
    for cell, text, following in zip(cells, texts, [*cells[1:], None], strict=True):
        closed = raw.startswith("|", cell.high)
        out += _padded(raw, cell, text, usual, aligned=aligned and closed, closed=closed)
        out += raw[cell.high : following.low] if following else raw[cell.high :].rstrip(" \t\r\n")
    if not texts[0] and "|" not in raw[: cells[0].low]:
        # A bar that begins a row opens its first cell.
        out = "|" + (usual or " ") + out.lstrip(" ")
    return out if raw.rstrip("\r\n").endswith((" ", "\t")) else out.rstrip(" \t")


def _padded(raw: str, cell: Cell, text: str, usual: str, *, aligned: bool, closed: bool) -> str:
    """Returns a cell's words with blanks around them."""
    if cell.start == cell.end:
        before = after = usual
        if not text:
            return raw[cell.low : cell.high]
    else:
        before, after = raw[cell.low : cell.start], raw[cell.end : cell.high]
        after = before[:1] if len(after) >= _ALIGNED else after
    padded = before + text + (after if closed else "") if text else before
    return padded.ljust(cell.high - cell.low) if aligned else padded


def fill_cell(raw: str, place: int, text: str) -> str | None:
    """Returns a row with words in one of its empty cells.

    Args:
        raw: the row.
        place: which cell.
        text: the words.
    """
    cells = cells_with_bounds(raw)
    if place >= len(cells) or cells[place].start < cells[place].end:
        return None
    cell = cells[place]
    full = next((one for one in cells if one.start < one.end), cell)
    usual = raw[full.low : full.start] if full is not cell else " "
    padded = usual + text + usual
    width = cell.high - cell.low
    return raw[: cell.low] + padded.ljust(width if width > len(usual) + 1 else 0) + raw[cell.high :]

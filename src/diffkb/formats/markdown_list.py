"""Markdown lists of any entries, in the project's own form: sections, years, linked titles, WR."""

from __future__ import annotations

from itertools import groupby, pairwise, takewhile
from typing import TYPE_CHECKING

from diffkb.core.models import Fields
from diffkb.errors import CannotWrite
from diffkb.markdown.dialect import Context, Dialect
from diffkb.markdown.heading_forms import write_heading
from diffkb.markdown.placing import write_entry
from diffkb.markdown.plain import plain_text, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from diffkb.core.models import Entry
    from diffkb.core.references import Reference
    from diffkb.formats import Style

# The lists an entry comes from may have other scales: no mark is refused here.
OWN_FORM = Context(Dialect(scale=(0, 999_999_999)))
DEEPEST = 6
# What stands over entries without a year below those with one.
UNDATED = "Undated"


def write(references: Iterable[Reference], style: Style) -> Iterator[str]:
    """Yields a Markdown list of entries as `write_entries` does."""
    return write_entries((one.entry for one in references), style.sorted_by)


def write_entries(entries: Iterable[Entry], sorted_by: str | None = None) -> Iterator[str]:
    """Yields a Markdown list of entries, piece by piece.

    Args:
        entries: in the order in which they are to stand.
        sorted_by: the field they are sorted by; None for the order of their lists. Those stand
            under their list's name, their sections and years; those sorted by year under their
            years; others alone.

    Returns:
        What reads as the same titles, links, marks and notes.
    """
    for number, text in enumerate(_blocks(entries, sorted_by)):
        yield f"\n{text}\n" if number else f"{text}\n"


def _blocks(entries: Iterable[Entry], sorted_by: str | None) -> Iterator[str]:
    """Yields headings and entries without what stands between them."""
    if sorted_by is not None:
        yield from _write_run(entries, 1, sorted_by)
        return
    above: tuple[str, ...] = ()
    for path, run in groupby(entries, key=lambda entry: (entry.document, *entry.section)):
        for depth in range(_common_depth(above, path), len(path)):
            yield _heading(depth + 1, path[depth])
        above = path
        yield from _write_run(_in_order_of_years(list(run)), len(path), sorted_by)


def _write_run(entries: Iterable[Entry], depth: int, sorted_by: str | None) -> Iterator[str]:
    """Yields the blocks of entries that stand under one section."""
    year: int | None = None
    for entry in entries:
        if sorted_by in {None, "year"} and entry.year != year:
            year = entry.year
            yield _heading(depth + 1, UNDATED if year is None else str(year))
        yield _item(entry)


def _in_order_of_years(entries: list[Entry]) -> Sequence[Entry]:
    """Returns the entries of a section so that those of one year stand together.

    A section whose years do not simply rise or fall goes from new to old.
    """
    years = [entry.year for entry in entries if entry.year is not None]
    undated_first = not any(
        entry.year is None and before.year is not None for before, entry in pairwise(entries)
    )
    if undated_first and years in (sorted(years), sorted(years, reverse=True)):
        return entries
    return sorted(entries, key=lambda entry: (entry.year is not None, -(entry.year or 0)))


def _heading(level: int, name: str) -> str:
    """Returns a heading."""
    level = min(level, DEEPEST)
    try:
        return write_heading(level, name)
    except CannotWrite:
        return f"{'#' * level} {_escaped(name)}"


def _item(entry: Entry) -> str:
    """Returns an entry; one that the form cannot hold comes as near to it as Markdown can."""
    fields = Fields(entry.title, entry.url, wr=entry.wr, note=entry.note)
    try:
        return write_entry(fields, (), OWN_FORM)
    except CannotWrite:
        return _plain_item(entry)


def _plain_item(entry: Entry) -> str:
    """Returns an item with what the form of a linked title has no place for."""
    try:
        fields = Fields(entry.title, entry.url, wr=entry.wr)
        text = write_entry(fields, (), OWN_FORM)
    except CannotWrite:
        mark = "" if entry.wr is None else f" **WR={entry.wr}**"
        link = f": <{' '.join(entry.url.split())}>" if entry.url else ""
        text = f"- {_escaped(entry.title)}{link}{mark}"
    note = "\n".join(f"  {line}".rstrip() for line in (entry.note or "").splitlines())
    return f"{text}\n\n{note}" if note else text


def _escaped(text: str) -> str:
    """Returns a text of one line as Markdown that reads as it, where there is such."""
    line = " ".join(text.split())
    return written(line, lambda markdown: plain_text(markdown) == line) or line


def _common_depth(one: Sequence[str], other: Sequence[str]) -> int:
    """Returns how many parts two paths have in common from their beginning."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return sum(1 for _ in same)

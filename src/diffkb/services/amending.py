"""Editing entries: fields of the list, what a curator says of the work, or the whole Markdown."""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, cast

from diffkb.errors import CannotWrite, ChangedMeanwhile, KeyTaken, WrOutOfScale
from diffkb.markdown.forms import commonest
from diffkb.services.curating import Verb
from diffkb.services.marking import marking

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from diffkb.core.models import Author, Identifier
    from diffkb.services.curating import Edit, Editing
    from diffkb.services.pages import Page
    from diffkb.store.tables import EntryRow

EDIT = Verb("edit", "edited")
LISTED = ("title", "url", "wr", "note")
CREDITS = ("authors", "venue")
FACTS = ("published", "abstract")
LINE_END = re.compile(r"\r\n|\n|\r")
IDENTIFIERS = ("doi", "arxiv", "openreview")


def amending(values: Mapping[str, object], *, create: bool = False) -> Edit:
    """Returns the edit that gives fields of an entry other values.

    The edit raises WrOutOfScale, SectionNotFound and AmbiguousSection as the words are,
    IdentifierTaken and KeyTaken where another entry has what is given, and CannotWrite where the
    list cannot hold it.

    Args:
        values: by field, as `assigning.split_words` reads them.
        create: whether a section is made where it is missing.
    """

    def amend(editing: Editing, entry: EntryRow) -> str | None:
        page = editing.page(entry.document_id)
        changed = [
            *_place(page, entry, values, create=create),
            *_write(editing, page, entry, values),
            *_mark(editing, entry, values),
            *_vouch(editing, page, entry, values),
            *_give_key(editing, entry, values),
        ]
        if not changed:
            return None
        entry.changed = editing.unit.time
        editing.unit.session.add(entry)
        editing.unit.session.flush()
        return f"({', '.join(name for name in values if name in changed)})"

    return amend


def rewriting(before: str, text: str) -> Edit:
    r"""Returns the edit that gives an entry another Markdown.

    The edit raises ChangedMeanwhile where it is not what was shown any more, and CannotWrite where
    it would not be read as that one entry.

    Args:
        before: as it was shown.
        text: as it shall be, with "\n" between lines.
    """

    def rewrite(editing: Editing, entry: EntryRow) -> str | None:
        from diffkb.services.changing import rewrite_entry

        page = editing.page(entry.document_id)
        now = page.text_of(entry)
        if shown_text(now) != before:
            raise ChangedMeanwhile(entry.id or 0)
        after = with_line_ends(text, now)
        if after == now:
            return None
        title, year = entry.title, entry.year
        try:
            with _following_links(editing, entry):
                rewrite_entry(page, entry, after)
        except CannotWrite as error:
            error.hint = f"`diffkb edit {entry.id}` opens it as it is"
            raise
        _note_typed(editing, entry, title=entry.title != title, year=entry.year != year)
        return "as Markdown"

    return rewrite


def shown_text(text: str) -> str:
    r"""Returns an entry's Markdown as a person is shown it: with "\n" at the end of each line."""
    return LINE_END.sub("\n", text)


def with_line_ends(text: str, before: str) -> str:
    r"""Returns what a person wrote with the line ends that the text had.

    Args:
        text: with "\n" between lines, as an editor saves it; blank lines around it are left out.
        before: the text that was edited: lines that stayed keep their own ends.
    """
    lines = LINE_END.split(text)
    while lines and not lines[0].strip():
        del lines[0]
    while lines and not lines[-1].strip():
        del lines[-1]
    ends = [found[0] for found in LINE_END.finditer(before)]
    usual = commonest(ends, "\n")
    if len(set(ends)) < 2:  # noqa: PLR2004 - all lines end alike
        return usual.join(lines)
    kept = [usual] * len(lines)
    same = SequenceMatcher(None, LINE_END.split(before), lines, autojunk=False)
    for place, start, size in same.get_matching_blocks():
        kept[start : start + size] = [*ends[place : place + size], usual][:size]
    return "".join(line + end for line, end in zip(lines[:-1], kept, strict=False)) + lines[-1]


def _place(
    page: Page, entry: EntryRow, values: Mapping[str, object], *, create: bool
) -> Iterator[str]:
    """Moves an entry to another section or year; yields what changed, and what was lost."""
    from diffkb.services.changing import change_entry
    from diffkb.services.relocating import move_entry

    if "section" not in values and "year" not in values:
        return
    section_id, year = entry.section_id, entry.year
    wanted = cast("int | None", values.get("year"))
    if "year" in values and wanted is None and year is not None:
        if entry.year_from == "heading":
            raise CannotWrite("year", "it is given by the heading above; name another year")
        change_entry(page, entry, {"year": None})
    named = cast("str | None", values.get("section"))
    if named is not None or wanted is not None:
        section = page.section(named, create=create) if named is not None else None
        if named is None and entry.section_id is not None:
            section = page.outline()[entry.section_id]
        move_entry(page, entry, section, wanted)
        if wanted is not None and entry.year != wanted:
            raise CannotWrite("year", "neither the section nor the entry shows one")
    if entry.section_id != section_id:
        lost = year is not None and entry.year is None
        yield f"section, without its year {year}" if lost else "section"
    if entry.year != year and "year" in values:
        yield "year"
        entry.provisional_year = False


def _write(
    editing: Editing, page: Page, entry: EntryRow, values: Mapping[str, object]
) -> Iterator[str]:
    """Writes the fields that the list holds; yields those that changed."""
    from diffkb.services.changing import change_entry

    said = page.fields_of(entry)
    changes = {
        name: values[name]
        for name in LISTED
        if name in values and values[name] != getattr(said, name)
    }
    wr = cast("int | None", changes.get("wr"))
    low, high = page.scale
    if wr is not None and not low <= wr <= high:
        raise WrOutOfScale(wr, low, high)
    if changes:
        with _following_links(editing, entry):
            change_entry(page, entry, changes)
        _note_typed(editing, entry, title="title" in changes, year=False)
    yield from changes


def _mark(editing: Editing, entry: EntryRow, values: Mapping[str, object]) -> Iterator[str]:
    """Marks an entry as read or not; yields the field where that changed."""
    if "read" in values and marking(read=bool(values["read"]))(editing, entry) is not None:
        yield "read"


def _vouch(
    editing: Editing, page: Page, entry: EntryRow, values: Mapping[str, object]
) -> Iterator[str]:
    """Keeps what the curator says of the work; yields the facts that changed."""
    from diffkb.services.vouching import vouch_for, vouch_for_identifier

    for name in (*CREDITS, *FACTS):
        if name in values:
            value = cast("str | tuple[Author, ...] | None", values[name])
            kept = vouch_for(editing.unit, entry, name, value)
            shown = name in CREDITS and _show(page, entry, name, value)
            if kept or shown:
                yield name
    for scheme in IDENTIFIERS:
        if scheme in values:
            identifier = cast("Identifier | None", values[scheme])
            if vouch_for_identifier(editing.unit, entry, scheme, identifier):
                yield scheme


def _show(page: Page, entry: EntryRow, name: str, value: str | tuple[Author, ...] | None) -> bool:
    """Writes authors or venue into the list where it shows them; says whether that changed it.

    Where the entry itself shows none, and has no room for it as those near it have, it is kept in
    the base alone.
    """
    from diffkb.services.changing import change_entry
    from diffkb.services.neighbours import credits_near, said_near

    shown = getattr(entry, name)
    if shown is None and (value is None or not said_near(page, entry, name)):
        return False
    text = credits_near(page, entry, value) if isinstance(value, tuple) else value
    if text == shown:
        return False
    if shown is not None:
        change_entry(page, entry, {name: text})
        return True
    with suppress(CannotWrite):
        change_entry(page, entry, {name: text})
        return True
    return False


def _give_key(editing: Editing, entry: EntryRow, values: Mapping[str, object]) -> Iterator[str]:
    """Gives an entry the citation key that a person chose; yields the field where it changed."""
    if "key" not in values or values["key"] == entry.citation_key:
        return
    key = cast("str | None", values["key"])
    holders = [] if key is None else editing.reader.ids_by_key(key)
    if key is not None and holders:
        raise KeyTaken(key, holders[0], editing.row(holders[0]).title)
    entry.citation_key = key
    yield "key"


def _note_typed(editing: Editing, entry: EntryRow, *, title: bool, year: bool) -> None:
    """Notes that a person typed the title, or named the year: no source replaces it any more."""
    if title:
        entry.placeholder = False
    if year:
        entry.provisional_year = False
    editing.unit.session.add(entry)
    editing.unit.session.flush()


@contextmanager
def _following_links(editing: Editing, entry: EntryRow) -> Iterator[None]:
    """Lets an entry stand for the work that its links name after an edit."""
    from diffkb.services.linking import follow_links
    from diffkb.services.vouching import names_in_links

    before = names_in_links(entry)
    yield
    follow_links(editing.unit, entry, before)

"""The curator's words on entries: those that stand in the list, and those the base alone holds."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from diffkb.core.text import storable
from diffkb.errors import CannotWrite
from diffkb.services.curating import Editing, Verb
from diffkb.services.opening import open_rehearsal

if TYPE_CHECKING:
    from diffkb.paths import BaseChoice
    from diffkb.services.curating import Edit
    from diffkb.services.pages import Page
    from diffkb.store.reader import Reader
    from diffkb.store.tables import EntryRow, NoteRow

NOTE = Verb("note", "noted")

# How a text begins that is a block of its own in Markdown, and goes on no line of another.
BLOCK = re.compile(r"[-*+][ \t]|[0-9]{1,9}[.)][ \t]|#{1,6}[ \t]|[>|]|```|~~~|\$\$")


def note_text(text: str) -> str | None:
    """Returns a note as a list can hold it: no blanks around it; nothing but blanks is none."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip() or None


def noting(text: str | None, *, replaced: bool, private: bool) -> Edit:
    """Returns the edit that adds words to an entry's note.

    Args:
        text: the words; with `replaced` None takes the note away.
        replaced: whether they stand in the place of those that are there; else they go on from
            the last paragraph.
        private: whether it is the note that does not stand in the list.
    """

    def note(editing: Editing, entry: EntryRow) -> str | None:
        before = _note_on(editing, entry, private=private)
        after = text if replaced or before is None or text is None else _joined(before, text)
        if after == before or (text is None and not replaced):
            return None
        if private:
            _keep_private(editing, entry, after)
        else:
            _write(editing.page(entry.document_id), entry, before, after, text)
        manner = "no more" if after is None else "anew" if replaced and before else ""
        return f"{'privately' if private else ''} {manner}".strip()

    return note


def _joined(before: str, text: str) -> str:
    """Returns a note with words that go on from its last paragraph."""
    return f"{before}\n{text}" if BLOCK.match(text) else f"{before} {text}"


def note_to_edit(choice: BaseChoice, entry_id: int, *, private: bool) -> str:
    """Returns the note on an entry with all its bytes, also those that are not UTF-8."""
    with open_rehearsal(choice, NOTE.name) as unit:
        editing = Editing(unit)
        return _note_on(editing, editing.row(entry_id), private=private) or ""


def read_note(reader: Reader, entry_id: int, *, private: bool) -> str | None:
    """Returns the note on an entry, in the list or beside it."""
    if private:
        return reader.private_note(entry_id)
    [entry] = reader.entries_of([entry_id])
    return entry.note


def _write(
    page: Page, entry: EntryRow, before: str | None, after: str | None, text: str | None
) -> None:
    """Writes a note into the list; what cannot go on on the same line goes on the next one."""
    from diffkb.services.changing import change_entry

    if before is None or after is None or text is None or after == text:
        change_entry(page, entry, {"note": after})
        return
    with suppress(CannotWrite):
        change_entry(page, entry, {"note": after})
        return
    change_entry(page, entry, {"note": f"{before}\n{text}"})


def _note_on(editing: Editing, entry: EntryRow, *, private: bool) -> str | None:
    """Returns the note on an entry; the listed one as its Markdown says it."""
    if not private:
        return editing.page(entry.document_id).fields_of(entry).note
    row = _private_row(editing, entry)
    return row.text if row else None


def _private_row(editing: Editing, entry: EntryRow) -> NoteRow | None:
    """Returns the row of an entry's private note."""
    from sqlmodel import select

    from diffkb.store.tables import NoteRow

    asked = select(NoteRow).where(NoteRow.entry_id == entry.id, NoteRow.kind == "private")
    return editing.unit.session.exec(asked).first()


def _keep_private(editing: Editing, entry: EntryRow, text: str | None) -> None:
    """Keeps a private note, or with None drops it."""
    from diffkb.store.tables import NoteRow, id_of

    session = editing.unit.session
    row = _private_row(editing, entry)
    if text is None:
        if row is not None:
            session.delete(row)
    else:
        row = row or NoteRow(entry_id=id_of(entry), kind="private", text="")
        row.text = storable(text)
        session.add(row)
    entry.changed = editing.unit.time
    session.add(entry)
    session.flush()

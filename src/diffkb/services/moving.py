"""Moving entries: to a section and a year, beside another entry, to the top or the bottom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from diffkb.core.outline import write_path
from diffkb.errors import CannotWrite, OtherDocument, UsageError
from diffkb.services.curating import Verb

if TYPE_CHECKING:
    from diffkb.core.outline import Node
    from diffkb.services.curating import Edit, Editing
    from diffkb.services.pages import Page
    from diffkb.store.tables import EntryRow

    End = Literal["top", "bottom"]

MOVE = Verb("move", "moved")


class Place(NamedTuple):
    """Where entries go within their lists.

    Attributes:
        section: the name of a section, or None for the one they are in.
        create: whether it is made where missing.
        year: the year group, or None for that of their year.
        end: the top or the bottom there, or None.
    """

    section: str | None = None
    create: bool = False
    year: int | None = None
    end: End | None = None


class Spot(NamedTuple):
    """Where an entry stands: under which heading, with which year, and among which others."""

    group_id: int | None
    year: int | None
    siblings: tuple[int | None, ...]


def moving_to(place: Place) -> Edit:
    """Returns the edit that moves an entry to a section, a year group, or an end of it.

    What goes to the top stands there in the order in which it was named. The edit raises
    SectionNotFound, AmbiguousSection and CannotWrite as `Page.section` and `move_entry` do.
    """

    def move(editing: Editing, entry: EntryRow) -> str | None:
        from diffkb.services.relocating import move_entry

        page = editing.page(entry.document_id)
        before = _spot(page, entry)
        if place.section is not None or place.year is not None:
            move_entry(page, entry, _section(page, entry, place), place.year)
            if place.year is not None and entry.year != place.year:
                raise CannotWrite("year", "neither the section nor the entry shows one")
        if place.end == "top":
            _to_top(editing, page, entry)
        elif place.end == "bottom":
            others = _others(page, entry)
            if others:
                _set_beside(page, entry, others[-1], after=True)
        return _told(editing, page, entry, before)

    return move


def moving_beside(other_id: int, *, after: bool) -> Edit:
    """Returns the edit that sets an entry beside another one, several in the order given.

    The edit raises OtherDocument where the two stand in different lists, and CannotWrite as
    `place_entry` does.
    """

    def move(editing: Editing, entry: EntryRow) -> str | None:
        if entry.id == other_id:
            raise UsageError(
                "an entry cannot be moved beside itself", hint="name another one", ref=str(other_id)
            )
        other = editing.row(editing.done[-1] if after and editing.done else other_id)
        if other.document_id != entry.document_id:
            raise OtherDocument(entry.id or 0, other_id)
        page = editing.page(entry.document_id)
        before = _spot(page, entry)
        _set_beside(page, entry, other, after=after)
        return _told(editing, page, entry, before)

    return move


def _section(page: Page, entry: EntryRow, place: Place) -> Node | None:
    """Returns the section an entry goes to."""
    if place.section is not None:
        return page.section(place.section, create=place.create)
    return None if entry.section_id is None else page.outline()[entry.section_id]


def _others(page: Page, entry: EntryRow) -> list[EntryRow]:
    """Returns the entries that an entry may change places with."""
    from diffkb.services.relocating import siblings_of

    return [one for one in siblings_of(page, entry) if one.id != entry.id]


def _to_top(editing: Editing, page: Page, entry: EntryRow) -> None:
    """Moves an entry to the top of its group, behind those that went there before it."""
    others = _others(page, entry)
    went = [one for one in others if one.id in editing.done]
    if went:
        _set_beside(page, entry, went[-1], after=True)
    elif others:
        _set_beside(page, entry, others[0], after=False)


def _set_beside(page: Page, entry: EntryRow, other: EntryRow, *, after: bool) -> None:
    """Sets an entry beside another one, unless it stands there."""
    from diffkb.services.relocating import place_entry, siblings_of

    ids = [one.id for one in siblings_of(page, entry)]
    wanted = ids.index(other.id) + (1 if after else -1) if other.id in ids else None
    if wanted is None or ids.index(entry.id) != wanted:
        place_entry(page, entry, other, after=after)


def _spot(page: Page, entry: EntryRow) -> Spot:
    """Returns where an entry stands."""
    from diffkb.services.relocating import siblings_of

    return Spot(entry.group_id, entry.year, tuple(one.id for one in siblings_of(page, entry)))


def _told(editing: Editing, page: Page, entry: EntryRow, before: Spot) -> str | None:
    """Says where an entry stands now; None where it stood there. Its year is a person's now."""
    if _spot(page, entry) == before:
        return None
    if entry.provisional_year:
        entry.provisional_year = False
        editing.unit.session.add(entry)
        editing.unit.session.flush()
    path = page.outline().path(entry.section_id)
    here = f'within "{write_path(path)}"' if path else "within the list"
    words = here if entry.group_id == before.group_id else ""
    words = words or (f'to "{write_path(path)}"' if path else "to the start of the list")
    if entry.year is not None:
        return f"{words}, {entry.year}"
    return words if before.year is None else f"{words}, without its year {before.year}"

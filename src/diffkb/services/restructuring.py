"""Changing the sections of a list as a curator asks for it, as one step, or to be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.outline import write_path
from diffkb.errors import AmbiguousDocument
from diffkb.services.curating import Editing
from diffkb.services.exporting import choose_document
from diffkb.services.headings import find_section
from diffkb.services.opening import open_reader, open_rehearsal, open_unit
from diffkb.services.pages import Page
from diffkb.services.sections import Contents

if TYPE_CHECKING:
    from collections.abc import Callable

    from diffkb.core.outline import Node, Path
    from diffkb.paths import BaseChoice
    from diffkb.services.opening import Report
    from diffkb.services.sections import Sections
    from diffkb.store.reader import Reader

    Change = Callable[[Sections], "Outcome"]

TOP = "/"
# What each command does, and what it is said to have done.
WORDS = {
    "add": ("add", "added"),
    "rename": ("rename", "renamed"),
    "move": ("move", "moved"),
    "rm": ("remove", "removed"),
}


class Outcome(NamedTuple):
    """What became of a section.

    Attributes:
        before: its path as it was; None of a new one.
        after: its path as it is; None of one that was taken out.
        contents: what stands in it, or stood.
        changed: whether anything was to be changed.
        gone: names that headings had, and may have no more.
    """

    before: Path | None
    after: Path | None
    contents: Contents = Contents(0, (), 0)
    changed: bool = True
    gone: tuple[str, ...] = ()


class Restructured(NamedTuple):
    """What became of a section, and of its document.

    Attributes:
        document: its name.
        outcome: what became of the section.
        dead_links: the lines of the document with links to names that are gone.
        years: the entries whose year went with a name, by id.
        diff: of a rehearsal the lines that differ in the Markdown; else empty.
        step_id: the step that holds it; None of a rehearsal, and where nothing was changed.
    """

    document: str
    outcome: Outcome
    dead_links: tuple[int, ...] = ()
    years: tuple[int, ...] = ()
    diff: tuple[bytes, ...] = ()
    step_id: int | None = None


class Place(NamedTuple):
    """Which document is meant.

    Attributes:
        document: its name, or None.
        default: the name that the configuration has, or None.
        section: a section's name that may tell it.
    """

    document: str | None
    default: str | None
    section: str | None = None


def change_sections(
    choice: BaseChoice,
    command: str,
    place: Place,
    change: Change,
    *,
    dry_run: bool,
    report: Report,
    agree: Callable[[Restructured], None] | None = None,
) -> Restructured:
    """Changes the sections of a document, as one step.

    Args:
        choice: the base.
        command: the verb, for the journal.
        place: which document.
        change: does it.
        dry_run: whether it is only to be looked at.
        report: takes a sentence about what had to be done.
        agree: is shown what would be, and raises where the person does not want it.

    Raises:
        DocumentNotFound, AmbiguousDocument: no document is meant, or several are.
        SectionNotFound, AmbiguousSection, SectionExists, SectionInside, CannotWrite: as
            `Sections` says; nothing has changed.
        StorageError: the base cannot be read or written.
    """
    if place.section is not None:
        # What is not there is said before a base is made.
        with open_reader(choice, report) as reader:
            if not _found(reader, place.section):
                find_section(reader.outline(), place.section, can_create=False)
    if dry_run or agree is not None:
        with open_rehearsal(choice, command) as unit:
            planned = _carry_out(Editing(unit, compared=True), place, change)
        if dry_run:
            return planned
        if agree is not None:
            agree(planned)
    with open_unit(choice, command, report) as unit:
        done = _carry_out(Editing(unit), place, change)
        unit.summary = say_outcome(command.rpartition(" ")[2], done.outcome)
        return done._replace(step_id=unit.step_id if unit.changed else None)


def adding(path: str, *, create: bool) -> Change:
    """Returns the change that makes a section; the arguments are those of `Sections.add`."""

    def add(sections: Sections) -> Outcome:
        node = sections.add(path, create=create)
        return Outcome(None, sections.outline().path(node.id))

    return add


def renaming(named: str, name: str) -> Change:
    """Returns the change that gives a section another name."""

    def rename(sections: Sections) -> Outcome:
        node = sections.find(named)
        before, contents = sections.outline().path(node.id), sections.contents(node)
        changed = sections.rename(node, name)
        after = sections.outline().path(node.id)
        return Outcome(before, after, contents, changed, (node.name,))

    return rename


def moving(named: str, parent: str) -> Change:
    """Returns the change that moves a section into another one, or with `/` to the top."""

    def move(sections: Sections) -> Outcome:
        node = sections.find(named)
        home = None if parent.strip() == TOP else sections.find(parent)
        before, contents = sections.outline().path(node.id), sections.contents(node)
        changed = sections.move(node, home)
        return Outcome(before, sections.outline().path(node.id), contents, changed)

    return move


def removing(named: str) -> Change:
    """Returns the change that takes a section out, with all that stands in it."""

    def remove(sections: Sections) -> Outcome:
        node: Node = sections.find(named)
        before, contents = sections.outline().path(node.id), sections.contents(node)
        sections.remove(node)
        return Outcome(before, None, contents, gone=(node.name, *contents.sections))

    return remove


def say_outcome(verb: str, outcome: Outcome, *, done: bool = True) -> str:
    """Returns what became of a section in one sentence, for the journal and for people.

    Args:
        verb: the word of the command.
        outcome: what became of it.
        done: whether it was done, and not only looked at.
    """
    before, after = (one and write_path(one) for one in (outcome.before, outcome.after))
    if not outcome.changed:
        return f'unchanged section "{before}"'
    word, past = WORDS[verb]
    told = past if done else f"would {word}"
    if after is None:
        return f'{told} section "{before}"{_with(outcome.contents)}'
    return (
        f'{told} section "{after}"' if before is None else f'{told} section "{before}": "{after}"'
    )


def say_contents(contents: Contents) -> str:
    """Returns what stands in a section, in words; "" for nothing."""
    counted = (
        (contents.entries, "entry", "entries"),
        (len(contents.sections), "section", "sections"),
        (contents.texts, "block of text", "blocks of text"),
    )
    parts = [f"{count:,} {one if count == 1 else many}" for count, one, many in counted if count]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _with(contents: Contents) -> str:
    """Returns what went with a section, as the end of a sentence."""
    said = say_contents(contents)
    return f" with {said}" if said else ""


def _carry_out(editing: Editing, place: Place, change: Change) -> Restructured:
    """Changes the sections of the document that is meant."""
    page = _page(editing, place)
    years = _years(editing, page.document_id)
    outcome = change(page.sections)
    changed = [one for one, year in _years(editing, page.document_id) if (one, year) not in years]
    names = {one.id: one.name for one in editing.reader.documents()}
    return Restructured(
        names[page.document_id],
        outcome,
        tuple(page.sections.dead_links(outcome.gone)),
        tuple(changed),
        tuple(editing.differences()),
    )


def _page(editing: Editing, place: Place) -> Page:
    """Opens the document that is meant; of several the only one with the section named.

    A first section makes a document, as a first entry does.
    """
    reader = editing.reader
    if not reader.documents() and place.document is None and place.section is None:
        return editing.page(Page.new(editing.unit).document_id)
    try:
        return editing.page(choose_document(reader, place.document, place.default).id)
    except AmbiguousDocument:
        holders = {node.document_id for node in _found(reader, place.section)}
        if len(holders) != 1:
            raise
        return editing.page(holders.pop())


def _found(reader: Reader, section: str | None) -> list[Node]:
    """Returns the sections of a name in all documents."""
    return [] if section is None else reader.outline().find(section)


def _years(editing: Editing, document_id: int) -> set[tuple[int, int | None]]:
    """Returns the entries of a document with their years."""
    found = editing.unit.connection.execute(
        "SELECT id, year FROM entries WHERE document_id = ?", (document_id,)
    )
    return set(found)

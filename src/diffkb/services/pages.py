"""A document that is being written: its blocks and headings, what its entries say, its checks."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from diffkb.core.outline import Span
from diffkb.markdown.blocks import leading, trailing
from diffkb.markdown.dialect import WR_SCALE, Context
from diffkb.markdown.document import read_document
from diffkb.markdown.entries import get_fields
from diffkb.markdown.headings import GroupYear, group_year
from diffkb.markdown.marks import is_task
from diffkb.markdown.spans import definitions_in
from diffkb.services.blocks import Blocks, text_of
from diffkb.services.headings import Headings
from diffkb.services.sections import Sections
from diffkb.store.tables import BlockRow, DocumentRow, EntryRow, id_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diffkb.core.models import Fields
    from diffkb.core.outline import Node, Outline
    from diffkb.store.writer import UnitOfWork

# The document that an empty base's first entry makes.
FIRST_DOCUMENT = "Reading list"


class Page:
    """A document that is being written in a unit of work.

    Attributes:
        unit: the change.
        document: the document's row.
        blocks: its blocks.
        headings: its headings.

    Args:
        unit: the change.
        document: the document's row.
    """

    def __init__(self, unit: UnitOfWork, document: DocumentRow) -> None:
        self.unit = unit
        self.document = document
        self.blocks = Blocks(unit, document)
        self.headings = Headings(unit, id_of(document), self.blocks)
        self._defers = False

    @classmethod
    def open(cls, unit: UnitOfWork, document_id: int) -> Page:
        """Opens a document of the base."""
        document = unit.session.get(DocumentRow, document_id)
        if document is None:
            raise ValueError(document_id)
        return cls(unit, document)

    @classmethod
    def new(cls, unit: UnitOfWork, name: str = FIRST_DOCUMENT) -> Page:
        """Makes a document that holds nothing but its title."""
        text = f"# {name}\n"
        document = DocumentRow(
            name=name,
            title=name,
            dialect=read_document(text).dialect.to_json(),
            added=unit.time,
            changed=unit.time,
        )
        unit.session.add(document)
        unit.session.flush()
        page = cls(unit, document)
        block = page.blocks.new("heading")
        page.blocks.start(block, text)
        page.headings.add(block, None, 1, role="title", name=name)
        return page

    @property
    def document_id(self) -> int:
        """The document's id."""
        return id_of(self.document)

    @property
    def scale(self) -> tuple[int, int]:
        """The lowest and the highest WR; that of diffkb where the list has none yet."""
        return self.blocks.dialect.scale or WR_SCALE

    @property
    def sections(self) -> Sections:
        """The document's sections, to be edited."""
        return Sections(self.unit, self.document, self.blocks, self.headings)

    def outline(self) -> Outline:
        """Returns the document's headings as they are now."""
        return self.headings.outline()

    def section(self, name: str, *, create: bool) -> Node:
        """Returns the section of a name; makes it where that is asked for, or it is Unsorted.

        Raises:
            SectionNotFound, AmbiguousSection: as for `find_section`.
            CannotWrite: a heading cannot hold the name.
        """
        return self.headings.section(name, create=create)

    def is_flat(self) -> bool:
        """Says whether the document has entries and no section: a list without headings."""
        return not self.outline().sections and self.blocks.last_in(kind="entry") is not None

    @property
    def whole(self) -> Span:
        """The stretch that is the whole document."""
        return Span(self.document_id, 0, None)

    def context_of(self, entry: EntryRow) -> Context:
        """Returns what an entry's reading depends on."""
        group = None if entry.group_id is None else self.outline()[entry.group_id]
        return self.headings.context(group).with_json(entry.ctx)

    def fields_of(self, entry: EntryRow) -> Fields:
        """Returns what an entry's Markdown says."""
        text = text_of(self.blocks.get(entry.block_id))
        return get_fields(text, self.context_of(entry))[entry.ordinal]

    def text_of(self, entry: EntryRow) -> str:
        """Returns an entry's own Markdown, without the blank lines around it."""
        text = text_of(self.blocks.get(entry.block_id))
        return text[leading(text) : trailing(text)]

    def is_task(self, entry: EntryRow) -> bool:
        """Says whether an entry is an item with a box to tick."""
        return is_task(text_of(self.blocks.get(entry.block_id)))

    @cached_property
    def definitions(self) -> Mapping[str, str]:
        """Where the labels lead that the document defines."""
        return definitions_in("".join(one.text for one in self.blocks.all()))

    def check(self, new: BlockRow | None = None) -> None:
        """Makes sure that the document reads as it is stored; a new block by itself."""
        outline = self.outline()

        def year_of(group_id: int | None) -> GroupYear:
            return group_year(outline.upwards(group_id) if group_id in outline else ())

        self.blocks.check(year_of, new)

    def defer_checks(self) -> None:
        """Leaves it to `settle` to read the document again after changes and removals.

        Of many this takes the time of one; which of them was one too many is not said then.
        """
        self._defers = True

    def settle(self) -> None:
        """Makes sure that the document reads as it is stored after what was put off.

        Raises:
            CannotWrite: some block would read differently.
        """
        if self._defers:
            self.check()

    def check_or_defer(self) -> None:
        """Makes sure that the document reads as it is stored, now or later."""
        if not self._defers:
            self.check()

    def touch(self) -> None:
        """Notes when the document was changed."""
        self.document.changed = self.unit.time
        self.blocks.save(self.document)

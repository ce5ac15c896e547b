"""Documents read anew from their bytes, and held against what the base says they are."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from diffkb.core.text import storable
from diffkb.errors import CannotWrite
from diffkb.markdown import check_window, get_fields, read_document
from diffkb.markdown.blocks import cut_one
from diffkb.markdown.dialect import Context, Dialect
from diffkb.markdown.headings import Heading, Tree, read_heading
from diffkb.services.list_rows import READ_COLUMNS, entry_columns
from diffkb.store.examining import REPAIRING, RESTORING, Finding

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

    from diffkb.core.models import Fields
    from diffkb.markdown.document import BlockKind
    from diffkb.markdown.headings import Role

# So many blocks are read together: which of them is wrong is looked for only where one is.
_WINDOW = 500
# A list in any other form than diffkb's own is read as a whole, which takes many times its size.
_MOST_READ = 16 << 20

_BLOCKS = """
    SELECT b.id, b.position, b.kind, b.raw, s.id, s.parent_id, s.level, s.role, s.name, s.year
    FROM blocks b LEFT JOIN sections s ON s.block_id = b.id
    WHERE b.document_id = ? ORDER BY b.position
"""
_ENTRIES = f"""
    SELECT b.id, b.position, e.id, e.document_id, e.section_id, e.group_id, e.ctx,
        (SELECT json_group_array(name) FROM tags WHERE entry_id = e.id),
        (SELECT text FROM notes WHERE entry_id = e.id AND kind = 'listed'),
        e.title, {", ".join(f"e.{name}" for name in READ_COLUMNS)}
    FROM blocks b CROSS JOIN entries e ON e.block_id = b.id
    WHERE b.document_id = ? ORDER BY b.position, e.ordinal
"""
_REREAD = REPAIRING.format("takes it from the Markdown")
# What stands in the base alone where the list has no marks for it.
_OWN_TO_THE_BASE = frozenset({"read"})


class Section(NamedTuple):
    """A heading's row."""

    id: int
    parent_id: int | None
    level: int
    role: str
    name: str
    year: int | None


class EntryAsStored(NamedTuple):
    """An entry's row; `values` are its note, its title and the columns that a reading fills."""

    id: int
    document_id: int
    section_id: int | None
    group_id: int | None
    ctx: str | None
    tags: str
    values: tuple[Any, ...]


class BlockAsStored(NamedTuple):
    """A block's row with what belongs to it, and the line on which it begins."""

    id: int
    position: int
    kind: str
    text: str
    line: int
    section: Section | None
    entries: list[EntryAsStored]


def read_anew(
    connection: sqlite3.Connection,
    document_id: int,
    progress: Callable[[int], None],
    report: Callable[[str], None],
) -> Iterator[Finding]:
    """Yields where a document, read anew, says something else than the base.

    Every block must be cut from the bytes as it is stored, every heading stand in the tree as it
    is stored, and every entry say what its columns hold.

    Args:
        connection: to the base.
        document_id: the document.
        progress: takes how many blocks were read since the last call.
        report: takes a sentence about what was left out.
    """
    [(name, stored)] = connection.execute(
        "SELECT name, dialect FROM documents WHERE id = ?", (document_id,)
    ).fetchall()
    try:
        dialect = Dialect.from_json(stored)
    except (ValueError, TypeError, AttributeError, KeyError):
        yield Finding("value", f'nobody can tell how "{name}" is to be read', RESTORING)
        return
    document = _Document(document_id, name, dialect)
    if dialect.own:
        yield from document.check_windows(_blocks(connection, document_id, progress))
        return
    blocks = _blocks(connection, document_id, progress)
    [(size,)] = connection.execute(
        "SELECT coalesce(sum(length(raw)), 0) FROM blocks WHERE document_id = ?", (document_id,)
    ).fetchall()
    if size > _MOST_READ:
        report(f'"{name}" is too long to be read as a whole: each entry was read by itself')
        for block in blocks:
            yield from document.check_block(block, _as_stored(block))
        return
    yield from document.check_whole(list(blocks))


def _blocks(
    connection: sqlite3.Connection, document_id: int, progress: Callable[[int], None]
) -> Iterator[BlockAsStored]:
    """Yields a document's blocks in order."""
    entries = _entries(connection, document_id)
    waiting = next(entries, None)
    line = 1
    for block, position, kind, raw, *section in connection.execute(_BLOCKS, (document_id,)):
        here: list[EntryAsStored] = []
        if waiting and waiting[0] == block:
            here = waiting[1]
            waiting = next(entries, None)
        text = bytes(raw).decode("utf-8", "surrogateescape")
        heading = None if section[0] is None else Section(*section)
        yield BlockAsStored(block, position, kind, text, line, heading, here)
        line += text.count("\n")
        progress(1)


def _entries(
    connection: sqlite3.Connection, document_id: int
) -> Iterator[tuple[int, list[EntryAsStored]]]:
    """Yields the entries of each block of a document that has some."""
    rows = connection.execute(_ENTRIES, (document_id,))
    for block, found in groupby(rows, key=lambda row: row[0]):
        yield int(block), [EntryAsStored._make((*row[2:8], row[8:])) for row in found]


class _Document:
    """A document that is held against its bytes, block by block in order."""

    def __init__(self, document_id: int, name: str, dialect: Dialect) -> None:
        self._id = document_id
        self._name = name
        self._dialect = dialect
        self._tree = Tree()
        self._headings = 0

    def check_windows(self, blocks: Iterator[BlockAsStored]) -> Iterator[Finding]:
        """Checks a list in diffkb's own form, in which nothing depends on what is far away."""
        window: list[BlockAsStored] = []
        at_start = True
        for block in blocks:
            window.append(block)
            if len(window) > _WINDOW:
                yield from self._check_cut(window, at_start=at_start)
                # Where it meets the next window is looked at there.
                window, at_start = window[-1:], False
            yield from self.check_block(block, self._heading(block))
        yield from self._check_cut(window, at_start=at_start)

    def _check_cut(self, window: list[BlockAsStored], *, at_start: bool) -> Iterator[Finding]:
        """Checks that blocks are cut as they are stored."""
        if not _is_cut_otherwise(window, at_start=at_start):
            return
        pairs = [window[at : at + 2] for at in range(len(window) - 1)] or [window]
        for at, pair in enumerate(pairs):
            if _is_cut_otherwise(pair, at_start=at_start and at == 0):
                yield self._otherwise(pair[0])
                return
        yield self._otherwise(window[0])

    def check_whole(self, blocks: list[BlockAsStored]) -> Iterator[Finding]:
        """Checks a list in any other form, in which a block's reading depends on all others."""
        read = read_document("".join(block.text for block in blocks), self._dialect).blocks
        for block, found in zip(blocks, read, strict=False):
            same = (block.kind, block.text) == (found.kind, found.raw)
            ctx = found.context.to_json() if found.context else None
            if not same or (block.entries and ctx != block.entries[0].ctx):
                yield self._otherwise(block)
                break
        else:
            if len(blocks) != len(read):
                yield self._otherwise(blocks[-1])
        headings = {at: found.heading for at, found in enumerate(read)}
        for at, block in enumerate(blocks):
            yield from self.check_block(block, headings.get(at))

    def check_block(self, block: BlockAsStored, heading: Heading | None) -> Iterator[Finding]:
        """Checks a block by itself, and where it stands among the headings.

        Args:
            block: the next block.
            heading: what it says, where it is read as a heading.
        """
        if block.position < 1:
            yield self._wrong(block, "has no place in the document")
        if (block.kind == "heading") != (block.section is not None):
            yield self._wrong(block, "is a heading, or is none, against what is stored")
        if (block.kind == "entry") != bool(block.entries):
            yield self._wrong(block, "is an entry, or is none, against what is stored")
        if block.section is not None:
            yield from self._check_heading(block, block.section, heading)
        if block.entries:
            yield from self._check_entries(block)

    def _heading(self, block: BlockAsStored) -> Heading | None:
        """Returns what a heading says in a list of diffkb's own form."""
        piece = cut_one(block.text) if block.kind == "heading" else None
        if piece is None or piece.kind != "heading":
            return None
        heading = read_heading(block.text, piece.level, piece.name)
        self._headings += 1
        if self._dialect.titled and self._headings == 1 and heading.role == "section":
            return heading._replace(role="title", year=None)
        return heading

    def _check_heading(
        self, block: BlockAsStored, stored: Section, heading: Heading | None
    ) -> Iterator[Finding]:
        """Checks what a heading says, and under which it stands."""
        if heading is None:
            yield self._wrong(block, "is no heading any more")
            return
        parent = self._tree.enter(heading, stored.id)
        if stored[2:] != (heading.level, heading.role, storable(heading.name), heading.year):
            yield self._wrong(block, f'says "{storable(heading.name)}", not what is stored of it')
        if stored.parent_id != parent:
            yield self._wrong(block, "is stored under another heading than it stands under")

    def _check_entries(self, block: BlockAsStored) -> Iterator[Finding]:
        """Checks what the entries of a block say, and under which headings they stand."""
        tree = self._tree
        found = self._fields(block)
        if len(found) != len(block.entries):
            yield self._wrong(block, f"is stored as {len(block.entries)} and read as {len(found)}")
            return
        for stored, fields in zip(block.entries, found, strict=True):
            at = f'entry {stored.id} (line {block.line} of "{self._name}")'
            if (stored.section_id, stored.group_id) != (tree.section, tree.nearest):
                yield Finding("place", f"{at} is stored under another heading", RESTORING)
            if stored.document_id != self._id:
                yield Finding("place", f"{at} is stored in another document", RESTORING)
            if names := _differences(stored, fields):
                message = f"{at} says another {' and '.join(names)} than is stored"
                yield Finding("lens", message, _REREAD, "entries", row=stored.id)

    def _fields(self, block: BlockAsStored) -> tuple[Fields, ...]:
        """Returns what the entries of a block say."""
        year = self._tree.year
        context = Context(self._dialect, year.value, weak=year.weak)
        try:
            context = context.with_json(block.entries[0].ctx)
            return get_fields(block.text, context)
        except (ValueError, TypeError):
            return ()

    def _otherwise(self, block: BlockAsStored) -> Finding:
        """Returns the finding that a document is cut otherwise from some block on."""
        return self._wrong(block, "is cut from the bytes otherwise than it is stored", "partition")

    def _wrong(self, block: BlockAsStored, what: str, kind: str = "block") -> Finding:
        """Returns a finding about a block."""
        hint = f"export the list, correct it, and import it anew; {RESTORING}"
        return Finding(kind, f'line {block.line} of "{self._name}" {what}', hint, row=block.id)


def _as_stored(block: BlockAsStored) -> Heading | None:
    """Returns a heading as it is stored, where what it says is not looked at."""
    section = block.section
    if section is None:
        return None
    return Heading(section.level, section.name, cast("Role", section.role), section.year)


def _is_cut_otherwise(blocks: list[BlockAsStored], *, at_start: bool) -> bool:
    """Says whether blocks that stand together are cut otherwise than they are stored."""
    pieces = [(cast("BlockKind", block.kind), block.text) for block in blocks]
    try:
        check_window(pieces, at_start=at_start)
    except CannotWrite:
        return True
    return False


def _differences(stored: EntryAsStored, fields: Fields) -> list[str]:
    """Returns the names of the columns that hold something else than an entry says."""
    import json

    note = None if fields.note is None else storable(fields.note)
    read = (note, storable(fields.title), *entry_columns(fields))
    names = ("note", "title", *READ_COLUMNS)
    found = [
        name
        for name, old, new in zip(names, stored.values, read, strict=True)
        if old != new and not (name in _OWN_TO_THE_BASE and new is None)
    ]
    if not set(map(storable, fields.tags)) <= set(json.loads(stored.tags)):
        found.append("tags")
    return found

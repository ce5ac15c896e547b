"""A document's blocks as they are edited: found, set in, rewritten, moved, taken out.

Whatever is done, the blocks near it are read again first: an edit that would change how they read
is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from diffkb.core.outline import Span
from diffkb.markdown.dialect import Context, Dialect
from diffkb.markdown.headings import GroupYear
from diffkb.markdown.placing import check_window, insert_block, unit_of
from diffkb.markdown.removing import close_gap
from diffkb.markdown.settling import Piece as StoredPiece
from diffkb.markdown.settling import follow_edit, settle_dialect
from diffkb.services.list_rows import GAP
from diffkb.store.tables import BlockRow, DocumentRow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlmodel import SQLModel

    from diffkb.markdown.document import BlockKind
    from diffkb.store.writer import UnitOfWork

    Piece = tuple[BlockKind, str]

# Blocks on each side of an edit that are read again with it.
AROUND = 2

# The least room between two blocks that were moved apart, and the highest number of SQLite.
ROOM = 1 << 6
MAX_POSITION = (1 << 63) - 1

NO_YEAR = GroupYear()

IN_SPAN = "b.position >= ? AND b.position < ?"


# What is read of a block, with what its entry depends on.
_STORED = (
    "SELECT b.id, b.position, b.kind, b.raw, e.ctx, e.group_id FROM blocks b"
    " LEFT JOIN entries e ON e.block_id = b.id AND e.ordinal = 0 WHERE b.document_id = ?"
)


class Stored(NamedTuple):
    """A block as the base holds it, and what its entry depends on.

    Attributes:
        id: of the block.
        position: where it stands.
        kind: what it is.
        text: its text.
        ctx: of an entry, its context as the base keeps it.
        group_id: of an entry, the heading above it.
    """

    id: int
    position: int
    kind: BlockKind
    text: str
    ctx: str | None
    group_id: int | None

    def context(self, year: GroupYear = NO_YEAR, dialect: Dialect | None = None) -> Context | None:
        """Returns an entry's context; None for what has none of its own."""
        context = Context(dialect or Dialect(), year.value, weak=year.weak)
        return None if self.ctx is None else context.with_json(self.ctx)

    def has_unit(self, unit: str) -> bool:
        """Says whether it is an entry that is that by the block rules."""
        context = self.context()
        return context is not None and context.unit == unit


class Blocks:
    """The blocks of one document in a unit of work.

    Args:
        unit: the change.
        document: the document's row.
    """

    def __init__(self, unit: UnitOfWork, document: DocumentRow) -> None:
        self._unit = unit
        self._document = document
        self._document_id = document.id or 0
        self._read: tuple[str, Dialect] | None = None

    @property
    def dialect(self) -> Dialect:
        """What the document decides, as its row holds it: an edit that is refused leaves none."""
        text = self._document.dialect
        if self._read is None or self._read[0] != text:
            self._read = (text, Dialect.from_json(text))
        return self._read[1]

    def _decide(self, dialect: Dialect) -> None:
        """Takes up what the document has to remember from now on."""
        if dialect != self.dialect:
            self._document.dialect = dialect.to_json()
            self.save(self._document)

    def new(self, kind: BlockKind) -> BlockRow:
        """Returns a block that has no place and no text yet."""
        return BlockRow(document_id=self._document_id, position=0, kind=kind, raw=b"")

    def get(self, block_id: int) -> BlockRow:
        """Returns a block by its id."""
        block = self._unit.session.get(BlockRow, block_id)
        if block is None:
            raise ValueError(block_id)
        return block

    def start(self, block: BlockRow, text: str) -> None:
        """Writes the first block of a new document."""
        block.position, block.raw = GAP, bytes_of(text)
        self.save(block)

    def last_in(
        self, span: Span | None = None, *, kind: BlockKind | None = None
    ) -> BlockRow | None:
        """Returns the last block of a stretch, or of the document.

        Args:
            span: the stretch; None for the whole document.
            kind: the only kind to look at, or None for all.
        """
        low, high = (span.low, high_of(span)) if span else (0, MAX_POSITION)
        found = self._unit.connection.execute(
            f"SELECT b.id FROM blocks b WHERE b.document_id = ? AND {IN_SPAN}"
            " AND (?4 IS NULL OR b.kind = ?4) ORDER BY b.position DESC LIMIT 1",
            (self._document_id, low, high, kind),
        ).fetchone()
        return None if found is None else self.get(found[0])

    def before(self, position: int) -> BlockRow | None:
        """Returns the block right before a position."""
        return self.last_in(Span(self._document_id, 0, position))

    def last_entries(self, span: Span, most: int) -> list[Stored]:
        """Returns the last entries of a stretch, in order."""
        found = self._unit.connection.execute(
            f"{_STORED} AND {IN_SPAN} AND b.kind = 'entry' ORDER BY b.position DESC LIMIT ?",
            (self._document_id, span.low, high_of(span), most),
        ).fetchall()
        return [_stored(row) for row in reversed(found)]

    def all(self, *, before: int = MAX_POSITION, after: int = 0) -> list[Stored]:
        """Returns the blocks between two positions, in order; those off the page are none."""
        found = self._unit.connection.execute(
            f"{_STORED} AND {IN_SPAN} ORDER BY b.position", (self._document_id, after + 1, before)
        )
        return [_stored(row) for row in found]

    def next(self, position: int = 0) -> Stored | None:
        """Returns the first block after a position; None at the end."""
        found = self._unit.connection.execute(
            f"{_STORED} AND {IN_SPAN} ORDER BY b.position LIMIT 1",
            (self._document_id, position + 1, MAX_POSITION),
        ).fetchone()
        return None if found is None else _stored(found)

    def at(self, block: BlockRow) -> Stored:
        """Returns a block as it is stored."""
        return self.all(before=block.position + 1, after=block.position - 1)[0]

    def insert(
        self,
        before: BlockRow | None,
        block: BlockRow,
        text: str,
        ctx: Context,
        *,
        gap: int | None = None,
    ) -> None:
        """Sets a block after another, with the line ends and blank lines it takes.

        Args:
            before: the block it goes after; None makes it the document's first.
            block: its row.
            text: its text without the line end after it.
            ctx: its context.
            gap: the blank lines between two entries; by default as is usual in the document.

        Raises:
            CannotWrite: what stands near it would read differently.
        """
        if before is None:
            self._insert_first(block, text, ctx, gap)
            return
        earlier, following = self.around(before)
        after = following[0][1] if following else None
        units = self._units(before, after, ctx.unit or unit_of(text))
        opened, new = insert_block(text_of(before), text, after, ctx, gap=gap, units=units)
        edited = [_piece(before.kind, opened or ""), _piece(block.kind, new)]
        self.check_near([*earlier, *edited, *following], at_start=not earlier)
        before.raw = bytes_of(opened or "")
        self.save(before)
        block.position = self._room_after(before)
        block.raw = bytes_of(new)
        self.save(block)

    def _insert_first(self, block: BlockRow, text: str, ctx: Context, gap: int | None) -> None:
        """Sets a block before all others of the document, if there are any."""
        first = next(iter(self.all()), None)
        if first is None:
            self.start(block, insert_block(None, text, None, ctx)[1])
            return
        units = None
        if not self.dialect.own:
            own = ctx.unit or unit_of(text)
            units = ("other", own, unit_of(first.text, first.context()))
        _, new = insert_block(None, text, first.text, ctx, gap=gap, units=units)
        _, following = self.around(self.get(first.id))
        window = [_piece(block.kind, new), _piece(first.kind, first.text), *following]
        self.check_near(window, at_start=True)
        if first.position == 1:
            make_room(self._unit, self._document_id, 0)
            first = self.all()[0]
        block.position = first.position // 2
        block.raw = bytes_of(new)
        self.save(block)

    def rewrite(self, block: BlockRow, text: str) -> None:
        """Gives a block another text.

        Raises:
            CannotWrite: what stands near it would read differently.
        """
        earlier, following = self.around(block)
        self.check_near([*earlier, _piece(block.kind, text), *following], at_start=not earlier)
        self._decide(follow_edit(self.dialect, text_of(block), text))
        block.raw = bytes_of(text)
        self.save(block)

    def move_after(self, ids: Sequence[int], before: BlockRow) -> None:
        """Moves blocks that follow each other to the place after another one, as they are.

        Args:
            ids: the blocks, in order.
            before: the block they go after, none of them.
        """
        following = self._following(before.position, without=ids)
        end = before.position + GAP * (len(ids) + 1) if following is None else following
        step = (end - before.position) // (len(ids) + 1)
        # Twice, as no two blocks may share a position even for a moment.
        self._unit.update_rows(BlockRow, ("position",), [(-one, one) for one in ids])
        if step == 0:
            rest = self._unit.connection.execute(
                "SELECT id FROM blocks WHERE document_id = ? AND position > ? ORDER BY position",
                (self._document_id, before.position),
            ).fetchall()
            ids = [*ids, *(one for (one,) in rest)]
            self._unit.update_rows(BlockRow, ("position",), [(-one, one) for one in ids])
            step = GAP
        places = ((before.position + step * n, one) for n, one in enumerate(ids, start=1))
        self._unit.update_rows(BlockRow, ("position",), places)
        self._unit.session.expire_all()

    def _following(self, position: int, *, without: Sequence[int]) -> int | None:
        """Returns where the first block after a position stands that is none of these."""
        left = set(without)
        found = self._unit.connection.execute(
            "SELECT id, position FROM blocks WHERE document_id = ? AND position > ?"
            " ORDER BY position LIMIT ?",
            (self._document_id, position, len(left) + 1),
        )
        return next((place for block_id, place in found if block_id not in left), None)

    def take_out(self, block: BlockRow) -> None:
        """Takes a block out of the document; its row waits off the page, at a negative position.

        Raises:
            CannotWrite: what stands near it would read differently.
        """
        self.close(block)
        block.position = -(block.id or 0)
        self.save(block)

    def close(self, block: BlockRow) -> None:
        """Closes the gap that a block is going to leave; its row and its entry's are there still.

        Raises:
            CannotWrite: what stands near it would read differently.
        """
        before = self.before(block.position)
        _, following = self.around(block)
        if before is None:
            return
        after = following[0][1] if following else None
        units = self._units(before, after, self._unit_at(block))
        removed = text_of(block)
        text = close_gap(text_of(before), removed, after, last=not following, units=units)
        earlier, _ = self.around(before)
        window = [*earlier, _piece(before.kind, text), *following]
        self.check_near(window, at_start=not earlier)
        if text != text_of(before):
            before.raw = bytes_of(text)
            self.save(before)

    def _units(self, before: BlockRow, after: str | None, own: str) -> tuple[str, str, str] | None:
        """Returns what three blocks are, where their entries say so; else None."""
        if self.dialect.own:
            return None
        following = self.next(before.position) if after is not None else None
        later = unit_of(following.text, following.context()) if following else "other"
        return self._unit_at(before), own, later

    def _unit_at(self, block: BlockRow) -> str:
        """Returns what a block is by the block rules."""
        found = self.at(block)
        return unit_of(found.text, found.context())

    def check_near(self, window: list[Piece], *, at_start: bool) -> None:
        """Makes sure that the blocks near an edit read as before, in the project's own form."""
        if self.dialect.own:
            check_window(window, at_start=at_start)

    def check(self, years: Callable[[int | None], GroupYear], new: BlockRow | None = None) -> None:
        """Makes sure that a list in any other form reads as it is stored.

        There a block's reading may depend on others far away: on what the list repeats. Where
        that is all, the dialect takes up how it was read. In the project's own form it does not
        depend on others, and what stands near an edit was looked at already.

        Args:
            years: returns the year of the group that a heading's id stands for.
            new: a block that is new there: it has to be read by itself.

        Raises:
            CannotWrite: some block would read differently.
        """
        if self.dialect.own:
            return
        stored = self.all()
        pieces = [
            StoredPiece(one.kind, one.text, one.context(years(one.group_id), self.dialect))
            for one in stored
        ]
        ids = [one.id for one in stored]
        place = None if new is None else ids.index(new.id or 0)
        self._decide(settle_dialect(pieces, self.dialect, new=place))

    def save(self, row: SQLModel) -> None:
        """Writes a row, so that plain SQL sees it."""
        self._unit.session.add(row)
        self._unit.session.flush()

    def delete(self, row: SQLModel) -> None:
        """Deletes a row, so that plain SQL sees it."""
        self._unit.session.delete(row)
        self._unit.session.flush()

    def around(self, block: BlockRow) -> tuple[list[Piece], list[Piece]]:
        """Returns a few blocks before and after one, by kind and text."""
        return self._near(block, "<", "DESC")[::-1], self._near(block, ">", "ASC")

    def _near(self, block: BlockRow, side: str, order: str) -> list[Piece]:
        """Returns the blocks next to one on one side, the nearest first."""
        found = self._unit.connection.execute(
            "SELECT kind, raw FROM blocks WHERE document_id = ? AND position > 0"
            f" AND position {side} ? ORDER BY position {order} LIMIT ?",
            (self._document_id, block.position, AROUND),
        )
        return [_piece(kind, _decoded(raw)) for kind, raw in found]

    def _room_after(self, block: BlockRow) -> int:
        """Returns a free position right after a block; makes room where there is none."""
        following = self._unit.connection.execute(
            "SELECT position FROM blocks WHERE document_id = ? AND position > ?"
            " ORDER BY position LIMIT 1",
            (self._document_id, block.position),
        ).fetchone()
        if following is None:
            return block.position + GAP
        if following[0] == block.position + 1:
            make_room(self._unit, self._document_id, block.position)
            return self._room_after(block)
        return (block.position + int(following[0])) // 2


def make_room(unit: UnitOfWork, document_id: int, position: int, wanted: int = 1) -> None:
    """Moves the blocks after a position apart: as few as make room, most often a handful.

    Args:
        unit: the change it is part of.
        document_id: the document.
        position: after which there has to be room.
        wanted: for how many blocks.
    """
    count = 16
    while True:
        rows = unit.connection.execute(
            "SELECT id, position FROM blocks WHERE document_id = ? AND position > ?"
            " ORDER BY position LIMIT ?",
            (document_id, position, count + 1),
        ).fetchall()
        moved = rows[:count]
        places = len(moved) + wanted
        end = rows[count][1] if len(rows) > count else position + GAP * places
        space = (end - position) // places
        if space >= ROOM:
            break
        count *= 4
    # Twice, as no two blocks may share a position even for a moment.
    unit.update_rows(BlockRow, ("position",), [(-row_id, row_id) for row_id, _ in moved])
    unit.update_rows(
        BlockRow,
        ("position",),
        [
            (position + space * place, row_id)
            for place, (row_id, _) in enumerate(moved, start=wanted)
        ],
    )
    unit.session.expire_all()


def text_of(block: BlockRow) -> str:
    """Returns a block's text as the lens takes it."""
    return _decoded(block.raw)


def bytes_of(text: str) -> bytes:
    """Returns a block's text as the base holds it."""
    return text.encode("utf-8", "surrogateescape")


def high_of(span: Span) -> int:
    """Returns the end of a stretch as a number that SQL can compare with."""
    return MAX_POSITION if span.high is None else span.high


def _decoded(raw: bytes) -> str:
    """Returns bytes as the lens takes them."""
    return raw.decode("utf-8", "surrogateescape")


def _stored(row: tuple[Any, ...]) -> Stored:
    """Returns a row as a block."""
    block_id, position, kind, raw, ctx, group_id = row
    return Stored(block_id, position, kind, _decoded(raw), ctx, group_id)


def _piece(kind: str, text: str) -> Piece:
    """Returns a block as the lens checks it; the base holds no other kinds."""
    return cast("BlockKind", kind), text

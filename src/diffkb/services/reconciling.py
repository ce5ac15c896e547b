"""Taking a new text into a document: its rows are changed, made and removed as the text says.

What the text still holds keeps its rows: an entry its id, its private note, its work and tags.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from diffkb.core.identifiers import kind_of
from diffkb.core.text import decoded, encoded, storable
from diffkb.markdown.dialect import Dialect
from diffkb.markdown.document import read_document, read_once
from diffkb.markdown.pairing import longest_rise, pair_units, units_of
from diffkb.services.identity import add_identifiers, find_paper, make_paper
from diffkb.services.linking import compare_names
from diffkb.services.list_rows import (
    GAP,
    READ_COLUMNS,
    ListRows,
    entry_columns,
    identify,
    storable_or_none,
)
from diffkb.store.tables import (
    BlockRow,
    DocumentRow,
    EntryRow,
    NoteRow,
    PaperRow,
    SectionRow,
    TagRow,
    id_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlmodel import SQLModel

    from diffkb.core.models import Fields
    from diffkb.markdown.document import Block
    from diffkb.store.writer import UnitOfWork

# Ids that are named in one statement.
MANY = 500


class _Stored(NamedTuple):
    """A block as the base holds it, with its heading's section or its entry."""

    id: int
    position: int
    kind: str
    raw: bytes
    section_id: int | None
    entry_id: int | None


def take_text(unit: UnitOfWork, document_id: int, text: str) -> None:
    """Makes the rows of a document say what a text says.

    Args:
        unit: the change it is part of.
        document_id: the document.
        text: decoded from UTF-8 with surrogateescape; it is read by what was decided about the
            document, unless that finds nothing in a document that was empty.
    """
    _Reconciling(unit, document_id, text).take()


class _Reconciling:
    """The rows of one document, and the text they are to say."""

    def __init__(self, unit: UnitOfWork, document_id: int, text: str) -> None:
        self._unit = unit
        self._id = document_id
        self._document = unit.session.get_one(DocumentRow, document_id)
        dialect = Dialect.from_json(self._document.dialect)
        self._stored = [_Stored(*row) for row in unit.connection.execute(_BLOCKS, (document_id,))]
        before = decoded(b"".join(one.raw for one in self._stored))
        self._old = read_once(before, dialect).blocks
        self._new = read_once(text, dialect)
        if not any(block.entries for block in (*self._old, *self._new.blocks)):
            # Of a list without entries nothing was decided that could be told from it.
            self._new = read_document(text)
        self._rows = self._rows_of(self._old)
        mates = pair_units(units_of(self._old), units_of(self._new.blocks))
        # By the place of a new block the old one that it is, where that has a row.
        self._origins = {
            mate: place
            for place, mate in enumerate(mates)
            if mate is not None
            and place in self._rows
            and self._old[place].kind == self._new.blocks[mate].kind
        }

    def take(self) -> None:
        """Changes the rows."""
        unit = self._unit
        kept = {place: self._rows[old].section_id for place, old in self._origins.items()}
        rows = ListRows(unit, self._id, self._new, kept)
        rows.fill()
        rows.write()
        self._update_sections(rows.section_ids)
        self._place_entries(rows.section_ids)
        self._update_entries()
        self._remove_the_rest()
        self._update_blocks([row[0] for row in rows.blocks])
        unit.session.expire_all()
        self._update_document()

    def _rows_of(self, blocks: Sequence[Block]) -> dict[int, _Stored]:
        """Returns the rows of blocks that were read, where they are stored as they read."""
        starts: dict[int, _Stored] = {}
        at = 0
        for one in self._stored:
            starts[at] = one
            at += len(one.raw)
        found: dict[int, _Stored] = {}
        at = 0
        for place, block in enumerate(blocks):
            raw = encoded(block.raw)
            stored = starts.get(at)
            if stored is not None and (stored.kind, stored.raw) == (block.kind, raw):
                found[place] = stored
            at += len(raw)
        return found

    def _update_sections(self, section_ids: Mapping[int, int]) -> None:
        """Makes the sections that stay say what their headings say."""
        held = self._held("id, level, role, name, year, parent_id", "sections")
        changed = []
        for place in self._origins:
            block = self._new.blocks[place]
            if block.heading is None:
                continue
            section_id = section_ids[place]
            parent = None if block.parent is None else section_ids[block.parent]
            one = block.heading
            values = (one.level, one.role, storable(one.name), one.year, parent)
            if held[section_id] != values:
                changed.append((*values, section_id))
        columns = ("level", "role", "name", "year", "parent_id")
        self._unit.update_rows(SectionRow, columns, changed)

    def _place_entries(self, section_ids: Mapping[int, int]) -> None:
        """Puts the entries that stay under the headings they stand under now."""
        held = self._held("id, section_id, group_id, ctx", "entries")
        changed = []
        for place, old in self._origins.items():
            block, entry_id = self._new.blocks[place], self._rows[old].entry_id
            if entry_id is None:
                continue
            values = (
                None if block.section is None else section_ids[block.section],
                None if block.parent is None else section_ids[block.parent],
                block.context.to_json() if block.context else None,
            )
            if held[entry_id] != values:
                changed.append((*values, entry_id))
        self._unit.update_rows(EntryRow, ("section_id", "group_id", "ctx"), changed)

    def _update_entries(self) -> None:
        """Makes the entries that stay hold what their Markdown says."""
        pairs = list(self._changed_entries())
        columns = ("title", *READ_COLUMNS)
        names = ", ".join(("id", "placeholder", "provisional_year", "kind", *columns))
        held = self._held(names, "entries") if pairs else {}
        changed = []
        for entry_id, old, new in pairs:
            placeholder, provisional, kind, *values = held[entry_id]
            said = (storable(new.title), *entry_columns(new))
            was = (storable(old.title), *entry_columns(old))
            # What the text did not say before nor now is the base's own.
            values = [
                now if now != before else value
                for value, before, now in zip(values, was, said, strict=True)
            ]
            changed.append(
                (
                    *values,
                    bool(placeholder) and new.title == old.title,
                    bool(provisional) and new.year == old.year,
                    kind_of(new.url) if new.url != old.url else kind,
                    self._unit.time,
                    entry_id,
                )
            )
        self._unit.update_rows(
            EntryRow, (*columns, "placeholder", "provisional_year", "kind", "changed"), changed
        )
        self._update_notes(pairs)
        self._update_tags(pairs)
        self._unit.session.expire_all()
        for entry_id, old, new in pairs:
            self._change_work(entry_id, old, new)

    def _changed_entries(self) -> Iterator[tuple[int, Fields, Fields]]:
        """Yields the entries that stay and say something else, as they were and as they are."""
        for place, old in self._origins.items():
            entry_id = self._rows[old].entry_id
            before, after = self._old[old].entries, self._new.blocks[place].entries
            if entry_id is not None and before != after:
                yield entry_id, before[0], after[0]

    def _update_notes(self, pairs: Sequence[tuple[int, Fields, Fields]]) -> None:
        """Makes the notes of entries say what their Markdown says."""
        pairs = [(entry_id, old, new) for entry_id, old, new in pairs if old.note != new.note]
        held = dict(
            self._unit.connection.execute(
                "SELECT n.entry_id, n.id FROM notes n JOIN entries e ON e.id = n.entry_id"
                " WHERE e.document_id = ? AND n.kind = 'listed'",
                (self._id,),
            )
        )
        notes = [(entry_id, new.note) for entry_id, _, new in pairs]
        changed = [
            (storable(note), held[entry_id])
            for entry_id, note in notes
            if note and entry_id in held
        ]
        self._unit.update_rows(NoteRow, ("text",), changed)
        first = self._unit.next_id(NoteRow)
        added = [
            (entry_id, "listed", storable(note))
            for entry_id, note in notes
            if note and entry_id not in held
        ]
        self._unit.insert_rows(NoteRow, ((first + at, *row) for at, row in enumerate(added)))
        gone = [held[entry_id] for entry_id, note in notes if not note and entry_id in held]
        self._delete(NoteRow, "id", gone)

    def _update_tags(self, pairs: Sequence[tuple[int, Fields, Fields]]) -> None:
        """Gives entries the tags that their Markdown has now, and takes those it had."""
        added: list[tuple[int, str]] = []
        for entry_id, old, new in pairs:
            was, is_now = (dict.fromkeys(map(storable, one.tags)) for one in (old, new))
            if was == is_now:
                continue
            held = dict(
                self._unit.connection.execute(
                    "SELECT name, id FROM tags WHERE entry_id = ?", (entry_id,)
                )
            )
            gone = [held[name] for name in was if name not in is_now and name in held]
            self._delete(TagRow, "id", gone)
            added += [(entry_id, name) for name in is_now if name not in held]
        first = self._unit.next_id(TagRow)
        self._unit.insert_rows(TagRow, ((first + at, *row) for at, row in enumerate(added)))

    def _change_work(self, entry_id: int, old: Fields, new: Fields) -> None:
        """Gives an entry the work that its links lead to now.

        Which it is, the rule of `compare_names` says.
        """
        names = compare_names(identify(old), identify(new))
        come = names.come
        if not come:
            return
        entry = self._unit.session.get_one(EntryRow, entry_id)
        paper = find_paper(self._unit, come)
        if paper is None and (entry.paper_id is None or names.are_of_another):
            paper = make_paper(self._unit, come)
        if paper is None:
            mine = self._unit.session.get_one(PaperRow, entry.paper_id)
            add_identifiers(self._unit, mine, come)
            return
        entry.paper_id = id_of(paper)
        self._unit.session.add(entry)
        self._unit.session.flush()

    def _remove_the_rest(self) -> None:
        """Removes the rows of what the text does not hold any more."""
        kept = {self._rows[old].id for old in self._origins.values()}
        gone = [one for one in self._stored if one.id not in kept]
        entries = [one.entry_id for one in gone if one.entry_id is not None]
        self._delete(NoteRow, "entry_id", entries)
        self._delete(TagRow, "entry_id", entries)
        self._delete(EntryRow, "id", entries)
        # The deepest first, as they refer to those above.
        sections = [one.section_id for one in reversed(gone) if one.section_id is not None]
        self._delete(SectionRow, "id", sections)
        self._delete(BlockRow, "id", [one.id for one in gone])

    def _delete(self, kind: type[SQLModel], column: str, ids: Sequence[int]) -> None:
        """Deletes rows by a column of theirs."""
        for start in range(0, len(ids), MANY):
            some = ids[start : start + MANY]
            marks = ", ".join("?" * len(some))
            self._unit.delete_rows(kind, f"{column} IN ({marks})", some)

    def _update_blocks(self, new_ids: Iterable[int]) -> None:
        """Gives blocks their text, and all of them their place."""
        fresh = iter(new_ids)
        ids, positions, texts = [], {}, []
        for place, block in enumerate(self._new.blocks):
            old = self._origins.get(place)
            if old is None:
                ids.append(next(fresh))
                continue
            stored = self._rows[old]
            ids.append(stored.id)
            positions[stored.id] = stored.position
            raw = encoded(block.raw)
            if raw != stored.raw:
                texts.append((raw, stored.id))
        self._unit.update_rows(BlockRow, ("raw",), texts)
        moved = list(_new_positions(ids, positions))
        # Twice, as no two blocks may share a position even for a moment.
        waiting = [(-row_id, row_id) for _, row_id in moved if row_id in positions]
        self._unit.update_rows(BlockRow, ("position",), waiting)
        self._unit.update_rows(BlockRow, ("position",), moved)

    def _update_document(self) -> None:
        """Notes when the document was changed, its title, and how far its scale goes."""
        document, dialect = self._document, self._new.dialect
        marks = [one.wr for block in self._new.blocks for one in block.entries if one.wr]
        if dialect.scale is not None and marks:
            low, high = dialect.scale
            dialect = dialect._replace(scale=(min(low, *marks), max(high, *marks)))
        if dialect != Dialect.from_json(document.dialect):
            document.dialect = dialect.to_json()
        document.title = storable_or_none(self._new.title)
        document.changed = self._unit.time
        self._unit.session.add(document)
        self._unit.session.flush()

    def _held(self, columns: str, table: str) -> dict[int, tuple[Any, ...]]:
        """Returns columns of the document's rows by their ids, which come first."""
        found = self._unit.connection.execute(
            f"SELECT {columns} FROM {table} WHERE document_id = ?", (self._id,)
        )
        return {row[0]: tuple(row[1:]) for row in found}


_BLOCKS = (
    "SELECT b.id, b.position, b.kind, b.raw, s.id, e.id FROM blocks b"
    " LEFT JOIN sections s ON s.block_id = b.id"
    " LEFT JOIN entries e ON e.block_id = b.id AND e.ordinal = 0"
    " WHERE b.document_id = ? AND b.position > 0 ORDER BY b.position"
)


def _new_positions(ids: Sequence[int], positions: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Yields new positions of blocks with their ids: of as few as can be.

    Args:
        ids: the blocks in their new order.
        positions: where those stand that have a place already.
    """
    rise = longest_rise(positions[one] for one in ids if one in positions)
    settled = {one for one in ids if positions.get(one) in rise}
    low, waiting = 0, []
    found: list[tuple[int, int]] = []
    for one in [*ids, None]:
        if one is not None and one not in settled:
            waiting.append(one)
            continue
        high = low + GAP * (len(waiting) + 1) if one is None else positions[one]
        space = (high - low) // (len(waiting) + 1)
        if waiting and not space:
            # No room: all of them are spread anew.
            spread = ((place * GAP, row_id) for place, row_id in enumerate(ids, start=1))
            yield from ((at, row_id) for at, row_id in spread if positions.get(row_id) != at)
            return
        found += [(low + space * at, row_id) for at, row_id in enumerate(waiting, start=1)]
        low, waiting = high, []
    yield from found

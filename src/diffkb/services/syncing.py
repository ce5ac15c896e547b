"""Bringing a document and its file together: what either side changed, in both."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.text import decoded, encoded, storable
from diffkb.errors import ChangedOnDisk, SidesDiffer
from diffkb.markdown.comparing import compare_readings
from diffkb.markdown.dialect import Dialect
from diffkb.markdown.document import read_once
from diffkb.markdown.merging import merge_texts
from diffkb.markdown.pairing import pair_units, units_of
from diffkb.paths import storable_path
from diffkb.services.agreeing import (
    ancestor_of,
    document_of,
    give_file,
    note_intent,
    read_file,
)
from diffkb.services.opening import open_reader, open_unit
from diffkb.services.replacing import Replacement
from diffkb.store.agreements import agreements_at, digest
from diffkb.store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from diffkb.markdown.comparing import Change
    from diffkb.markdown.document import Reading
    from diffkb.markdown.merging import Conflict
    from diffkb.markdown.merging_cores import Side
    from diffkb.paths import BaseChoice
    from diffkb.services.opening import Report
    from diffkb.store.reader import Document
    from diffkb.store.writer import UnitOfWork

Ids = list[int | None]


class Changed(NamedTuple):
    """A change, and the id of its entry; None of what is no entry, or has none yet."""

    change: Change
    id: int | None


class Synced(NamedTuple):
    """What a sync did, or would do.

    Attributes:
        document: the document's name.
        to_base: what became of the base, by the file.
        to_file: what became of the file, by the base.
        conflicts: what both changed differently, and which entry of the base that is.
        base: the base's bytes before.
        file: the file's bytes before.
        merged: what both hold now.
    """

    document: str
    to_base: list[Changed]
    to_file: list[Changed]
    conflicts: list[tuple[Conflict, int | None]]
    base: bytes
    file: bytes
    merged: bytes


class _Plan(NamedTuple):
    """What is to become of both sides, from the bytes they have."""

    document: Document
    base: bytes
    file: bytes
    merged: bytes
    conflicts: list[Conflict]


def sync_file(
    choice: BaseChoice,
    path: Path,
    *,
    document: str | None,
    prefer: Side | None,
    dry_run: bool,
    report: Report,
) -> Synced:
    """Merges a document and a file, by the text that both last had in common.

    The base is changed in one step, and the file in one; both hold the same bytes then. A diffkb
    that is stopped between the two is finished by the next sync.

    Args:
        choice: the base.
        path: the file.
        document: the document a person named, or None.
        prefer: who wins where both sides changed the same differently.
        dry_run: whether nothing is to be done.
        report: takes a sentence about what had to be done.

    Raises:
        UnreadableInput: the file cannot be read.
        NeverSeen, AmbiguousDocument, DocumentNotFound: as for `document_of`.
        SidesDiffer: the same was changed differently, and nobody is preferred; its conflicts are
            pairs as `Synced` has them.
        ChangedOnDisk: the file was edited meanwhile.
        FileNotWritten: it cannot be written; nothing has changed.
        StorageError: the base cannot be used or written.
    """
    content = read_file(path)
    with open_reader(choice, report) as reader:
        plan = _plan(reader, path, content, document, prefer)
        synced = _synced(reader, plan)
        settled = plan.merged == plan.base == content
        if dry_run or (settled and (choice.shipped or _is_noted(reader, plan.document, path))):
            return synced
    with ExitStack() as stack:
        with open_unit(choice, "sync", report) as unit:
            reader = Reader(unit.connection, unit.path)
            if _text_of(reader, plan.document) != plan.base:
                # Another diffkb changed it meanwhile.
                plan = _plan(reader, path, content, document, prefer)
                synced = _synced(reader, plan)
            if plan.merged != plan.base:
                _take_text(unit, reader, plan)
                synced = synced._replace(to_base=_named_anew(reader, plan, synced.to_base))
                unit.summary = storable(f"sync {path.name}: {_counted(synced.to_base)}")
            note_intent(unit.connection, plan.document, path, plan.merged, taken=content)
            replacement = None
            if plan.merged != content:
                replacement = stack.enter_context(Replacement(path, [plan.merged]))
        if replacement is not None:
            _refuse_meanwhile(path, content)
        give_file(choice.target, plan.document, path, plan.merged, replacement)
    return synced


def _plan(
    reader: Reader, path: Path, content: bytes, name: str | None, prefer: Side | None
) -> _Plan:
    """Returns what is to become of a document and a file.

    Raises:
        SidesDiffer: as for `sync_file`.
    """
    document = document_of(reader, path, content, name)
    base = _text_of(reader, document)
    agreed = ancestor_of(reader, document, path, content)
    dialect = Dialect.from_json(document.dialect)
    merge = merge_texts(
        None if agreed is None else decoded(agreed),
        decoded(base),
        decoded(content),
        dialect,
        prefer,
    )
    plan = _Plan(document, base, content, encoded(merge.text), merge.conflicts)
    if plan.conflicts and prefer is None:
        raise SidesDiffer(str(path), tuple(_with_ids(reader, plan)))
    return plan


def _synced(reader: Reader, plan: _Plan) -> Synced:
    """Returns what a plan changes, and the entries as the base numbers them now."""
    base, file, merged = (_read(plan, text) for text in (plan.base, plan.file, plan.merged))
    ids = _entry_ids(reader, plan, base)
    to_base = compare_readings(base, merged) if plan.merged != plan.base else []
    to_file = compare_readings(file, merged) if plan.merged != plan.file else []
    mates = pair_units(units_of(base.blocks), units_of(merged.blocks)) if to_file else []
    later = {mate: ids[place] for place, mate in enumerate(mates) if mate is not None}
    return Synced(
        plan.document.name,
        [Changed(one, None if one.before is None else ids[one.before]) for one in to_base],
        [Changed(one, None if one.after is None else later.get(one.after)) for one in to_file],
        _with_ids(reader, plan),
        plan.base,
        plan.file,
        plan.merged,
    )


def _named_anew(reader: Reader, plan: _Plan, changes: Sequence[Changed]) -> list[Changed]:
    """Returns changes of the base with the ids that new entries have now."""
    ids = _entry_ids(reader, plan, _read(plan, plan.merged))
    return [
        one
        if one.id is not None or one.change.after is None
        else one._replace(id=ids[one.change.after])
        for one in changes
    ]


def _entry_ids(reader: Reader, plan: _Plan, reading: Reading) -> Ids:
    """Returns the entry of each block of a document as it is now, where it has one."""
    ids = reader.entry_of_each_block(plan.document.id)
    # Where a list is not read as it is stored, nothing tells which is which.
    return ids if len(ids) == len(reading.blocks) else [None] * len(reading.blocks)


def _with_ids(reader: Reader, plan: _Plan) -> list[tuple[Conflict, int | None]]:
    """Returns the conflicts, each with the entry of the base that it is about."""
    if not plan.conflicts:
        return []
    reading = _read(plan, plan.base)
    ids = _entry_ids(reader, plan, reading)
    by_line = {block.line: one for block, one in zip(reading.blocks, ids, strict=True)}
    return [
        (one, None if one.base_line is None else by_line.get(one.base_line))
        for one in plan.conflicts
    ]


def _take_text(unit: UnitOfWork, reader: Reader, plan: _Plan) -> None:
    """Lets the base take the merged text, and makes sure that it gives it back.

    Raises:
        ValueError: it would not; nothing is changed.
    """
    from diffkb.services.reconciling import take_text

    take_text(unit, plan.document.id, decoded(plan.merged))
    if _text_of(reader, plan.document) != plan.merged:
        raise ValueError(f'"{plan.document.name}" would not give back what was merged')


def _refuse_meanwhile(path: Path, content: bytes) -> None:
    """Refuses to replace a file that somebody else wrote since it was read.

    Raises:
        ChangedOnDisk: it holds something else; the base has taken in what it held before.
    """
    if read_file(path) != content:
        raise ChangedOnDisk(
            str(path), seen=True, hint="the same command merges what was edited meanwhile"
        )


def _is_noted(reader: Reader, document: Document, path: Path) -> bool:
    """Says whether the base remembers a file as holding what the document does."""
    where, content = storable_path(path), digest(_text_of(reader, document))
    found = agreements_at(reader.connection, where)
    if any((one.document_id, one.sha256) == (document.id, content) for one in found):
        return True
    return not found and (document.path, document.sha256) == (where, content)


def _counted(changes: Sequence[Changed]) -> str:
    """Returns how many changes there are, in words."""
    return "1 change" if len(changes) == 1 else f"{len(changes)} changes"


def _text_of(reader: Reader, document: Document) -> bytes:
    """Returns a document's bytes."""
    return b"".join(reader.texts(document.id))


def _read(plan: _Plan, text: bytes) -> Reading:
    """Reads a text by what was decided about the document."""
    return read_once(decoded(text), Dialect.from_json(plan.document.dialect))

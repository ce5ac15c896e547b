"""What was done to a base, and taking it back: undo, redo, and the steps in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from diffkb.errors import (
    CannotUndo,
    EntryNotFound,
    NothingToRedo,
    NothingToUndo,
    StepNotFound,
    StepsInTheWay,
)
from diffkb.services.opening import open_reader, open_rehearsal, open_unit
from diffkb.services.refs import resolve_ref
from diffkb.store.reader import Reader
from diffkb.store.steps import Steps

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from diffkb.paths import BaseChoice
    from diffkb.services.opening import Report
    from diffkb.store.steps import Step
    from diffkb.store.writer import UnitOfWork

# Of a step that touches more blocks than this no diff is made.
MOST_COMPARED = 5_000


class Back(NamedTuple):
    """A step that is to be taken back.

    Attributes:
        verb: undo, or redo where what is taken back is an undo.
        step: the one whose journal tells how: what made the change what it is, or the undo of it.
        undoes: the one that is taken back then: the change, or the undo of it.
        change: the change that this is about.
        later: changes that were made, or taken back, since.
    """

    verb: str
    step: int
    undoes: int
    change: Step
    later: frozenset[int]


class Taken(NamedTuple):
    """What was undone or redone, or would be.

    Attributes:
        verb: undo or redo.
        changes: the changes, in the order in which they were taken or brought back.
        by: the steps that did it; of a rehearsal none.
        diff: of a rehearsal the lines that differ in the Markdown, if they are few; else None.
    """

    verb: str
    changes: tuple[Step, ...]
    by: tuple[int, ...] = ()
    diff: tuple[bytes, ...] | None = None


def list_steps(reader: Reader, ref: str | None = None, limit: int | None = None) -> list[Step]:
    """Returns the steps of a base, or those that touched an entry, the newest first.

    Args:
        reader: the base.
        ref: the entry; one that was removed can be named by its id.
        limit: at most so many.

    Raises:
        EntryNotFound, AmbiguousRef: as `resolve_ref` says.
    """
    steps = Steps(reader)
    if ref is None:
        return steps.newest(limit)
    return _life_of(steps, reader, ref)[:limit]


def _life_of(steps: Steps, reader: Reader, ref: str) -> list[Step]:
    """Returns the steps that touched an entry."""
    try:
        return steps.of_entry(resolve_ref(reader, ref))
    except EntryNotFound:
        found = steps.of_entry(int(ref)) if ref.isascii() and ref.isdigit() else []
        if not found:
            raise
        return found


def undo_steps(choice: BaseChoice, count: int, *, dry_run: bool, report: Report) -> Taken:
    """Takes back the last steps, each as a step of its own, all or none.

    Args:
        choice: the base.
        count: how many; undos and what is undone already are passed over.
        dry_run: whether it is only to be looked at.
        report: takes a sentence about what had to be done.

    Raises:
        NothingToUndo: there are not that many.
        StepsInTheWay: a step was undone out of turn, and this cannot be undone without it.
        StorageError: the base cannot be read or written.
    """
    return _carry_out(choice, "undo", lambda steps: _last(steps, count), dry_run, report)


def undo_step(choice: BaseChoice, step_id: int, *, dry_run: bool, report: Report) -> Taken:
    """Takes back one step alone, whatever was done since; of an undo, what it undid is redone.

    Args:
        choice: the base.
        step_id: the step.
        dry_run: whether it is only to be looked at.
        report: takes a sentence about what had to be done.

    Raises:
        StepNotFound: there is none of that id.
        CannotUndo: it is undone already, or came with the base.
        StepsInTheWay: other steps touched what it touched.
        StorageError: the base cannot be read or written.
    """
    return _carry_out(choice, "undo", lambda steps: [_alone(steps, step_id)], dry_run, report)


def redo_steps(choice: BaseChoice, count: int, *, dry_run: bool, report: Report) -> Taken:
    """Takes back the last undos, as long as nothing else was done since; all or none.

    Args:
        choice: the base.
        count: how many.
        dry_run: whether it is only to be looked at.
        report: takes a sentence about what had to be done.

    Raises:
        NothingToRedo: there are not that many.
        StorageError: the base cannot be read or written.
    """
    return _carry_out(choice, "redo", lambda steps: _last_undos(steps, count), dry_run, report)


def _last(steps: Steps, count: int) -> list[Back]:
    """Returns the last changes that stand."""
    standing = steps.standing()
    if len(standing) < count:
        raise NothingToUndo(count, len(standing))
    wanted = standing[:count]
    # What is taken back before a step is not in its way.
    return [_back(steps, one, without=wanted[:place]) for place, one in enumerate(wanted)]


def _alone(steps: Steps, step_id: int) -> Back:
    """Returns one step by its id, to be taken back."""
    step = steps.get(step_id)
    if step is None:
        raise StepNotFound(step_id)
    if step.undone:
        raise CannotUndo(step_id, "is undone already")
    if step.undoes is not None and steps.undone.change(step_id) == step.undoes:
        return _back_of_undo(steps, step_id)
    change = steps.undone.change(step_id)
    if change not in steps.standing():
        raise CannotUndo(step_id, "came with the base, and stays", hint="`diffkb log` shows others")
    return _back(steps, change)


def _back(steps: Steps, change: int, without: Sequence[int] = ()) -> Back:
    """Returns a change that stands as it is to be taken back."""
    since = steps.undone.stands_since(change)
    later = steps.undone.differing(steps.after(since)) ^ set(without)
    [step] = steps.of_ids([change])
    return Back("undo", since, change, step, frozenset(later))


def _back_of_undo(steps: Steps, undo: int, without: Sequence[int] = ()) -> Back:
    """Returns an undo as it is to be taken back."""
    later = steps.undone.differing(steps.after(undo)) ^ set(without)
    [step] = steps.of_ids([steps.undone.change(undo)])
    return Back("redo", undo, undo, step, frozenset(later))


def _last_undos(steps: Steps, count: int) -> list[Back]:
    """Returns the last undos that can be taken back."""
    last_change = steps.last_change()
    undos = steps.undone.undos()
    open_undos = [undo for undo in undos if undo > last_change]
    if len(open_undos) < count:
        closed = not open_undos and undos and steps.get(last_change)
        since = (closed.id, closed.summary) if closed else None
        raise NothingToRedo(count, len(open_undos), since)
    wanted = open_undos[:count]
    changes = [steps.undone.change(undo) for undo in wanted]
    return [_back_of_undo(steps, one, without=changes[:place]) for place, one in enumerate(wanted)]


def _carry_out(
    choice: BaseChoice,
    verb: str,
    plan: Callable[[Steps], list[Back]],
    dry_run: bool,
    report: Report,
) -> Taken:
    """Takes back what a plan says, in one transaction."""
    with open_reader(choice, report) as reader:
        planned = plan(Steps(reader))
    if dry_run:
        with open_rehearsal(choice, verb) as unit:
            comparison = _Comparison(unit, planned)
            _take_back_all(unit, planned)
            changes = tuple(one.change for one in planned)
            return Taken(planned[0].verb, changes, (), comparison.lines())
    with open_unit(choice, verb, report) as unit:
        # Another process may have changed something since.
        planned = plan(Steps(Reader(unit.connection, unit.path)))
        by = _take_back_all(unit, planned)
        found = Steps(Reader(unit.connection, unit.path)).of_ids(one.change.id for one in planned)
    by_id = {one.id: one for one in found}
    return Taken(planned[0].verb, tuple(by_id[one.change.id] for one in planned), by)


def _take_back_all(unit: UnitOfWork, planned: Sequence[Back]) -> tuple[int, ...]:
    """Takes back steps one after the other, and returns the steps that did it."""
    return tuple(_take_back(unit, one) for one in planned)


def _take_back(unit: UnitOfWork, back: Back) -> int:
    """Takes a step back.

    Raises:
        StepsInTheWay: later steps build on it.
    """
    from diffkb.store.overlaps import steps_in_the_way
    from diffkb.store.undoing import Reversal

    with Reversal.opened(unit.connection, back.step) as reversal:
        if back.later:
            _refuse(unit, back, steps_in_the_way(reversal, back.later))
        summary = f"{back.verb} {back.change.id}: {back.change.summary}"
        by = unit.add_undo(back.undoes, command=back.verb, summary=summary)
        reversal.carry_out(by)
    if back.later:
        _refuse(unit, back, _steps_left_hanging(unit, back))
    return by


def _steps_left_hanging(unit: UnitOfWork, back: Back) -> set[int]:
    """Returns the later steps to which something is wrong now that a step is taken back.

    Rows of theirs refer to what is not there any more, or the list reads otherwise than they left
    it.
    """
    from diffkb.services.rereading import reads_as_stored
    from diffkb.store.overlaps import steps_left_dangling
    from diffkb.store.undoing import documents_of

    connection = unit.connection
    found = steps_left_dangling(connection, back.later)
    documents = {*documents_of(connection, back.step), *documents_of(connection, back.undoes)}
    if found or all(reads_as_stored(unit, one) for one in documents):
        return found
    return {one for one in back.later if documents & {*documents_of(connection, one)}}


def _refuse(unit: UnitOfWork, back: Back, in_the_way: set[int]) -> None:
    """Refuses to take a step back that others touched too.

    Raises:
        StepsInTheWay: there are such steps.
    """
    if not in_the_way:
        return
    steps = Steps(Reader(unit.connection, unit.path))
    found = steps.of_ids(in_the_way)[::-1]
    named = [(one.id, one.summary) for one in found]
    cannot = f"cannot be {'undone' if back.verb == 'undo' else 'redone'}"
    if undone := [one.id for one in found if one.undone]:
        by = steps.undone.undone_by(undone[-1])
        hint = f"`diffkb undo --step {by}` brings step {undone[-1]} back first"
        raise StepsInTheWay(back.change.id, f"{cannot}, as others are undone", named, hint=hint)
    why = f"{cannot} alone, as later ones touched the same"
    hint = f"`diffkb undo --step {named[-1][0]}` takes the last of these back first"
    raise StepsInTheWay(back.change.id, why, named, hint=hint)


class _Comparison:
    """The documents that steps touch, as they were, to be compared with what becomes of them.

    Args:
        unit: the change.
        planned: the steps that are going to be taken back.
    """

    def __init__(self, unit: UnitOfWork, planned: Sequence[Back]) -> None:
        from diffkb.store.undoing import count_blocks, documents_of

        self._unit = unit
        steps = [one.step for one in planned]
        self._is_small = sum(count_blocks(unit.connection, one) for one in steps) <= MOST_COMPARED
        found = {one for step in steps for one in documents_of(unit.connection, step)}
        self._names = self._known_names()
        self._before = {one: self._blocks(one) for one in sorted(found) if self._is_small}

    def lines(self) -> tuple[bytes, ...] | None:
        """Returns the lines that differ now, as a unified diff; None where they would be many."""
        from diffkb.core.line_diff import diff_blocks

        if not self._is_small:
            return None
        names = self._known_names() | self._names
        return tuple(
            line
            for document_id, before in self._before.items()
            for line in diff_blocks(before, self._blocks(document_id), names[document_id])
        )

    def _known_names(self) -> dict[int, str]:
        """Returns the names of the documents that are there now."""
        return dict(self._unit.connection.execute("SELECT id, name FROM documents"))

    def _blocks(self, document_id: int) -> list[tuple[int, bytes]]:
        """Returns the ids and the bytes of a document's blocks."""
        return self._unit.connection.execute(
            "SELECT id, raw FROM blocks WHERE document_id = ? ORDER BY position", (document_id,)
        ).fetchall()

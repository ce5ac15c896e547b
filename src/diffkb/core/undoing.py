"""Which steps are undone and which can be, told by the steps that undo others alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Undone:
    """What the undos of a base come to.

    A step that undoes another names it. Where that one is itself an undo, it is a redo, and the
    change it is about in the end is there again. A redo is never undone itself: the change is.

    Args:
        undos: for each step that undoes another its id and that of the other.
    """

    def __init__(self, undos: Iterable[tuple[int, int]]) -> None:
        self._target = dict(sorted(undos))
        self._last = {target: step for step, target in self._target.items()}

    def change(self, step: int) -> int:
        """Returns the change that a step is about in the end; a change is about itself."""
        while step in self._target:
            step = self._target[step]
        return step

    def is_undone(self, step: int) -> bool:
        """Says whether what a step did was taken back, and not brought back since."""
        by = self._last.get(step)
        return by is not None and not self.is_undone(by)

    def undone_by(self, change: int) -> int | None:
        """Returns the step that took a change back last, or None."""
        return self._last.get(change)

    def stands_since(self, change: int) -> int:
        """Returns the step that made a change what it is: itself, or what brought it back last."""
        undo = self._last.get(change)
        return change if undo is None else self._last.get(undo, change)

    def undos(self) -> list[int]:
        """Returns the undos of changes that were not taken back themselves, the newest first."""
        return [
            step
            for step, target in reversed(self._target.items())
            if target not in self._target and not self.is_undone(step)
        ]

    def differing(self, steps: Iterable[int]) -> set[int]:
        """Returns the changes that some steps, taken together, made or took back."""
        found: set[int] = set()
        for step in steps:
            found ^= {self.change(step)}
        return found

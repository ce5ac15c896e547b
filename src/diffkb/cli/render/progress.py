"""How far a long command is: a bar on standard error, where that is a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress, TaskID

# A bar for less is gone before it is seen.
FEWEST = 2


@contextmanager
def progress_bar(what: str, *, quiet: bool, color: bool) -> Iterator[Callable[[int, int], None]]:
    """Gives a function that takes how many of how many are done; nobody else sees a bar.

    Args:
        what: what is being done, in a word or two.
        quiet: whether to show nothing.
        color: whether the bar is coloured.
    """
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    bar = _Bar(what, color=color)
    try:
        yield bar.show
    finally:
        bar.close()


class _Bar:
    """A bar that is drawn when the first number comes, and taken away at the end."""

    def __init__(self, what: str, *, color: bool) -> None:
        self._what = what
        self._color = color
        self._drawn: tuple[Progress, TaskID] | None = None

    def show(self, done: int, total: int) -> None:
        """Draws so many of so many."""
        if total < FEWEST:
            return
        if self._drawn is None:
            self._drawn = _start(self._what, total, color=self._color)
        progress, task = self._drawn
        progress.update(task, completed=done, total=total)

    def close(self) -> None:
        """Takes the bar away; what was said meanwhile stays."""
        if self._drawn is not None:
            self._drawn[0].stop()


def _start(what: str, total: int, *, color: bool) -> tuple[Progress, TaskID]:
    """Draws an empty bar; lines that are written meanwhile go above it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True, no_color=not color),
        transient=True,
        redirect_stdout=False,
    )
    task = progress.add_task(what, total=total)
    progress.start()
    return progress, task

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
def progress_bar(what: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Gives a function that takes how many of how many are done; nobody else sees a bar.

    Args:
        what: what is being done, in a word or two.
        quiet: whether to show nothing.
    """
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    bar = _Bar(what)
    try:
        yield bar.show
    finally:
        bar.close()


class _Bar:
    """A bar that is drawn when the first number comes, and taken away at the end."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def show(self, done: int, total: int) -> None:
        """Draws so many of so many."""
        if total < FEWEST:
            return
        if self._progress is None:
            self._progress, self._task = _start(self._what)
        if self._task is not None:
            self._progress.update(self._task, completed=done, total=total)

    def close(self) -> None:
        """Takes the bar away; what was said meanwhile stays."""
        if self._progress is not None:
            self._progress.stop()


def _start(what: str) -> tuple[Progress, TaskID]:
    """Draws an empty bar; lines that are written meanwhile go above it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
    )
    progress.start()
    return progress, progress.add_task(what, total=None)

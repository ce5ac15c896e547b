"""Output that is longer than the screen, handed to the program in which people read such."""

from __future__ import annotations

import shlex
import shutil
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping
    from typing import IO

# As git sets it: end at once where all fits the screen, pass colours through, leave it there.
LESS = "FRX"


@contextmanager
def paged(environ: Mapping[str, str], *, wanted: bool) -> Iterator[IO[str]]:
    """Gives the stream to print to: of the pager that `PAGER` names, else less, else none.

    A person who leaves the pager early has seen enough: what is printed then is dropped.

    Args:
        environ: the environment.
        wanted: whether a pager is wanted at all.
    """
    command = _command(environ) if wanted and sys.stdout is not None else []
    if not command:
        yield sys.stdout
        return
    import subprocess

    sys.stdout.flush()
    with subprocess.Popen(  # noqa: S603 - the person's own pager, without a shell
        command,
        stdin=subprocess.PIPE,
        env={"LESS": LESS, **environ},
        text=True,
        encoding="utf-8",
        errors="backslashreplace",
    ) as process:
        try:
            if process.stdin is not None:
                with suppress(BrokenPipeError):
                    yield process.stdin
        finally:
            _finish(process)


def _command(environ: Mapping[str, str]) -> list[str]:
    """Returns the words of the pager's command; none where there is no pager."""
    try:
        words = shlex.split(environ.get("PAGER", "less"))
    except ValueError:
        return []
    if not words or words[0] == "cat" or shutil.which(words[0]) is None:
        return []
    return words


def _finish(process: subprocess.Popen[str]) -> None:
    """Tells the pager that there is no more, and waits until the person leaves it."""
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()
    while True:
        # Control-C in a pager is the pager's.
        with suppress(KeyboardInterrupt):
            process.wait()
            return

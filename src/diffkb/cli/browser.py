"""Handing pages to the browser and PDFs to their viewer, which never write among the data."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

STDOUT, STDERR = 1, 2


def open_page(url: str) -> bool:
    """Opens a page in the browser that `BROWSER` names, else in the system's.

    Args:
        url: an http(s) address.

    Returns:
        Whether there was a browser to take it.
    """
    import webbrowser

    with _output_aside():
        return webbrowser.open(url)


def open_file(path: Path, environ: Mapping[str, str]) -> bool:
    """Opens a file in the program that the system has for its kind.

    Args:
        path: the whole path.
        environ: the environment, which says whether there is a screen.

    Returns:
        Whether there was a program to take it.
    """
    import shutil
    import subprocess

    if sys.platform == "win32":
        with suppress(OSError):
            os.startfile(path)  # noqa: S606 - a PDF of the person's own, by its whole path
            return True
        return False
    has_screen = environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
    name = "open" if sys.platform == "darwin" else "xdg-open" if has_screen else ""
    program = shutil.which(name)
    if program is None:
        return False
    with _output_aside():
        done = subprocess.run([program, str(path)], check=False)  # noqa: S603 - as above, no shell
    return done.returncode == 0


@contextmanager
def _output_aside() -> Iterator[None]:
    """Lets programs that are started write to standard error where they mean standard output."""
    if sys.stdout is not None:
        sys.stdout.flush()
    with ExitStack() as closing:
        aside = STDERR
        if sys.stderr is None:
            aside = os.open(os.devnull, os.O_WRONLY)
            closing.callback(os.close, aside)
        if sys.stdout is not None:
            kept = os.dup(STDOUT)
            closing.callback(os.close, kept)
            closing.callback(os.dup2, kept, STDOUT)
            os.dup2(aside, STDOUT)
        yield

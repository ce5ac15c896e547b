"""Text written in a person's own editor, and kept where it could not be used."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from diffkb.errors import DiffkbError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# What opens where nobody chose an editor, as POSIX has it.
DEFAULT = "vi"


def edit_text(text: str, name: str, environ: Mapping[str, str]) -> str:
    """Lets a person edit a text in their editor: `VISUAL`, else `EDITOR`, else vi.

    Args:
        text: what the editor opens with.
        name: of the file it is shown as, for people and for the editor's colours.
        environ: the environment.

    Returns:
        The text as it was saved.

    Raises:
        UsageError: the editor is not there, or ended with an error; nothing is to be changed.
    """
    editor = environ.get("VISUAL") or environ.get("EDITOR") or DEFAULT
    with tempfile.TemporaryDirectory(prefix="diffkb-") as folder:
        file = Path(folder) / name
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
        try:
            words = [*shlex.split(editor), str(file)]
            status = subprocess.run(words, check=False).returncode  # noqa: S603 - the person chose it
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise UsageError(
                f"the editor `{editor}` cannot be started: {why}",
                hint="set VISUAL or EDITOR to one",
            ) from error
        if status:
            raise UsageError(
                f"the editor ended with status {status}", hint="nothing was changed; try it again"
            )
        return file.read_bytes().decode("utf-8", "surrogateescape")


@contextmanager
def keeping(text: str, name: str) -> Iterator[None]:
    """Keeps what a person wrote in a file, named by the error, where it could not be used.

    Args:
        text: what they wrote.
        name: how the file's name ends.
    """
    try:
        yield
    except DiffkbError as error:
        handle, path = tempfile.mkstemp(prefix="diffkb-", suffix=f"-{name}")
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode("utf-8", "surrogateescape"))
        kept = f"what you wrote is kept in {path}"
        error.hint = f"{error.hint}; {kept}" if error.hint else kept
        raise

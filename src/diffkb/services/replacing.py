"""Giving a file new bytes in one step: whoever reads it sees the old ones or the new ones, whole.

The bytes are written to a file beside it and put on the disk; then that file takes its name.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from diffkb.errors import FileNotWritten
from diffkb.paths import sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import TracebackType

# Places that stand for a stream, not for a file that could be replaced.
STREAMS = ("/dev/", "/proc/")
UNFINISHED = ".{}.diffkb-{}"
# What a process that was killed left behind; no list takes as long to be written.
ABANDONED_SECONDS = 86_400.0


def is_stream(path: Path) -> bool:
    """Says whether a path is a device, a pipe or a socket, which is written as it is."""
    if str(path.absolute()).startswith(STREAMS):
        return True
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def write_stream(path: Path, parts: Iterable[bytes]) -> None:
    """Writes bytes to a device or a pipe.

    Raises:
        FileNotWritten: it does not take them.
        BrokenPipeError: whoever reads it has gone.
    """
    try:
        with path.open("wb", buffering=0) as stream:
            for part in parts:
                stream.write(part)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise FileNotWritten(str(path), error.strerror or str(error)) from error


class Replacement:
    """New bytes for a file, on the disk beside it; they take its place when that is said.

    As a context it removes what did not come to that.

    Args:
        path: the file; of a link the file it leads to is replaced, so that the link stays one.
        parts: the bytes.

    Raises:
        FileNotWritten: they cannot be written there; nothing has changed.
    """

    def __init__(self, path: Path, parts: Iterable[bytes]) -> None:
        self._path = path
        self._beside: Path | None = None
        try:
            self._target = path.resolve()
            self._write(parts)
        except (OSError, RuntimeError) as error:
            # A link that leads to itself is a RuntimeError before Python 3.13.
            self.discard()
            raise self._failed(error) from error
        except BaseException:
            self.discard()
            raise

    def __enter__(self) -> Self:
        """Returns the replacement."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Removes what did not take its place."""
        self.discard()

    def publish(self) -> None:
        """Lets the new bytes take the place of the old ones.

        Raises:
            FileNotWritten: they cannot; the file is as it was.
        """
        if self._beside is None:
            return
        try:
            self._beside.replace(self._target)
        except OSError as error:
            raise self._failed(error) from error
        self._beside = None
        sync_folder(self._target.parent)

    def discard(self) -> None:
        """Removes the new bytes, if they did not take their place."""
        if self._beside is not None:
            with suppress(OSError):
                self._beside.unlink()
            self._beside = None

    def _write(self, parts: Iterable[bytes]) -> None:
        """Writes the bytes beside their place, with the mode that the file has."""
        mode = _mode_of(self._target)
        _remove_abandoned(self._target)
        name = UNFINISHED.format(self._target.name, secrets.token_hex(4))
        beside = self._target.with_name(name)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        self._beside = beside
        with os.fdopen(handle, "wb") as stream:
            if mode is not None:
                beside.chmod(mode)
            for part in parts:
                stream.write(part)
            stream.flush()
            os.fsync(stream.fileno())

    def _failed(self, error: OSError | RuntimeError) -> FileNotWritten:
        """Returns diffkb's error for one of the system's."""
        why = getattr(error, "strerror", None) or str(error)
        full = getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT}
        return FileNotWritten(str(self._path), why, full=full)


def _remove_abandoned(target: Path) -> None:
    """Removes what a diffkb that was killed left beside a file long ago."""
    start = UNFINISHED.format(target.name, "")
    for found in target.parent.iterdir():
        if found.name.startswith(start):
            with suppress(OSError):
                if found.stat().st_mtime < time.time() - ABANDONED_SECONDS:
                    found.unlink()


def _mode_of(path: Path) -> int | None:
    """Returns the mode of a file; None where there is none.

    Raises:
        OSError: it is a folder, or may not be written.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return stat.S_IMODE(mode)

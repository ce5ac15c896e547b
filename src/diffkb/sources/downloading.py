"""Fetching PDFs to disk: each appears in its place whole and checked, or not at all."""

from __future__ import annotations

import os
import re
import secrets
import time
from contextlib import contextmanager, suppress
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

from diffkb.errors import BadReply, RateLimited, SourceError, StorageError
from diffkb.paths import make_private_folder, sync_folder
from diffkb.sources.base import Request
from diffkb.sources.fetching import about
from diffkb.sources.http import TooLarge, Unchanging
from diffkb.sources.retry import Refused, check_status, persist, refusing
from diffkb.sources.text import without_controls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from diffkb.core.models import Identifier
    from diffkb.sources.base import Reply
    from diffkb.sources.http import Door, Patience

LIMIT = 200_000_000
# What servers say that were never told of PDF.
TYPES = frozenset(
    {"application/pdf", "application/x-pdf", "application/octet-stream", "binary/octet-stream", ""}
)
BEGINNING, END = b"%PDF-", b"%%EOF"
# The end stands in the last kilobyte, but some servers append to it.
MOST_AFTER_END = 10_000
UNFINISHED = ".diffkb-{}.part"
# What a process that was killed left behind; no download takes as long.
ABANDONED_SECONDS = 86_400.0


class Downloads:
    """Fetches PDFs one after the other; a host that is out of order is not asked for the rest.

    Args:
        door: the way to the network.
        report: is told of waits.
    """

    def __init__(self, door: Door, report: Callable[[str], None]) -> None:
        self._door = door
        self._report = report
        self._shut: dict[str, SourceError] = {}

    def fetch(self, url: str, ref: Identifier, service: str, path: Path) -> None:
        """Fetches one PDF, and puts it in the place of what is there.

        The patience of the door holds for the beginning of the answer, and again for each
        megabyte: a large file may take its time, one that stalls may not.

        Args:
            url: where it is.
            ref: the work.
            service: whose it is, for errors.
            path: where it is to be.

        Raises:
            SourceError: there is no PDF to be had now; nothing was changed.
            StorageError: it cannot be written.
        """
        host = urlsplit(url).hostname or ""
        if host in self._shut:
            raise about(ref, self._shut[host])
        request = Request(url, (), (ref,), LIMIT, {"Accept": "application/pdf"})
        patience = self._door.patience()
        try:
            self._door.open(service)
            persist(
                lambda: self._try(request, service, patience, path),
                patience,
                self._door.clock,
                self._report,
            )
        except Refused as refused:
            if refused.everywhere or isinstance(refused.error, RateLimited):
                self._shut[host] = refused.error
            raise refused.error from refused

    def _try(self, request: Request, service: str, patience: Patience, path: Path) -> None:
        """Fetches a PDF once.

        Raises:
            Refused: there is none.
            StorageError: it cannot be written, or the pace cannot be kept.
        """
        with _replacing(path) as file:
            with refusing(service):
                reply = self._door.ask(
                    request, service, patience, self._report, partial(_receive, file, service)
                )
            check_status(reply, service, self._door.clock, refuses_programs=True)
            if reply.status != HTTPStatus.OK:
                why = f"it has no PDF there (status {reply.status})"
                raise Refused(BadReply(service, why), tries=1)


def _receive(file: BinaryIO, service: str, reply: Reply, pieces: Iterator[bytes]) -> bytes:
    """Writes a PDF as it comes; of any other answer nothing is read.

    Raises:
        Unchanging: it is no PDF, or too large.
        BadReply: it breaks off.
    """
    if reply.status != HTTPStatus.OK:
        return b""
    kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in TYPES:
        raise Unchanging(service, f"it is {without_controls(kind)[:100]}, and no PDF")
    size = reply.headers.get("content-length", "")
    if re.fullmatch(r"[0-9]{1,15}", size) and int(size) > LIMIT:
        raise TooLarge(service, f"it is larger than {LIMIT // 1_000_000} MB")
    beginning = b""
    for piece in pieces:
        beginning += piece
        if len(beginning) >= len(BEGINNING):
            break
    if not beginning.startswith(BEGINNING):
        raise Unchanging(service, "it does not begin as a PDF does")
    file.write(beginning)
    ending = beginning
    for piece in pieces:
        file.write(piece)
        ending = (ending + piece)[-MOST_AFTER_END:]
    if END not in ending:
        raise BadReply(service, "it breaks off")
    return b""


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """Gives a new file that takes the place of `path` when the block ends, if it ends well.

    Raises:
        StorageError: it cannot be written.
    """
    unfinished = path.with_name(UNFINISHED.format(secrets.token_hex(8)))
    try:
        make_private_folder(path.parent)
        _remove_abandoned(path.parent)
        # What a person reads is nobody else's business.
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        why = error.strerror or str(error)
        raise StorageError(
            f"{path} cannot be written: {why}",
            hint="`diffkb config set files FOLDER` names another folder for PDFs",
        ) from error
    finally:
        with suppress(OSError):
            unfinished.unlink()


def _remove_abandoned(folder: Path) -> None:
    """Removes what was left unfinished long ago."""
    for path in folder.glob(UNFINISHED.format("*")):
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - ABANDONED_SECONDS:
                path.unlink()

"""Writing what is exported to a file, and saying whether a file still is what would be exported."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.line_diff import diff_texts
from diffkb.errors import BaseReadOnly, FileNotWritten, UnreadableInput, UsageError
from diffkb.services.agreeing import give_file, note_intent, refuse_edited, writing
from diffkb.services.opening import open_reader, prepare_target
from diffkb.services.replacing import Replacement, is_stream, write_stream
from diffkb.store.agreements import agreements_of

if TYPE_CHECKING:
    from pathlib import Path

    from diffkb.paths import BaseChoice
    from diffkb.services.opening import Report
    from diffkb.store.reader import Document, Reader

STDIN = "-"


class Exported(NamedTuple):
    """What was exported.

    Attributes:
        content: the bytes.
        document: the document whose list it is; None of anything else.
    """

    content: bytes
    document: Document | None = None


def write_file(
    choice: BaseChoice, path: Path, exported: Exported, *, force: bool, report: Report
) -> bool:
    """Writes what was exported to a file, in one step; says whether anything had to be written.

    The base remembers it, so that the next one tells its own file from one that was edited.

    Args:
        choice: the base.
        path: the file; a pipe or a device is written as it is.
        exported: the bytes, and whose they are.
        force: whether a file is replaced too that was edited since.
        report: takes a sentence about what had to be done.

    Raises:
        ChangedOnDisk: the file was edited since, or exists and was never seen.
        FileNotWritten: it cannot be written; it is as it was.
        StorageError: the base cannot be used.
    """
    content, document = exported
    if is_stream(path):
        write_stream(path, [content])
        return True
    before = _content_of(path)
    if before is not None and before != content and not force:
        with open_reader(choice, report) as reader:
            refuse_edited(reader.connection, document, path, before)
    if not _remembers(choice, report):
        with Replacement(path, [content]) as replacement:
            replacement.publish()
        return before != content
    with Replacement(path, [content]) as replacement:
        with writing(choice.target) as connection:
            before = _content_of(path)
            if before is not None and before != content and not force:
                refuse_edited(connection, document, path, before)
            note_intent(connection, document, path, content)
        needed = replacement if before != content else None
        give_file(choice.target, document, path, content, needed)
    return before != content


def make_folder_of(path: Path) -> None:
    """Makes the folder a file is to stand in, and those above it, where they are missing.

    Raises:
        FileNotWritten: it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileNotWritten(str(path), error.strerror or str(error)) from error


def find_differences(path: Path, content: bytes) -> list[bytes]:
    """Returns in what a file differs from what would be exported, as a unified diff.

    A file that is missing differs in all of it; `-` is standard input.

    Raises:
        UnreadableInput: it cannot be read.
    """
    if str(path) == STDIN:
        return list(diff_texts(sys.stdin.buffer.read(), content, str(path)))
    try:
        before = path.read_bytes()
    except FileNotFoundError:
        before = b""
    except OSError as error:
        raise UnreadableInput(str(path), error.strerror or str(error)) from error
    return list(diff_texts(before, content, str(path)))


def file_of(reader: Reader, document: Document | None) -> str:
    """Returns the file that a document was imported from, else the one it was last written to.

    Raises:
        UsageError: there is none.
    """
    if document is not None:
        found = [one.path for one in agreements_of(reader.connection, document.id) if one.sha256]
        path = document.path or next(iter(found), None)
        if path is not None:
            return path
    raise UsageError("it is not said which file to check", hint="`--check -o FILE` says which")


def _remembers(choice: BaseChoice, report: Report) -> bool:
    """Says whether the base can remember the file; where it cannot be written it is not."""
    path = choice.target
    if path.exists() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        report(f"{path} cannot be written: it will not know the file again")
        return False
    try:
        prepare_target(choice, report)
    except BaseReadOnly as error:
        report(f"{error.message}: it will not know the file again")
        return False
    return True


def _content_of(path: Path) -> bytes | None:
    """Returns what a file holds; None where there is none.

    Raises:
        FileNotWritten: it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        why = "it is a folder" if path.is_dir() else error.strerror or str(error)
        raise FileNotWritten(str(path), why) from error

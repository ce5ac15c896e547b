"""What a document and a file had in common last: found before the two meet, noted after."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from diffkb.errors import AmbiguousDocument, ChangedOnDisk, NeverSeen, UnreadableInput
from diffkb.paths import storable_path
from diffkb.services.file_kinds import binary_kind
from diffkb.services.listing import find_document
from diffkb.store.agreements import (
    agreements_at,
    agreements_of,
    digest,
    fulfil,
    imported_text,
    intend,
    is_intended,
)
from diffkb.store.opening import connect_for_writing, translating

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from diffkb.services.replacing import Replacement
    from diffkb.store.reader import Document, Reader

# What is written from the base and never read back belongs to no document.
NO_DOCUMENT = 0


def read_file(path: Path, *, streams: bool = False) -> bytes:
    """Returns a list's bytes.

    Args:
        path: the file.
        streams: whether it may be a pipe, which is read once.

    Raises:
        UnreadableInput: it cannot be read, is no file of its own, or no text.
    """
    try:
        if not streams and path.exists() and not (path.is_file() or path.is_dir()):
            raise UnreadableInput(str(path), "it is a stream, not a file")
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableInput(str(path), error.strerror or str(error)) from error
    kind = binary_kind(content)
    if kind is not None:
        raise UnreadableInput(str(path), f"it is {kind}, no Markdown list")
    return content


def document_of(reader: Reader, path: Path, content: bytes, name: str | None) -> Document:
    """Says which document a file is.

    Args:
        reader: the base.
        path: the file.
        content: its bytes.
        name: the document that a person named, or None.

    Returns:
        The one that is named; else the one the file was imported as, exported from or synced with;
        else the one that has, or had in some file, these very bytes.

    Raises:
        DocumentNotFound: none has that name.
        AmbiguousDocument: it may be several.
        NeverSeen: nothing tells.
    """
    documents = reader.documents()
    if name is not None:
        return find_document(documents, name)
    where = storable_path(path)
    known = {one.document_id for one in agreements_at(reader.connection, where)}
    found = [one for one in documents if one.id in known or one.path == where]
    if not found:
        found = [one for one in documents if _holds(reader, one, content)]
    if len(found) > 1:
        raise AmbiguousDocument([one.name for one in found])
    if not found:
        raise NeverSeen(str(path))
    return found[0]


def _holds(reader: Reader, document: Document, content: bytes) -> bool:
    """Says whether a document has these bytes, or had them in some file."""
    sha256 = digest(content)
    if sha256 == document.sha256:
        return True
    held = {one.sha256 for one in agreements_of(reader.connection, document.id)}
    return sha256 in held or b"".join(reader.texts(document.id)) == content


def ancestor_of(reader: Reader, document: Document, path: Path, content: bytes) -> bytes | None:
    """Returns the bytes that a document and a file had in common last.

    Args:
        reader: the base.
        document: the document.
        path: the file.
        content: what it holds now.

    Returns:
        None where they never had anything in common that is known.
    """
    where, connection = storable_path(path), reader.connection
    sha256 = digest(content)
    for one in agreements_at(connection, where):
        if one.document_id == document.id:
            # A file that the base took in, or that was written last, is where both start from.
            if sha256 in {one.taken_sha256, one.intended_sha256, one.sha256}:
                return content
            return one.text if one.text is not None else one.intended_text
    if sha256 == document.sha256:
        return content
    return _nearest(_texts(connection, document), content)


def _texts(connection: sqlite3.Connection, document: Document) -> Iterator[bytes]:
    """Yields the texts that a document had in files, the latest first."""
    for one in agreements_of(connection, document.id):
        if one.text is not None:
            yield one.text
    imported = imported_text(connection, document.id)
    if imported is not None:
        yield imported


def _nearest(texts: Iterable[bytes], content: bytes) -> bytes | None:
    """Returns the text that shares most lines with a file, the first of several; None of none."""
    lines = set(content.splitlines())
    return max(texts, key=lambda text: len(lines.intersection(text.splitlines())), default=None)


def refuse_edited(
    connection: sqlite3.Connection, document: Document | None, path: Path, content: bytes
) -> None:
    """Refuses to replace a file that holds what diffkb neither wrote there nor read from it.

    Args:
        connection: to the base.
        document: whose file it is to be; None of what is no list.
        path: the file.
        content: what it holds.

    Raises:
        ChangedOnDisk: it was edited since, or never seen.
    """
    where, sha256 = storable_path(path), digest(content)
    known = [one for one in agreements_at(connection, where) if one.document_id == _id(document)]
    ours = {digest_ for one in known for digest_ in (one.sha256, one.intended_sha256)}
    imported = document is not None and document.path == where
    if document is not None and imported and not any(one.sha256 for one in known):
        ours.add(document.sha256)
    seen = bool(known) or imported
    # Of a file that is empty and new, as `mktemp` makes it, nothing can be lost.
    if sha256 in ours or not (content or seen):
        return
    merge = seen and document is not None
    hint = "`diffkb sync` merges both; --force replaces it" if merge else "--force replaces it"
    raise ChangedOnDisk(str(path), seen=seen, hint=hint)


def note_intent(
    connection: sqlite3.Connection,
    document: Document | None,
    path: Path,
    content: bytes,
    taken: bytes | None = None,
) -> None:
    """Notes what a file is about to be given.

    Args:
        connection: inside the transaction that is to be on the disk before the file is.
        document: whose file it is; None of what is no list.
        path: the file.
        content: what it is to hold.
        taken: what it holds, where the base has taken that in.
    """
    before = None if taken is None else digest(taken)
    intend(
        connection, _id(document), storable_path(path), content, before, keep=document is not None
    )


def give_file(
    base: Path,
    document: Document | None,
    path: Path,
    content: bytes,
    replacement: Replacement | None = None,
) -> None:
    """Gives a file what it was about to be given, and notes that it has it.

    One who intends something else for it by then goes first, as that is the later.

    Args:
        base: the base that knows what was intended.
        document: whose file it is; None of what is no list.
        path: the file.
        content: what it is to hold.
        replacement: holds that; None where the file has it.

    Raises:
        FileNotWritten, StorageError: the file cannot be written, or the base.
    """
    where = storable_path(path)
    with writing(base) as connection:
        if is_intended(connection, _id(document), where, digest(content)):
            if replacement is not None:
                replacement.publish()
            fulfil(connection, _id(document), where)


def _id(document: Document | None) -> int:
    """Returns the id by which a document's files are remembered."""
    return document.id if document else NO_DOCUMENT


@contextmanager
def writing(base: Path) -> Iterator[sqlite3.Connection]:
    """Gives a transaction on a base for what is no step of it.

    Raises:
        StorageError: the base cannot be written.
    """
    with closing(connect_for_writing(base)) as connection, translating(base):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

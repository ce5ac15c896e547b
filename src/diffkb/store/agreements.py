"""What a document and a file had in common last, as the base remembers it; plain SQL.

An agreement is no step and no undo takes it back: it says what stood in a file, which an undo of
the base does not change.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import sqlite3

# The fastest: lists shrink to a third by it, and the next level gains little.
LEVEL = 1

_COLUMNS = "document_id, path, sha256, text, intended_sha256, intended_text, taken_sha256"


class Agreement(NamedTuple):
    """What is remembered of a file.

    Attributes:
        document_id: the document; 0 of a file that is written from the base and never read.
        path: the file.
        sha256: of the bytes both had last.
        text: these bytes.
        intended_sha256: of what the file was about to be given when diffkb was stopped.
        intended_text: these bytes.
        taken_sha256: of the file's bytes that the base had taken in by then.
    """

    document_id: int
    path: str
    sha256: str | None
    text: bytes | None
    intended_sha256: str | None
    intended_text: bytes | None
    taken_sha256: str | None


def digest(content: bytes) -> str:
    """Returns what bytes are told by."""
    return hashlib.sha256(content).hexdigest()


def agreements_at(connection: sqlite3.Connection, path: str) -> list[Agreement]:
    """Returns what is remembered of a file, by document."""
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM agreements WHERE path = ? ORDER BY document_id", (path,)
    )
    return [_agreement(row) for row in found]


def agreements_of(connection: sqlite3.Connection, document_id: int) -> list[Agreement]:
    """Returns what is remembered of a document's files, the latest first."""
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM agreements WHERE document_id = ? ORDER BY agreed DESC, id DESC",
        (document_id,),
    )
    return [_agreement(row) for row in found]


def intend(
    connection: sqlite3.Connection,
    document_id: int,
    path: str,
    content: bytes,
    taken: str | None = None,
    *,
    keep: bool = True,
) -> None:
    """Remembers what a file is about to be given.

    Args:
        connection: inside a transaction.
        document_id: the document.
        path: the file.
        content: what it is to hold.
        taken: the digest of what it holds, where the base has taken that in.
        keep: whether the bytes are kept with their digest: a list is merged from them later.
    """
    text = zlib.compress(content, LEVEL) if keep else None
    connection.execute(
        "INSERT INTO agreements (document_id, path, intended_sha256, intended_text, taken_sha256)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT (document_id, path) DO UPDATE SET"
        " intended_sha256 = excluded.intended_sha256, intended_text = excluded.intended_text,"
        " taken_sha256 = excluded.taken_sha256",
        (document_id, path, digest(content), text, taken),
    )


def is_intended(connection: sqlite3.Connection, document_id: int, path: str, sha256: str) -> bool:
    """Says whether a file is still to be given that, and nothing that came later."""
    found = connection.execute(
        "SELECT 1 FROM agreements WHERE document_id = ? AND path = ? AND intended_sha256 = ?",
        (document_id, path, sha256),
    )
    return found.fetchone() is not None


def fulfil(connection: sqlite3.Connection, document_id: int, path: str) -> None:
    """Notes that a file holds what it was about to be given."""
    connection.execute(
        "UPDATE agreements SET sha256 = intended_sha256, text = intended_text,"
        " agreed = strftime('%Y-%m-%dT%H:%M:%SZ'),"
        " intended_sha256 = NULL, intended_text = NULL, taken_sha256 = NULL"
        " WHERE document_id = ? AND path = ?",
        (document_id, path),
    )


def imported_text(connection: sqlite3.Connection, document_id: int) -> bytes | None:
    """Returns the bytes a document was imported with, from its blocks and their first copies.

    The journal holds each block as it was before it was changed first. None is the answer where
    that does not give what was imported.
    """
    wanted = connection.execute(
        "SELECT sha256 FROM documents WHERE id = ?", (document_id,)
    ).fetchone()
    raws = connection.execute(
        "WITH imported (low, high) AS (SELECT first_id, last_id FROM journal_inserted"
        "  WHERE table_name = 'blocks' AND step_id = (SELECT min(step_id) FROM journal_inserted"
        "   WHERE table_name = 'documents' AND ?1 BETWEEN first_id AND last_id)),"
        " first (journal_id) AS (SELECT min(journal_id) FROM journal_blocks j JOIN imported i"
        "  ON j.id BETWEEN i.low AND i.high WHERE j.document_id = ?1 GROUP BY j.id)"
        " SELECT raw, position FROM journal_blocks WHERE journal_id IN (SELECT * FROM first)"
        " UNION ALL SELECT b.raw, b.position FROM blocks b JOIN imported i"
        "  ON b.id BETWEEN i.low AND i.high WHERE b.document_id = ?1 AND NOT EXISTS"
        "  (SELECT 1 FROM journal_blocks j WHERE j.id = b.id)"
        " ORDER BY position",
        (document_id,),
    )
    content = b"".join(raw for raw, _ in raws)
    return content if wanted is not None and digest(content) == wanted[0] else None


def _agreement(row: tuple[Any, ...]) -> Agreement:
    """Returns a row as an agreement."""
    document_id, path, sha256, text, intended_sha256, intended_text, taken_sha256 = row
    return Agreement(
        document_id,
        path,
        sha256,
        None if text is None else zlib.decompress(text),
        intended_sha256,
        None if intended_text is None else zlib.decompress(intended_text),
        taken_sha256,
    )

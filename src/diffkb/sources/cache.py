"""The answers of services, kept on disk for a day so that nobody is asked the same twice."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import zlib
from contextlib import closing, suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from diffkb.paths import make_private_folder
from diffkb.sources.base import Reply

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from diffkb.sources.base import Request

# The form of the rows is a part of the name: another form is another file.
FILE = "answers-1.sqlite"
DAY = 86_400.0
# https://info.arxiv.org/help/api/user-manual.html: what it finds changes once a day.
MAXIMUM_AGES = {"arxiv.org": DAY}
MAXIMUM_AGE = DAY
# How long an answer is worth keeping that a service can say still holds.
MAXIMUM_AGE_IF_STALE = 90 * DAY
MOST_BYTES = 100_000_000
KEPT = frozenset({HTTPStatus.OK, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
MOST_OF_HEAD = 100_000
PRIVATE = frozenset({"set-cookie", "set-cookie2"})
BUSY_SECONDS = 2.0
BROKEN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

_SCHEMA = (
    """
    CREATE TABLE IF NOT EXISTS answers (
        key TEXT PRIMARY KEY,
        kept REAL NOT NULL,
        ends REAL NOT NULL,
        dropped REAL NOT NULL,
        size INTEGER NOT NULL,
        packed BLOB NOT NULL
    )
    """,
    "CREATE INDEX IF NOT EXISTS by_age ON answers (kept, dropped, size)",
)


class Row(NamedTuple):
    """An answer in the file: `ends` is when it is too old, `dropped` when it is of no use."""

    key: str
    kept: float
    ends: float
    dropped: float
    size: int
    packed: bytes


class Cache:
    """Answers in a file that all processes of a user share.

    Where the file cannot be read or written there are no answers; nobody is told.

    Args:
        folder: where the file lies; made when something is first kept.
        most_bytes: of all answers together, packed; the oldest go first.
        refetch: whether to give no answer back, and only keep new ones.
    """

    def __init__(
        self, folder: Path, most_bytes: int = MOST_BYTES, *, refetch: bool = False
    ) -> None:
        self._path = folder / FILE
        self._most_bytes = most_bytes
        self._refetch = refetch

    def get(self, request: Request, now: float) -> Reply | None:
        """Returns the answer to a request, if it is kept and not too old.

        Args:
            request: of which the method, the address, what it accepts and its body count.
            now: in seconds since 1970; an answer from later than now is none.
        """
        return self._get(request, now, "ends > ?")

    def get_stale(self, request: Request, now: float) -> Reply | None:
        """Returns an answer that is too old, but may be asked whether it still holds.

        Args:
            request: as for `get`.
            now: in seconds since 1970.
        """
        return self._get(request, now, "ends <= ?")

    def _get(self, request: Request, now: float, age: str) -> Reply | None:
        """Returns an answer of an age, if it is kept."""
        if self._refetch:
            return None
        key = _key(request)
        found = self._safely(lambda: self._find(key, now, age))
        return _unpacked(found, key, request.limit) if isinstance(found, bytes) else None

    def put(self, request: Request, reply: Reply, now: float) -> None:
        """Keeps the answer to a request, and drops what is too old or too much.

        The caller decides which answers are worth it, but none about the state of the service or
        the network is kept.

        Args:
            request: what was asked.
            reply: the answer; its cookies are not kept.
            now: in seconds since 1970.
        """
        if reply.status in KEPT:
            self._safely(lambda: self._keep(_row(request, reply, now), now))

    def _safely(self, use: Callable[[], object]) -> object:
        """Uses the file; None if that fails. One that is broken is taken away."""
        try:
            return use()
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in BROKEN:
                self._remove()
        except (OSError, ValueError):
            pass
        return None

    def _remove(self) -> None:
        """Takes the file away, its journal first: it must not be applied to another file."""
        for suffix in ("-journal", ""):
            with suppress(OSError):
                self._path.with_name(FILE + suffix).unlink()

    def _open(self, mode: str) -> closing[sqlite3.Connection]:
        """Opens the file, in a mode of SQLite's URIs."""
        # One connection a question: none is open while another process takes a broken file away.
        uri = f"{self._path.absolute().as_uri()}?mode={mode}"
        return closing(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None))

    def _find(self, key: str, now: float, age: str) -> object:
        """Reads the answer that is kept under a key and is of that age now."""
        question = f"SELECT packed FROM answers WHERE key = ? AND kept <= ? AND {age}"
        with self._open("ro") as connection:
            row = connection.execute(question, (key, now, now)).fetchone()
        return row[0] if row else None

    def _keep(self, row: Row, now: float) -> None:
        """Writes an answer, and makes room; one that is larger than all room is left."""
        size = row.size
        if size > self._most_bytes:
            return
        make_private_folder(self._path.parent)
        # Questions show what a person reads: the file is theirs alone.
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        with self._open("rw") as connection:
            connection.execute("PRAGMA auto_vacuum = FULL")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("BEGIN IMMEDIATE")
            for statement in _SCHEMA:
                connection.execute(statement)
            connection.execute("DELETE FROM answers WHERE dropped <= ? OR kept > ?", (now, now))
            connection.execute("DELETE FROM answers WHERE key = ?", row[:1])
            self._make_room(connection, size)
            connection.execute("INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?)", row)
            connection.execute("COMMIT")

    def _make_room(self, connection: sqlite3.Connection, size: int) -> None:
        """Drops the oldest answers until one of that size fits."""
        connection.execute(
            "DELETE FROM answers WHERE rowid IN (SELECT rowid FROM"
            " (SELECT rowid, sum(size) OVER (ORDER BY kept DESC, rowid DESC) AS total FROM answers)"
            " WHERE total > ?)",
            (self._most_bytes - size,),
        )


def maximum_age(host: str) -> float:
    """Returns the seconds after which an answer of a host is too old."""
    host = host.lower().rstrip(".")
    ages = (
        age for domain, age in MAXIMUM_AGES.items() if host == domain or host.endswith(f".{domain}")
    )
    return next(ages, MAXIMUM_AGE)


def _key(request: Request) -> str:
    """Returns a question as a digest, for parameters may hold the key of a person."""
    accepted = {name.lower(): value for name, value in request.headers.items()}.get("accept", "")
    body = request.content.hex()
    question = [request.method, request.url, request.params, accepted, body]
    return hashlib.sha256(json.dumps(question).encode()).hexdigest()


def _row(request: Request, reply: Reply, now: float) -> Row:
    """Returns an answer as it is written."""
    key = _key(request)
    packed = _packed(key, request, reply)
    ends = now + maximum_age(urlsplit(request.url).hostname or "")
    dropped = now + MAXIMUM_AGE_IF_STALE if validators(reply) else ends
    return Row(key, now, ends, dropped, len(packed), packed)


def validators(reply: Reply) -> dict[str, str]:
    """Returns the headers that ask whether an answer still holds; none where it cannot be told.

    See https://www.rfc-editor.org/rfc/rfc9110#name-conditional-requests.
    """
    names = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
    return {
        header: reply.headers[name] for name, header in names.items() if reply.headers.get(name)
    }


def _packed(key: str, request: Request, reply: Reply) -> bytes:
    """Returns an answer as bytes of which a lost or changed one shows, with what it answers."""
    # The parameters of a question come back in the address, keys of persons included.
    url = urlsplit(reply.url)._replace(query="").geturl() if request.params else reply.url
    headers = {name: value for name, value in reply.headers.items() if name not in PRIVATE}
    head = json.dumps([key, reply.status, headers, url])
    return zlib.compress(head.encode() + b"\n" + reply.content)


def _unpacked(packed: bytes, key: str, limit: int) -> Reply | None:
    """Returns an answer from its bytes; None if they are not what was kept under that key."""
    unpacking = zlib.decompressobj()
    try:
        whole = unpacking.decompress(packed, limit + MOST_OF_HEAD)
        head, _, content = whole.partition(b"\n")
        kept_key, status, headers, url = json.loads(head)
    except (zlib.error, ValueError, TypeError):
        return None
    # Only at its end it is known to be whole.
    if not unpacking.eof or kept_key != key or len(content) > limit:
        return None
    return Reply(status, headers, content, url)

"""A base that is open for reading, and the rows of what it is asked in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from diffkb.store.opening import connect_for_reading, translating

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType


class Reads:
    """A base that is open for reading.

    Args:
        connection: to the base; it is closed at the end.
        path: the base's file, for what may have to be said about it.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self.path = path

    @classmethod
    def open(cls, path: Path) -> Self:
        """Opens a base; what may be raised is what `connect_for_reading` says."""
        return cls(connect_for_reading(path), path)

    def __enter__(self) -> Self:
        """Returns the reader."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Closes the base."""
        self.connection.close()

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Yields the rows of a statement as SQLite finds them.

        Raises:
            StorageError: the base cannot be read any further.
        """
        with translating(self.path):
            # Not `yield from`: that would close the cursor of a base that was closed before it.
            for row in self.connection.execute(statement, parameters):  # noqa: UP028
                yield row

    def _ids(self, statement: str, parameters: Sequence[Any]) -> list[int]:
        """Returns the ids a statement finds."""
        return [row[0] for row in self.rows(statement, parameters)]

"""A base as an earlier diffkb left it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

OLDER = "0002"


def make_older(base: Path) -> None:
    """Takes a base back to the revision before the index of texts."""
    with closing(sqlite3.connect(base)) as connection:
        connection.executescript(
            "DROP INDEX ix_sections_uncommon_name; DROP INDEX ix_sections_name;"
            "DROP TABLE agreements; DROP TABLE search_words; DROP TABLE search;"
            f"UPDATE alembic_version SET version_num = '{OLDER}'"
        )

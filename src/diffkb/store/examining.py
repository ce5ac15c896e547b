"""What SQL alone tells of whether a base is sound, each trouble with what can be done about it."""

from __future__ import annotations

import sqlite3
from array import array
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Literal, NamedTuple

from diffkb.errors import DiffkbError
from diffkb.store.indexing import indexed_entries
from diffkb.store.opening import DATA_TABLES, TABLES, connect_unchecked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

Repair = Literal["reindex", "search", "orphans", "entries"]

REPAIRING = "`diffkb base doctor --repair` {}"
RESTORING = "`diffkb base restore BACKUP` goes back to a backup"

# What SQLite makes of itself where it needs it.
_OWN = {"sqlite_stat1", "sqlite_stat4", "sqlite_sequence"}
# Of each check of SQLite's at most so many answers are asked for.
_MOST = 100
# Texts that hold JSON, and words of which a column holds one.
_JSON = {
    "documents": ("dialect",),
    "entries": ("links", "mentioned", "ctx", "extra"),
    "proposals": ("facts",),
}
_WORDS = {
    ("blocks", "kind"): ("heading", "entry", "prose"),
    ("sections", "role"): ("section", "year", "title"),
    ("entries", "kind"): ("paper", "link"),
    ("notes", "kind"): ("listed", "private"),
}
# What a column declared so may hold, beside nothing.
_TYPES = {
    "INTEGER": ("integer",),
    "BOOLEAN": ("integer",),
    "VARCHAR": ("text",),
    "BLOB": ("blob",),
}
# Sums of what is indexed are kept for so many groups of entries; a power of two.
_GROUPS = 1 << 20
# The version of SQLite whose integrity_check looks into such an index too, and how many texts an
# index may hold to be looked at without it.
_CHECKS_INDEXES = (3, 44)
_MOST_LOCKED = 50_000
# Of a longer word the index keeps its beginning, which is at least so many letters.
_WORD = 8_000


class Finding(NamedTuple):
    """Something that is wrong with a base.

    Attributes:
        kind: a word for programs.
        message: what is wrong, one sentence without a full stop.
        hint: what to do about it.
        repair: what `--repair` can do about it, or None.
        fatal: whether the base cannot be used as long as it is so.
        row: the row it is about, where a repair needs to know.
    """

    kind: str
    message: str
    hint: str
    repair: Repair | None = None
    fatal: bool = False
    row: int | None = None


def check_file(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yields where the file itself is damaged (https://sqlite.org/pragma.html#pragma_integrity_check)."""
    for (text,) in connection.execute(f"PRAGMA integrity_check({_MOST})"):
        for line in text.splitlines():
            if line == "ok" or line.startswith("***"):
                continue
            if "FTS5" in line:
                yield _search_finding("the index of texts is damaged")
            elif " index " in line and ("missing from" in line or "wrong # of" in line):
                hint = REPAIRING.format("makes SQLite's indexes anew")
                yield Finding("order", f"an index of SQLite's is wrong: {line}", hint, "reindex")
            else:
                yield Finding("damaged", f"the file is damaged: {line}", RESTORING, fatal=True)


def check_tables(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yields which tables are missing."""
    found = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    for name in sorted(TABLES - _OWN - found):
        yield Finding("structure", f"the table {name} is missing", RESTORING, fatal=True)


def check_references(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yields rows that refer to others which are not there."""
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        yield Finding(
            "reference",
            f"row {row} of {table} refers to a row of {parent} that is missing",
            RESTORING,
        )


def check_values(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yields values that a column cannot hold: of another type, no JSON, no UTF-8."""
    for table in DATA_TABLES:
        for column, where in _wrong_values(connection, table):
            rows = connection.execute(f"SELECT id FROM {table} WHERE {where} LIMIT {_MOST}")
            for (row,) in rows:
                yield _value_finding(table, row, column)
        yield from _undecodable(connection, table)


def _wrong_values(connection: sqlite3.Connection, table: str) -> Iterator[tuple[str, str]]:
    """Yields columns of a table, each with the condition that its value is wrong."""
    columns = connection.execute(f"SELECT name, type FROM pragma_table_info('{table}')").fetchall()
    for name, declared in columns:
        types = _TYPES.get(declared.split("(")[0])
        if types:
            yield name, f"typeof({name}) NOT IN ('null', {_listed(types)})"
        if name in _JSON.get(table, ()):
            yield name, f"{name} IS NOT NULL AND NOT json_valid({name})"
        if words := _WORDS.get((table, name)):
            yield name, f"{name} NOT IN ({_listed(words)})"


def _listed(words: Iterable[str]) -> str:
    """Returns words as a list in SQL."""
    return ", ".join(f"'{word}'" for word in words)


def _undecodable(connection: sqlite3.Connection, table: str) -> Iterator[Finding]:
    """Yields texts of a table that are no UTF-8, which SQLite does not look at."""
    columns = [
        name
        for name, declared in connection.execute(
            f"SELECT name, type FROM pragma_table_info('{table}')"
        )
        if declared.startswith("VARCHAR")
    ]
    if not columns:
        return
    casts = ", ".join(f"CAST({name} AS BLOB)" for name in columns)
    for row, *texts in connection.execute(f"SELECT id, {casts} FROM {table}"):
        for name, text in zip(columns, texts, strict=True):
            try:
                (text or b"").decode()
            except UnicodeDecodeError:
                yield _value_finding(table, row, name)


def _value_finding(table: str, row: int, column: str) -> Finding:
    """Returns the finding that a value is none its column can hold."""
    message = f"row {row} of {table} holds what cannot be its {column}"
    return Finding("value", message, RESTORING, row=row)


def check_orphans(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yields works that no entry stands for."""
    hint = REPAIRING.format("takes them away")
    for row, name in connection.execute(
        "SELECT p.id, (SELECT scheme || ' ' || value FROM identifiers WHERE paper_id = p.id)"
        " FROM papers p WHERE NOT EXISTS (SELECT 1 FROM entries e WHERE e.paper_id = p.id)"
    ):
        shown = f" ({name})" if name else ""
        yield Finding("orphan", f"no entry stands for work {row}{shown}", hint, "orphans")


def check_journal(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yields where the journal contradicts itself, so that undoing would go wrong."""
    for row, table in connection.execute(
        "SELECT j.id, j.table_name FROM journal_inserted j LEFT JOIN sqlite_sequence s"
        f" ON s.name = j.table_name WHERE j.table_name NOT IN ({_listed(DATA_TABLES)})"
        " OR j.first_id > j.last_id OR j.first_id < 1 OR j.last_id > coalesce(s.seq, 0)"
    ):
        yield _journal_finding(f"row {row} of the journal names rows of {table} that never were")
    for (row,) in connection.execute("SELECT id FROM steps WHERE undoes_id >= id"):
        yield _journal_finding(f"step {row} takes back a step that came after it")
    for table in DATA_TABLES:
        wrong = f"SELECT journal_id FROM journal_{table} WHERE operation NOT IN"
        for (row,) in connection.execute(f"{wrong} ('changed', 'deleted')"):
            yield _journal_finding(f"row {row} of journal_{table} says nothing that can be undone")
        numbers = f"SELECT (SELECT max(id) FROM {table}), (SELECT seq FROM sqlite_sequence"
        [(most, given)] = connection.execute(f"{numbers} WHERE name = ?)", (table,))
        if (most or 0) > (given or 0):
            yield _journal_finding(f"ids of {table} would be given out a second time")


def _journal_finding(message: str) -> Finding:
    """Returns a finding about the journal."""
    return Finding("journal", message, f"undo no step before it; {RESTORING}")


def check_search(
    connection: sqlite3.Connection, progress: Callable[[int], None]
) -> Iterator[Finding]:
    """Yields entries of which the index of texts holds something else than they say, or nothing.

    Every word in the index is looked at, with its entry and place, and every word of every entry.
    Both are summed up, so that memory does not grow with the base.

    Args:
        connection: to the base, and allowed to make a temporary table.
        progress: takes how many entries were looked at since the last call.
    """
    try:
        sums = array("q", bytes(8 * _GROUPS))
        _add_index(connection, sums)
        _add_entries(connection, sums, progress)
        yield from _unlike(connection, sums)
    except sqlite3.DatabaseError as error:
        yield _search_finding(f"the index of texts is damaged ({error})")


def check_search_file(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yields whether the index of texts is damaged in itself, by its own check.

    Newer SQLite does this with the file. Where it is not so, this keeps others from writing, so
    that an index of very many texts is not looked at.

    Args:
        connection: to the base, outside a transaction.
    """
    newer = sqlite3.sqlite_version_info >= _CHECKS_INDEXES
    [(count,)] = connection.execute("SELECT count(*) FROM search_docsize").fetchall()
    if newer or count > _MOST_LOCKED:
        return
    try:
        connection.execute("INSERT INTO search (search) VALUES ('integrity-check')")
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CORRUPT:
            yield _search_finding(f"the index of texts is damaged ({error})")


def _add_index(connection: sqlite3.Connection, sums: array[int]) -> None:
    """Adds every word in the index to the sum of its entry's group."""
    with suppress(sqlite3.OperationalError):
        connection.execute("DROP TABLE temp.search_places")
    connection.execute(
        "CREATE VIRTUAL TABLE temp.search_places USING fts5vocab(main, search, instance)"
    )
    decode = connection.text_factory
    # The index cuts very long words, perhaps in the middle of a letter.
    connection.text_factory = lambda text: text.decode("utf-8", "replace")
    try:
        for word, entry, column, place in connection.execute(
            "SELECT term, doc, col, offset FROM temp.search_places"
        ):
            sums[entry % _GROUPS] ^= hash((entry, word[:_WORD], column, place))
    finally:
        connection.text_factory = decode


def _add_entries(
    connection: sqlite3.Connection, sums: array[int], progress: Callable[[int], None]
) -> None:
    """Adds every word of every entry; what is in the index as well is no longer in the sums."""
    for entry, *texts in indexed_entries(connection):
        for column, text in zip(("title", "note", "author", "abstract"), texts, strict=True):
            for place, word in enumerate(text.split()):
                sums[entry % _GROUPS] ^= hash((entry, word[:_WORD], column, place))
        progress(1)


def _unlike(connection: sqlite3.Connection, sums: array[int]) -> Iterator[Finding]:
    """Yields what the sums tell, and entries that one side lacks as a whole."""
    for (entry,) in connection.execute(
        "SELECT id FROM search_docsize WHERE id NOT IN (SELECT id FROM entries)"
    ):
        yield _search_finding(f"the index of texts holds an entry {entry}, which is not there")
        sums[entry % _GROUPS] = 0
    for entry, there in connection.execute(
        "SELECT e.id, s.id IS NOT NULL FROM entries e LEFT JOIN search_docsize s ON s.id = e.id"
    ):
        if not there:
            yield _search_finding(f"the index of texts lacks entry {entry}")
        elif sums[entry % _GROUPS]:
            yield _search_finding(f"the index of texts holds other words of entry {entry}")
        else:
            continue
        sums[entry % _GROUPS] = 0
    if any(sums):
        yield _search_finding("the index of texts holds words of entries that are not there")


def _search_finding(message: str) -> Finding:
    """Returns a finding about the index of texts."""
    return Finding("search", message, REPAIRING.format("makes it anew"), "search")


def find_damage(path: Path) -> str | None:
    """Says what is damaged in a base, as far as SQL alone tells; None where nothing is.

    Args:
        path: the base.
    """
    checks = (check_file, check_tables, check_references, check_values)
    try:
        with closing(connect_unchecked(path)) as connection:
            for check in checks:
                for finding in check(connection):
                    return finding.message
    except (sqlite3.Error, UnicodeDecodeError) as error:
        return str(error)
    except DiffkbError:
        # Opening it says by itself what is wrong.
        return None
    return None

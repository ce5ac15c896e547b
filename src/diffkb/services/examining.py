"""Whether a base is sound: everything in it is looked at, and what can be repaired is."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from diffkb.errors import BaseForeign, BaseLocked, BaseNotFound, BaseReadOnly, StorageError
from diffkb.store.backups import keep_automatic, newest_good_copy
from diffkb.store.examining import (
    RESTORING,
    Finding,
    check_file,
    check_journal,
    check_orphans,
    check_references,
    check_search,
    check_search_file,
    check_tables,
    check_values,
)
from diffkb.store.opening import (
    REVISION,
    connect_for_writing,
    connect_unchecked,
    foreign_objects,
    known_revision,
    translating,
)
from diffkb.store.publishing import exclusively, unwritable

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from diffkb.paths import BaseChoice
    from diffkb.services.opening import Progress, Report
    from diffkb.store.examining import Repair

# Of findings of one kind so many are told; of the others their number.
TOLD = 10
# After so many rows progress is told.
STRIDE = 1_000

# What was done, for people.
DONE: dict[Repair, str] = {
    "reindex": "SQLite's indexes were made anew",
    "search": "the index of texts was made anew",
    "orphans": "works that no entry stands for were taken away",
    "entries": "what is stored of entries was taken from the Markdown",
}


class Examination(NamedTuple):
    """What was found out about a base.

    Attributes:
        path: the base.
        revision: of its tables; None where it cannot be told.
        entries: how many it holds; 0 where that cannot be told.
        documents: how many it holds.
        findings: what is wrong with it.
        backup: the newest backup that is whole, looked for where the base cannot be used.
        repaired: what was repaired.
        kept: the base as it was before that.
    """

    path: Path
    revision: str | None
    entries: int
    documents: int
    findings: list[Finding]
    backup: Path | None = None
    repaired: tuple[str, ...] = ()
    kept: Path | None = None

    @property
    def usable(self) -> bool:
        """Whether commands can work with it."""
        return not any(finding.fatal for finding in self.findings)


def examine_base(choice: BaseChoice, report: Report, progress: Progress) -> Examination:
    """Looks at everything in a base, and changes nothing.

    Args:
        choice: the base.
        report: takes a sentence about what was left out.
        progress: takes how much of how much is done.

    Raises:
        BaseNotFound: there is none.
        BaseLocked, BaseReadOnly: it cannot be looked at where it lies, or as long as others work.
    """
    return _Examiner(choice.path, report, progress).examine()


def repair_base(choice: BaseChoice, report: Report, progress: Progress) -> Examination:
    """Repairs what can be repaired in a base, after an automatic backup, and looks at it again.

    Args:
        choice: the base.
        report: takes a sentence about what was left out.
        progress: takes how much of how much is done.

    Raises:
        StorageError: as for `examine_base`, or it cannot be written.
    """
    examiner = _Examiner(choice.path, report, progress)
    before = examiner.examine()
    if not examiner.repairs or not before.usable:
        return before
    try:
        with exclusively(choice.path):
            kept = _repair(choice.path, examiner.repairs)
    except OSError as error:
        raise unwritable(choice.path, error) from error
    after = _Examiner(choice.path, report, progress).examine()
    left = {finding.repair for finding in after.findings}
    done = tuple(text for repair, text in DONE.items() if repair in examiner.repairs.keys() - left)
    return after._replace(repaired=done, kept=kept)


def _repair(path: Path, repairs: dict[Repair, set[int]]) -> Path:
    """Repairs a base, and returns where it is kept as it was."""
    from diffkb.store.indexing import remake_index

    with closing(connect_for_writing(path)) as connection, translating(path):
        kept = keep_automatic(connection, path)
        if "reindex" in repairs:
            connection.execute("REINDEX")
        if "search" in repairs:
            connection.execute("BEGIN IMMEDIATE")
            remake_index(connection)
            connection.execute("COMMIT")
    if "orphans" in repairs or "entries" in repairs:
        from diffkb.services.repairing import repair_rows

        repair_rows(path, sorted(repairs.get("entries", ())), orphans="orphans" in repairs)
    return kept


class _Examiner:
    """Looks at one base.

    Attributes:
        repairs: what can be repaired, each with the rows it is about.
    """

    def __init__(self, path: Path, report: Report, progress: Progress) -> None:
        self.repairs: dict[Repair, set[int]] = {}
        self._path = path
        self._report = report
        self._progress = progress
        self._done = 0
        self._total = 0
        self._kept: list[Finding] = []
        self._counts: Counter[str] = Counter()
        self._revision: str | None = None
        self._entries = self._documents = 0

    def examine(self) -> Examination:
        """Returns what was found out."""
        try:
            with closing(connect_unchecked(self._path)) as connection, translating(self._path):
                self._look(connection)
        except (BaseNotFound, BaseLocked, BaseReadOnly):
            raise
        except BaseForeign as error:
            hint = f"{error.hint}; {RESTORING}"
            self._take([Finding(error.code, error.message, hint, fatal=True)])
        except StorageError as error:
            known = error.code in {"base-newer", "base-older"}
            hint = error.hint if known and error.hint else RESTORING
            fatal = error.code != "base-older"
            self._take([Finding(error.code, error.message, hint, fatal=fatal)])
        return self._concluded()

    def _look(self, connection: sqlite3.Connection) -> None:
        """Looks at everything, from what all else stands on to the least."""
        # What is no UTF-8 is told by a check of its own, and stops no other.
        connection.text_factory = _decoded
        connection.execute("PRAGMA temp_store=MEMORY")
        # One instant is looked at, whatever others write meanwhile.
        connection.execute("BEGIN")
        revision = known_revision(connection, self._path)
        self._revision = revision
        self._take(check_file(connection))
        if self._kept:
            return
        if foreign := foreign_objects(connection):
            raise BaseForeign(str(self._path), foreign)
        if revision != REVISION:
            message = f"it has revision {revision}, and {REVISION} is needed"
            self._take([Finding("older", message, "`diffkb base upgrade` brings it up to date")])
            return
        self._take(check_tables(connection))
        if not self._kept:
            self._look_at_rows(connection)

    def _look_at_rows(self, connection: sqlite3.Connection) -> None:
        """Looks at what the tables hold."""
        [(blocks, entries, documents)] = connection.execute(
            "SELECT (SELECT count(*) FROM blocks), (SELECT count(*) FROM entries),"
            " (SELECT count(*) FROM documents)"
        ).fetchall()
        self._entries, self._documents = entries, documents
        self._total = blocks + entries
        for check in (check_references, check_values, check_orphans, check_journal):
            self._take(check(connection))
        self._take(self._reading_anew(connection))
        self._take(check_search(connection, self._advance))
        connection.rollback()
        self._take(check_search_file(connection))

    def _reading_anew(self, connection: sqlite3.Connection) -> Iterator[Finding]:
        """Yields what reading the documents anew shows."""
        # Reading Markdown takes time to load, and a base that cannot be used needs none.
        from diffkb.services.reading_anew import read_anew

        for (document,) in connection.execute("SELECT id FROM documents").fetchall():
            yield from read_anew(connection, document, self._advance, self._report)

    def _advance(self, rows: int) -> None:
        """Takes how many rows were looked at."""
        self._done += rows
        if self._done % STRIDE < rows:
            self._progress(self._done, self._total)

    def _take(self, findings: Iterable[Finding]) -> None:
        """Takes findings up; of many of a kind only some are kept."""
        for finding in findings:
            self._counts[finding.kind] += 1
            if self._counts[finding.kind] <= TOLD:
                self._kept.append(finding)
            if finding.repair:
                rows = self.repairs.setdefault(finding.repair, set())
                if finding.row is not None:
                    rows.add(finding.row)

    def _concluded(self) -> Examination:
        """Returns what was found out, with what is left to do where the base cannot be used."""
        examination = Examination(
            self._path, self._revision, self._entries, self._documents, self._with_numbers()
        )
        if examination.usable:
            return examination
        backup = newest_good_copy(self._path)
        return examination._replace(backup=None if backup is None else backup.path)

    def _with_numbers(self) -> list[Finding]:
        """Returns the findings, and of each kind that has more, how many."""
        last = {finding.kind: finding for finding in self._kept}
        more = [
            last[kind]._replace(message=f"{count - TOLD:,} more of this kind", row=None)
            for kind, count in self._counts.items()
            if count > TOLD
        ]
        return [*self._kept, *more]


def _decoded(text: bytes) -> str:
    """Returns a text of the base, with U+FFFD for what is no UTF-8."""
    return text.decode("utf-8", "replace")

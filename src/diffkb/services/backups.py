"""Backups of the base that is meant: making one, finding them, putting one back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from diffkb.errors import BackupNotFound, BaseOlder
from diffkb.services.opening import upgrade
from diffkb.store.backups import all_copies, back_up, dated_place, is_automatic, restore
from diffkb.store.opening import connect_for_reading

if TYPE_CHECKING:
    from pathlib import Path

    from diffkb.paths import BaseChoice
    from diffkb.services.opening import Progress, Report
    from diffkb.store.backups import Copy


class Backup(NamedTuple):
    """A backup that lies where diffkb puts them.

    Attributes:
        path: the file.
        written: when, in UTC as ISO 8601.
        size: its bytes.
        automatic: whether diffkb made it by itself.
    """

    path: Path
    written: str
    size: int
    automatic: bool


def back_up_base(
    choice: BaseChoice, file: Path | None, progress: Progress, *, replacing: bool = False
) -> Copy:
    """Makes a verified copy of a base.

    Args:
        choice: the base; an older one is copied as it is.
        file: where to, or a folder to put it into; None for the folder of backups beside the base.
        progress: takes how much of how much is done.
        replacing: whether a file that is there is replaced.

    Raises:
        BaseNotFound: there is no base.
        AlreadyThere: there is such a file.
        StorageError: the base is not whole, or the copy cannot be written.
    """
    if file is None:
        file = dated_place(choice.target)
    elif file.is_dir():
        file = dated_place(choice.target, file)
    return back_up(choice.path, file, replacing=replacing, progress=progress)


def list_backups(choice: BaseChoice) -> list[Backup]:
    """Returns the backups that lie beside a base and in its folder of backups, newest first."""
    return [
        Backup(
            path,
            datetime.fromtimestamp(path.stat().st_mtime, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            path.stat().st_size,
            is_automatic(path, choice.target),
        )
        for path in all_copies(choice.target)
    ]


def restore_base(
    choice: BaseChoice, backup: Path, report: Report, progress: Progress
) -> Path | None:
    """Puts a backup in the place of a base, and brings it to the newest revision.

    Args:
        choice: the base; it is kept as it was, and may be missing or broken.
        backup: the backup; one that is not whole is refused.
        report: takes a sentence about what had to be done.
        progress: takes how much of how much is done.

    Returns:
        The automatic backup of the base as it was; None where there was none.

    Raises:
        BackupNotFound: there is no such file.
        StorageError: the backup is not whole, or the base cannot be written.
    """
    if not backup.exists():
        raise BackupNotFound(str(backup), [str(one.path) for one in list_backups(choice)])
    if choice.origin == "checkout":
        report(f"writing to {choice.target}, {choice.why}")
    kept = restore(backup, choice.target, progress=progress)
    try:
        connect_for_reading(choice.target).close()
    except BaseOlder:
        upgrade(choice.target, report)
    return kept


def upgrade_chosen_base(choice: BaseChoice, report: Report) -> str | None:
    """Brings a base to the newest revision.

    Returns:
        The revision it had; None where it had the newest already.

    Raises:
        BaseNotFound: there is none.
        StorageError: it cannot be used, or not be written where it lies.
    """
    try:
        connect_for_reading(choice.path).close()
    except BaseOlder as older:
        upgrade(choice.path, report)
        return older.found
    return None

"""Opening the base that is meant: to read it, or to write it and make it first where it is new."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from diffkb.errors import AlreadyThere, BaseNotFound, BaseOlder
from diffkb.store.opening import connect_for_reading
from diffkb.store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from diffkb.paths import BaseChoice
    from diffkb.store.writer import UnitOfWork

    Report = Callable[[str], None]
    Progress = Callable[[int, int], None]


def open_reader(choice: BaseChoice, report: Report) -> Reader:
    """Opens a base to read it; an older one is upgraded first.

    Args:
        choice: which base.
        report: takes a sentence about what had to be done.

    Raises:
        BaseNotFound: there is none yet.
        StorageError: it cannot be used.
    """
    try:
        return Reader.open(choice.path)
    except BaseOlder:
        upgrade(choice.path, report)
        return Reader.open(choice.path)


def open_unit(
    choice: BaseChoice, command: str, report: Report, *, empty: bool = False
) -> UnitOfWork:
    """Returns a unit of work on a base, which is made first where there is none.

    Args:
        choice: which base.
        command: the verb that changes it, for the journal.
        report: takes a sentence about what had to be done.
        empty: whether a new base of the user's own starts empty, and not as a copy of the one
            diffkb ships with.

    Raises:
        StorageError: it cannot be used or written.
    """
    from diffkb.store.writer import UnitOfWork

    prepare_target(choice, report, empty=empty)
    return UnitOfWork(choice.target, command=command, who=user_name())


@contextmanager
def open_rehearsal(choice: BaseChoice, command: str) -> Iterator[UnitOfWork]:
    """Gives a unit of work whose changes are taken back at its end: what would be, can be seen.

    A base that is not to be written, or not there yet, is copied to a place that vanishes.

    Args:
        choice: which base.
        command: the verb that would change it.

    Raises:
        StorageError: the base cannot be used.
    """
    from diffkb.store.writer import UnitOfWork

    with ExitStack() as stack:
        path = choice.target
        if choice.shipped or not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
            path = _copied(choice, stack.enter_context(TemporaryDirectory(prefix="diffkb-")))
        unit = stack.enter_context(UnitOfWork(path, command=command))
        unit.abandon()
        yield unit


def _copied(choice: BaseChoice, folder: str) -> Path:
    """Returns a copy of a base in a folder."""
    from diffkb.store.schema import copy_base

    copy = Path(folder) / "kb.sqlite"
    copy_base(choice.path, copy)
    return copy


def prepare_target(choice: BaseChoice, report: Report, *, empty: bool = False) -> None:
    """Makes sure that the base to write exists and has the newest revision.

    Args:
        choice: which base.
        report: takes a sentence about what had to be done.
        empty: as for `open_unit`, which also says what is raised.
    """
    path = choice.target
    if not path.exists():
        _make(choice, report, empty=empty)
    elif choice.origin == "checkout":
        report(f"writing to {path}, {choice.why}")
    try:
        connect_for_reading(path).close()
    except BaseOlder:
        upgrade(path, report)


def upgrade(path: Path, report: Report) -> None:
    """Upgrades a base and says so; where another process did meanwhile, says nothing.

    Raises:
        StorageError: it cannot be upgraded where it lies.
    """
    from diffkb.store.schema import upgrade_base

    done = upgrade_base(path)
    if done is not None:
        found, copy = done
        report(f"{path} was upgraded from revision {found}; as it was, it is in {copy}")


def _make(choice: BaseChoice, report: Report, *, empty: bool) -> None:
    """Makes the base to write; where another process was faster, its base is the one."""
    from diffkb.store.schema import copy_base, create_base

    try:
        if choice.shipped and not empty:
            copy_base(choice.path, choice.target)
            report(f"{choice.target} is now your own base, a copy of the one diffkb ships with")
        else:
            create_base(choice.target)
            report(f"{choice.target} is now your own base")
    except AlreadyThere:
        if not choice.target.exists():
            raise BaseNotFound(str(choice.target)) from None


def user_name() -> str | None:
    """Returns the name of the person at the keyboard, as the system knows it."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None

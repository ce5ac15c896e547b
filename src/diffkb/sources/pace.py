"""The pace: one request at a time, spaced in time, over all processes of a user."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, Protocol

from diffkb.errors import StorageError
from diffkb.paths import make_private_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LOOK_AGAIN = 0.05
WORTH_SAYING = 1.0
# As wide as any stamp: it is overwritten in place, so that a crash leaves no half of one.
STAMP_BYTES = 20
LOCKED_BYTE = 64


class Clock(Protocol):
    """Time as the sources see it; tests have one of their own."""

    def now(self) -> float:
        """Returns the seconds since 1970, which all processes share."""

    def monotonic(self) -> float:
        """Returns seconds that never run backwards."""

    def sleep(self, seconds: float) -> None:
        """Waits."""


class SystemClock:
    """The time of the system."""

    def now(self) -> float:
        """Returns the seconds since 1970."""
        return time.time()

    def monotonic(self) -> float:
        """Returns seconds that never run backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Waits."""
        time.sleep(seconds)


class Rule(NamedTuple):
    """How a service wants to be asked."""

    domain: str
    service: str
    interval: float


# https://info.arxiv.org/help/api/tou.html: one request every three seconds and one connection,
# over all its interfaces. The rest is for clocks that do not tick alike.
RULES = (Rule("arxiv.org", "arXiv", 3.05),)


def rule_of(host: str) -> Rule | None:
    """Returns the rule that holds for a host and its sub-domains, if there is one."""
    host = host.lower().rstrip(".")
    for rule in RULES:
        if host == rule.domain or host.endswith(f".{rule.domain}"):
            return rule
    return None


class Pace:
    """The turns of one service: a file that is locked during a turn and holds when it ended."""

    def __init__(self, folder: Path, rule: Rule, clock: Clock) -> None:
        self._path = folder / f"{rule.domain}.lock"
        self._rule = rule
        self._clock = clock

    @contextmanager
    def turn(self, report: Callable[[str], None]) -> Iterator[None]:
        """Waits for the turn, and holds it until the block ends.

        The system takes the lock from a process that dies. Its stamp is then the one it wrote
        when its turn began, so that an interrupted request counts too.

        Args:
            report: is told once if the wait is long.

        Raises:
            StorageError: the file cannot be made or written.
        """
        descriptor = self._open()
        try:
            self._lock(descriptor, report)
            self._wait(self._read(descriptor), report)
            self._stamp(descriptor)
            try:
                yield
            finally:
                self._stamp(descriptor)
        finally:
            os.close(descriptor)

    def _open(self) -> int:
        """Opens the file, making it and its folder where they are missing."""
        try:
            make_private_folder(self._path.parent)
            return os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: OSError) -> StorageError:
        """Makes the error for a file that cannot be used."""
        return StorageError(
            f"{self._path} cannot be written: {error.strerror or error}",
            hint=f"it keeps the pace {self._rule.service} asks for;"
            " XDG_CACHE_HOME names another folder for it",
        )

    def _lock(self, descriptor: int, report: Callable[[str], None]) -> None:
        """Waits for the lock: at first looking again and again, then in the system's queue."""
        patience = self._clock.monotonic() + WORTH_SAYING
        try:
            while not _try_lock(descriptor):
                if self._clock.monotonic() >= patience:
                    report(f"waiting for a turn: another diffkb is asking {self._rule.service}")
                    _lock(descriptor)
                    return
                self._clock.sleep(LOOK_AGAIN)
        except OSError as error:
            raise self._unusable(error) from error

    def _read(self, descriptor: int) -> float | None:
        """Returns when the last turn ended, None if there was none; a broken stamp counts as now.

        So does one from the future: a clock was set back, and the last request may be recent.
        """
        os.lseek(descriptor, 0, os.SEEK_SET)
        content = os.read(descriptor, STAMP_BYTES)
        if not content:
            return None
        now = self._clock.now()
        try:
            stamp = float(content)
        except ValueError:
            return now
        return stamp if 0 <= stamp <= now else now

    def _wait(self, last: float | None, report: Callable[[str], None]) -> None:
        """Waits until the interval since the last turn is over."""
        if last is None:
            return
        seconds = last + self._rule.interval - self._clock.now()
        if seconds > WORTH_SAYING:
            report(f"waiting {seconds:.0f} s, as {self._rule.service} asks between requests")
        if seconds > 0:
            self._clock.sleep(seconds)

    def _stamp(self, descriptor: int) -> None:
        """Writes down that a request is or was under way."""
        stamp = f"{self._clock.now():.6f}"[:STAMP_BYTES].ljust(STAMP_BYTES)
        try:
            os.lseek(descriptor, 0, os.SEEK_SET)
            os.write(descriptor, stamp.encode("ascii"))
        except OSError as error:
            raise self._unusable(error) from error


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        """Takes the lock if it is free."""
        os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def _lock(descriptor: int) -> None:
        """Waits for the lock; Windows gives up after ten seconds, so it is asked again."""
        while not _try_lock(descriptor):
            time.sleep(LOOK_AGAIN)

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        """Takes the lock if it is free."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _lock(descriptor: int) -> None:
        """Waits for the lock."""
        fcntl.flock(descriptor, fcntl.LOCK_EX)

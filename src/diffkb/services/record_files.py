"""Files of records, looked through once: where each record stands, and where it goes."""

from __future__ import annotations

import pickle
import shutil
import sys
import tempfile
from array import array
from contextlib import ExitStack, contextmanager
from heapq import merge
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from diffkb.errors import BadRecord, UnreadableInput
from diffkb.formats import NoRecord, reader_of
from diffkb.formats.jsonl import NAME as JSONL
from diffkb.formats.jsonl import read_record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from diffkb.core.models import Record
    from diffkb.formats import Format

STDIN = "-"
# Errors that are told one by one; of more, their number.
MOST_ERRORS = 1_000
_PIECE = 1 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Group(NamedTuple):
    """What records have in common that go to one place."""

    document: str | None
    section: tuple[str, ...]
    year: int | None


class Spots(NamedTuple):
    """Where records stand: their lines in the file, and the offsets at which they are read."""

    lines: array[int]
    offsets: array[int]


class RecordFile:
    """A file of records as it was looked through.

    Of each record only the place is kept in memory. Those of formats that are read as a whole are
    laid down in a temporary file.

    Attributes:
        path: the file, as the person typed it.
        form: what it is in.
        size: its bytes.
        groups: where records stand, by document, section and year.
        total: how many can be read.
        errors: those that cannot.
    """

    def __init__(
        self, path: str, form: Format, stream: BinaryIO, spool: BinaryIO, rejected: BinaryIO
    ) -> None:
        self.path = path
        self.form = form
        self.size = 0
        self.groups: dict[Group, Spots] = {}
        self.total = 0
        self.errors: list[BadRecord] = []
        self._rejected = rejected
        self._reads_lines = form.name == JSONL
        self._spool = stream if self._reads_lines else spool
        stream.seek(0)
        if self._reads_lines:
            self._look_through_lines(stream)
        else:
            self._lay_down(stream)
            self.size = stream.seek(0, 2)

    @classmethod
    @contextmanager
    def opened(cls, path: Path, form: Format) -> Iterator[RecordFile]:
        """Opens a file and looks through it; `-` is standard input.

        Raises:
            UnreadableInput: it cannot be read.
        """
        with (
            _opened(path) as stream,
            tempfile.TemporaryFile() as spool,
            tempfile.TemporaryFile() as rejected,
        ):
            yield cls(str(path), form, stream, spool, rejected)

    def records(self, several: Sequence[Spots]) -> Iterator[tuple[int, bytes, Record]]:
        """Yields records with their lines and their bytes, in the order of the file."""
        for line, offset in merge(*(zip(*spots, strict=True) for spots in several)):
            self._spool.seek(offset)
            yield line, *self._read(line)

    def reject(self, line: int, raw: bytes, why: str) -> None:
        """Keeps what cannot be taken, to be mended, and says why, unless many were told already."""
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(BadRecord(self.path, line, why))
        self._rejected.write(raw if raw.endswith(b"\n") else raw + b"\n")

    def rejected(self) -> Iterator[bytes]:
        """Yields the bytes of all that cannot be taken, as a file of the same format."""
        self._rejected.seek(0)
        yield from iter(lambda: self._rejected.read(_PIECE), b"")

    def _read(self, line: int) -> tuple[bytes, Record]:
        """Reads the record at the offset that was sought."""
        if not self._reads_lines:
            # It was written by this process, into a file that nobody else can open.
            found: tuple[bytes, Record] = pickle.load(self._spool)  # noqa: S301 - as above
            return found
        raw = self._spool.readline()
        return raw, read_record(_without_mark(raw, line))

    def _look_through_lines(self, stream: BinaryIO) -> None:
        """Notes where the records of a file stand that has one a line."""
        for number, line in enumerate(stream, start=1):
            offset, self.size = self.size, self.size + len(line)
            content = _without_mark(line, number)
            if not content.strip():
                continue
            try:
                record = read_record(content)
            except NoRecord as error:
                self.reject(number, line, str(error))
            else:
                self._place(record, number, offset)

    def _lay_down(self, stream: BinaryIO) -> None:
        """Reads the records of any other file, and lays them down."""
        for line, raw, record in reader_of(self.form)(stream):
            if isinstance(record, NoRecord):
                self.reject(line, raw, str(record))
            else:
                offset = self._spool.tell()
                pickle.dump((raw, record), self._spool)
                self._place(record, line, offset)

    def _place(self, record: Record, line: int, offset: int) -> None:
        """Notes where a record stands and goes."""
        group = Group(record.document, record.section, record.fields.year)
        spots = self.groups.setdefault(group, Spots(array("Q"), array("Q")))
        spots.offsets.append(offset)
        spots.lines.append(line)
        self.total += 1


def _without_mark(line: bytes, number: int) -> bytes:
    """Returns a line without the byte order mark that a file may begin with."""
    return line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Opens a file to be read more than once; standard input is kept in a temporary one."""
    with ExitStack() as stack:
        try:
            stream: BinaryIO
            if str(path) == STDIN:
                stream = stack.enter_context(tempfile.TemporaryFile())
                shutil.copyfileobj(sys.stdin.buffer, stream)
            else:
                stream = stack.enter_context(path.open("rb"))
                if not stream.seekable():
                    raise UnreadableInput(str(path), "it is no file", hint="`-` reads a stream")
        except OSError as error:
            raise UnreadableInput(str(path), error.strerror or str(error)) from error
        yield stream

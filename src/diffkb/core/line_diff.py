"""What changed between two states of a document, as lines in the unified format."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import deque
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Blocks = Sequence[tuple[int, bytes]]

# Unchanged lines that are shown around what changed.
CONTEXT = 3
# Longer stretches are not compared line by line: that could take long, and tells nothing more.
LONGEST = 3_000
_LINE = re.compile(rb"[^\r\n]*+(?:\r\n|\n|\r)|[^\r\n]++")


def diff_blocks(before: Blocks, after: Blocks, name: str) -> Iterator[bytes]:
    """Yields what changed from one state of a document to another.

    Args:
        before: the ids and bytes of its blocks.
        after: those of the later state; a block that keeps its id and its bytes is the same one.
        name: the document's, for the first lines.

    Yields:
        Lines with their line ends, in the unified format; none where nothing changed.
    """
    hunks = _Hunks()
    stretches = list(_stretches(before, after))
    for old, new in stretches:
        if old is new:
            for line in _lines(old):
                hunks.keep(line)
            continue
        for tag, lines in _compared(list(_lines(old)), list(_lines(new))):
            for line in lines:
                hunks.put(tag, line)
    title = name.encode("utf-8", "surrogateescape")
    found = False
    for line in hunks.finish():
        if not found:
            yield b"--- " + title + b"\n"
            yield b"+++ " + title + b"\n"
        found = True
        yield line


def diff_texts(before: bytes, after: bytes, name: str) -> Iterator[bytes]:
    """Yields what changed from one text to another, as `diff_blocks` does; `name` is the file's."""
    numbers: dict[bytes, int] = {}
    old, new = (
        [(numbers.setdefault(line, len(numbers)), line) for line in _lines(text)]
        for text in (before, after)
    )
    return diff_blocks(old, new, name)


def _stretches(before: Blocks, after: Blocks) -> Iterator[tuple[bytes, bytes]]:
    """Yields what stands between kept blocks, as it was and as it is, and each kept block twice."""
    old = new = 0
    for left, right in [*_kept(before, after), (len(before), len(after))]:
        gone, come = (
            b"".join(raw for _, raw in before[old:left]),
            b"".join(raw for _, raw in after[new:right]),
        )
        if gone or come:
            yield gone, come
        if left < len(before):
            raw = before[left][1]
            yield raw, raw
        old, new = left + 1, right + 1


def _kept(before: Blocks, after: Blocks) -> list[tuple[int, int]]:
    """Returns the places of the blocks that stayed as they are and in order: as many as can be."""
    places = {block_id: place for place, (block_id, _) in enumerate(after)}
    pairs = [
        (left, right)
        for left, (block_id, raw) in enumerate(before)
        if (right := places.get(block_id)) is not None and after[right][1] == raw
    ]
    # The longest rising run of places: https://en.wikipedia.org/wiki/Patience_sorting
    ends: list[int] = []
    lasts: list[int] = []
    previous: list[int] = []
    for number, (_, right) in enumerate(pairs):
        length = bisect_left(ends, right)
        previous.append(lasts[length - 1] if length else -1)
        ends[length : length + 1] = [right]
        lasts[length : length + 1] = [number]
    chain = []
    number = lasts[-1] if lasts else -1
    while number >= 0:
        chain.append(pairs[number])
        number = previous[number]
    return chain[::-1]


def _lines(raw: bytes) -> Iterator[bytes]:
    """Yields lines with their ends, whichever these are."""
    return (found[0] for found in _LINE.finditer(raw))


def _compared(old: list[bytes], new: list[bytes]) -> Iterator[tuple[bytes, list[bytes]]]:
    """Yields the lines that stay, go and come."""
    if len(old) + len(new) > LONGEST:
        yield b"-", old
        yield b"+", new
        return
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield b" ", old[a:b]
        else:
            yield b"-", old[a:b]
            yield b"+", new[c:d]


class _Hunks:
    """Gathers changed lines with some around them."""

    def __init__(self) -> None:
        self._before: deque[bytes] = deque(maxlen=CONTEXT)
        self._hunk: list[bytes] = []
        self._done: list[bytes] = []
        self._kept = 0
        self._counts = [0, 0]
        self._start = (0, 0)

    def put(self, tag: bytes, line: bytes) -> None:
        """Takes the next line: kept, gone or new."""
        if tag == b" ":
            self.keep(line)
            return
        if not self._hunk:
            held = len(self._before)
            self._start = (self._counts[0] - held, self._counts[1] - held)
            self._hunk = [b" " + one for one in self._before]
        self._kept = 0
        self._hunk.append(tag + line)
        self._counts[0 if tag == b"-" else 1] += 1

    def keep(self, line: bytes) -> None:
        """Takes a line that stays; as soon as two hunks would not touch, the first one ends."""
        self._counts[0] += 1
        self._counts[1] += 1
        self._before.append(line)
        if not self._hunk:
            return
        self._hunk.append(b" " + line)
        self._kept += 1
        if self._kept > 2 * CONTEXT:
            self._close()

    def finish(self) -> list[bytes]:
        """Returns all hunks."""
        if self._hunk:
            self._close()
        return self._done

    def _close(self) -> None:
        """Ends a hunk."""
        lines = self._hunk[: len(self._hunk) - max(0, self._kept - CONTEXT)]
        old, new = (sum(line[:1] in tags for line in lines) for tags in (b" -", b" +"))
        sides = (_side(self._start[0], old), _side(self._start[1], new))
        self._done.append(b"@@ -%s +%s @@\n" % sides)
        self._done += map(_shown, lines)
        self._hunk, self._kept = [], 0


def _side(start: int, count: int) -> bytes:
    """Returns where a hunk stands in one of the two, as the format has it."""
    first = start + 1 if count else start
    return b"%d" % first if count == 1 else b"%d,%d" % (first, count)


def _shown(line: bytes) -> bytes:
    """Returns a line of a hunk with a line end, also where the document ends without one."""
    if line.endswith(b"\n"):
        return line
    return line + (b"\n" if line.endswith(b"\r") else b"\n\\ No newline at end of file\n")

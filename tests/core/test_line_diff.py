"""Diffs of documents: what a reader of the unified format makes of them is the later state."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from diffkb.core.line_diff import CONTEXT, diff_blocks

HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@\n")
RAWS = st.sampled_from(
    [b"- one\n", b"- two\n\n", b"\n", b"## A\n\n", b"- \xff\r\n", b"- a\n  b\n  c\n", b"text\n"]
)
STATES = st.lists(st.tuples(st.integers(1, 12), RAWS), unique_by=lambda block: block[0])


def apply(diff: list[bytes], before: bytes) -> bytes:
    """Gives what a text becomes by a diff, each line of which has to fit."""
    old, new = before.splitlines(keepends=True), []
    at = 0
    for line in diff[2:]:
        if hunk := HUNK.fullmatch(line):
            start = int(hunk[1]) - (hunk[2] != b"0")
            new += old[at:start]
            at = start
            assert len(new) == int(hunk[3]) - (hunk[4] != b"0")
        elif line[:1] == b"+":
            new.append(line[1:])
        else:
            assert old[at] == line[1:]
            new += [line[1:]] if line[:1] == b" " else []
            at += 1
    return b"".join([*new, *old[at:]])


@given(before=STATES, after=STATES)
def test_a_diff_leads_from_one_state_to_the_other(
    before: list[tuple[int, bytes]], after: list[tuple[int, bytes]]
) -> None:
    old, new = (b"".join(raw for _, raw in state) for state in (before, after))
    diff = list(diff_blocks(before, after, "list"))
    assert bool(diff) == (old != new)
    if diff:
        assert diff[:2] == [b"--- list\n", b"+++ list\n"]
        assert apply(diff, old) == new


@given(count=st.integers(0, 30), place=st.integers(0, 30))
def test_only_a_few_lines_around_a_change_are_shown(count: int, place: int) -> None:
    before = [(number, b"- %d\n" % number) for number in range(1, count + 2)]
    at = min(place, count)
    after = [*before[:at], (before[at][0], b"- other\n"), *before[at + 1 :]]
    shown = [line[:1] for line in diff_blocks(before, after, "list")][3:]
    assert (shown.count(b"-"), shown.count(b"+")) == (1, 1)
    assert shown.count(b" ") == min(at, CONTEXT) + min(count - at, CONTEXT)


def test_a_line_without_an_end_is_shown_as_such() -> None:
    diff = list(diff_blocks([(1, b"- one")], [(1, b"- two")], "list"))
    mark = b"\n\\ No newline at end of file\n"
    assert diff[2:] == [b"@@ -1 +1 @@\n", b"-- one" + mark, b"+- two" + mark]


def test_a_block_that_moved_is_taken_out_and_put_in() -> None:
    before = [(number, b"- %d\n" % number) for number in range(1, 20)]
    after = [before[15], *before[:15], *before[16:]]
    changed = list(diff_blocks(before, after, "list"))[2:]
    assert [line for line in changed if line[:1] in b"+-"] == [b"+- 16\n", b"-- 16\n"]

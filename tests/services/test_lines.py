"""`line:` finds the entries that begin in some lines of their list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diffkb.services.importing import import_list, read_list
from diffkb.services.listing import Wish, select
from diffkb.store.reader import Reader
from diffkb.store.schema import create_base
from diffkb.store.writer import UnitOfWork

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

LAW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PIECES = (
    "# Waters",
    "",
    "- [Rivers](https://x.example/{n})",
    "Words, and more of them.",
    "## Lakes",
)


def found(base: Path, query: str) -> list[int]:
    with Reader.open(base) as reader:
        chosen = select(reader, Wish([query]))
        rows = reader.entry_rows(("document_id", "url"), chosen.condition, chosen.order)
        return [int(url.rpartition("/")[2]) for _, url in rows]


@LAW
@given(
    lists=st.lists(st.lists(st.sampled_from(PIECES), max_size=12), min_size=1, max_size=2),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    low=st.integers(1, 14),
    more=st.integers(0, 6),
)
def test_entries_are_found_by_the_lines_of_their_list(
    tmp_path_factory: pytest.TempPathFactory,
    lists: list[list[str]],
    line_end: str,
    low: int,
    more: int,
) -> None:
    folder = tmp_path_factory.mktemp("lines")
    base = folder / "kb.sqlite"
    create_base(base)
    lines: dict[int, int] = {}
    for number, pieces in enumerate(lists):
        texts = []
        for line, piece in enumerate([f"<!-- {number} -->", "", *pieces], start=1):
            if "{n}" in piece:
                lines[len(lines)] = line
            texts.append(piece.format(n=len(lines) - 1))
        file = folder / f"{number}.md"
        file.write_bytes(line_end.join(texts).encode())
        with UnitOfWork(base, command="import") as unit:
            import_list(unit, read_list(file))
    high = low + more
    within = [n for n, line in lines.items() if low <= line <= high]
    assert found(base, f"line:{low}..{high}") == within
    assert found(base, f"line:{low}") == [n for n, line in lines.items() if line == low]
    assert found(base, f"line>{high}") == [n for n, line in lines.items() if line > high]
    assert found(base, f"-line:{low}..{high}") == [n for n in lines if n not in within]
    assert found(base, "line:any") == list(lines)
    assert found(base, "line:none") == []

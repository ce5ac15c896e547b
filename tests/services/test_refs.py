"""What a person types for an entry: every way to name one, in the order of trial."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkb.errors import AmbiguousRef, EntryNotFound
from diffkb.paths import BaseChoice
from diffkb.services.importing import bring_lists
from diffkb.services.refs import resolve_ref
from diffkb.store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# Halves of surrogate pairs and controls are rare among all characters, and what this is about.
STRANGE = st.characters(exclude_categories=()) | st.sampled_from("\ud800\udcff\0\n\x1b\u2028")

LIST = """\
- [The First Sampler](https://arxiv.org/abs/2101.00001v2)
- [A Sympathetic Résonance](https://doi.org/10.1234/Sym.(5))
- [2](https://example.org/two)
- [Old](https://arxiv.org/abs/hep-th/9901001)
- [The Same Title](https://example.org/a)
- [the same title](https://example.org/b)
- [One Work, once](https://example.org/work)
- [One Work, twice](http://example.org/work/)
- [100% of_it \\\\ all](https://example.org/percent)
- [\\[red\\]x\\[/\\]](https://example.org/red)
- [bad \udcff byte](https://example.org/bad)
- [扩散模型 综述](https://example.org/zh)
- [Forum](https://openreview.net/forum?id=aBc12)
"""


@pytest.fixture(scope="module")
def reader(
    new_base: Callable[[], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reader]:
    file = tmp_path_factory.mktemp("refs") / "list.md"
    file.write_bytes(LIST.encode("utf-8", "surrogateescape"))
    base = new_base()
    list(bring_lists(BaseChoice(base, "option", "", base), [file], dry_run=False, report=print))
    with Reader.open(base) as opened:
        yield opened


@pytest.mark.parametrize(
    ("ref", "entry_id"),
    [
        ("1", 1),
        (" 1 ", 1),
        ("0001", 1),
        ("2", 2),
        ("2101.00001", 1),
        ("2101.00001v7", 1),
        ("arXiv:2101.00001", 1),
        ("https://arxiv.org/pdf/2101.00001v1.pdf", 1),
        ("http://arxiv.org/abs/2101.00001", 1),
        ("10.48550/arXiv.2101.00001", 1),
        ("10.1234/sym.(5)", 2),
        ("doi:10.1234/SYM.(5)", 2),
        ("https://doi.org/10.1234/Sym.(5)", 2),
        ("hep-th/9901001", 4),
        ("https://example.org/two", 3),
        ("https://openreview.net/pdf?id=aBc12", 13),
        ("the first sampler", 1),
        ("The  First\tSampler", 1),
        ("sampler first", 1),
        ("samp", 1),
        ("A sympathetic resonance", 2),
        ("RÉSONANCE", 2),
        ("re\u0301sonance", 2),
        ("old", 4),
        ("100%", 9),
        ("%", 9),
        ("of_it", 9),
        ("\\", 9),
        ("[red]x[/]", 10),
        ("bad \udcff byte", 11),
        ("综述", 12),
    ],
)
def test_an_entry_has_many_names(reader: Reader, ref: str, entry_id: int) -> None:
    assert resolve_ref(reader, ref) == entry_id


@pytest.mark.parametrize(
    ("ref", "ids"),
    [
        ("The Same Title", [5, 6]),
        ("same", [5, 6]),
        ("https://example.org/work", [7, 8]),
        ("one work", [7, 8]),
    ],
)
def test_what_names_several_entries_is_refused_with_them(
    reader: Reader, ref: str, ids: list[int]
) -> None:
    with pytest.raises(AmbiguousRef) as told:
        resolve_ref(reader, ref)
    assert [entry_id for entry_id, _ in told.value.candidates] == ids


@pytest.mark.parametrize(
    "ref",
    [
        *("", " ", "0", "99", "100", "-1", "1.0", "٣", "9" * 30, "%%", "x_x", "no such words"),
        *("2101.99999", "10.1234/none", "https://example.org/none", "'; DROP TABLE entries; --"),
    ],
)
def test_what_names_nothing_is_not_found(reader: Reader, ref: str) -> None:
    with pytest.raises(EntryNotFound):
        resolve_ref(reader, ref)


@given(st.text(STRANGE, max_size=30))
def test_whatever_is_typed_is_found_or_told(reader: Reader, ref: str) -> None:
    try:
        assert 1 <= resolve_ref(reader, ref) <= 13
    except (EntryNotFound, AmbiguousRef) as told:
        assert told.ref == ref  # noqa: PT017 - either outcome will do

"""Bases for tests: made of a list, and given back as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.services.importing import import_list, read_list
from diffkb.store.reader import Reader
from diffkb.store.schema import create_base
from diffkb.store.writer import UnitOfWork

if TYPE_CHECKING:
    from pathlib import Path


def make_base(folder: Path, text: str) -> Path:
    """Makes a base of one list, which lies beside it as `list.md`."""
    file = folder / "list.md"
    file.write_bytes(text.encode())
    base = folder / "kb.sqlite"
    create_base(base)
    with UnitOfWork(base, command="import") as unit:
        import_list(unit, read_list(file))
    return base


def export(base: Path) -> str:
    """Gives the first list of a base as its Markdown."""
    with Reader.open(base) as reader:
        return b"".join(reader.texts(1)).decode()

"""Bases as files: which one is meant, what it holds, and making a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.query import EVERYTHING
from diffkb.errors import BaseNotFound
from diffkb.services.opening import open_reader

if TYPE_CHECKING:
    from pathlib import Path

    from diffkb.core.outline import Path as SectionPath
    from diffkb.paths import BaseChoice
    from diffkb.services.opening import Report
    from diffkb.store.reader import Reader


class DocumentSummary(NamedTuple):
    """A document, with how many entries it has."""

    name: str
    path: str | None
    entries: int


class SectionSummary(NamedTuple):
    """A section, with how many entries stand in it and below, and how many of them are unrated."""

    id: int
    document: str
    path: SectionPath
    level: int
    entries: int
    unrated: int


class Overview(NamedTuple):
    """What a base holds."""

    documents: list[DocumentSummary]
    sections: list[SectionSummary]
    entries: int
    unrated: int
    pending: int
    unfetched: int


def make_base(path: Path, shipped: Path | None) -> None:
    """Makes a new base.

    Args:
        path: where.
        shipped: the base to copy; None for an empty one.

    Raises:
        AlreadyThere: there is a file already.
        StorageError: it cannot be written there.
    """
    from diffkb.store.schema import copy_base, create_base

    if shipped is None:
        create_base(path)
    else:
        copy_base(shipped, path)


def describe_base(choice: BaseChoice, report: Report) -> Overview | None:
    """Says what the base that is meant holds; None where there is none yet.

    Raises:
        StorageError: it cannot be used.
    """
    try:
        with open_reader(choice, report) as reader:
            return overview(reader)
    except BaseNotFound:
        return None


def overview(reader: Reader) -> Overview:
    """Returns what a base holds."""
    total, unrated = reader.count(EVERYTHING)
    states = reader.states()
    return Overview(
        [
            DocumentSummary(document.name, document.path, count)
            for document, count in reader.document_counts()
        ],
        list_sections(reader),
        total,
        unrated,
        states.get("pending", 0),
        states.get("unfetched", 0),
    )


def list_sections(reader: Reader, document_id: int | None = None) -> list[SectionSummary]:
    """Returns the sections in list order, each counted with all that stands below it.

    Args:
        reader: the base.
        document_id: the document, or None for all.
    """
    outline = reader.outline(document_id)
    names = {document.id: document.name for document in reader.documents()}
    totals: dict[int, list[int]] = {}
    for section_id, entries, unrated in reader.section_counts():
        if section_id is None or section_id not in outline:
            continue
        for node in outline.upwards(section_id):
            total = totals.setdefault(node.id, [0, 0])
            total[0] += entries
            total[1] += unrated
    return [
        SectionSummary(
            node.id,
            names[node.document_id],
            outline.path(node.id),
            node.level,
            *totals.get(node.id, (0, 0)),
        )
        for node in outline.sections
    ]

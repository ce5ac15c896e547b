"""Citing entries: as a bibliography in a style, or in BibTeX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.core.query import Between
from diffkb.formats import BY_NAME, Style, writer_of
from diffkb.services.refs import resolve_ref
from diffkb.store.references import select_references

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffkb.core.references import Reference
    from diffkb.formats.bibliography import Target
    from diffkb.store.reader import Reader


def reference_of(reader: Reader, ref: str) -> Reference:
    """Returns the entry that is meant as bibliographies cite it.

    Raises:
        EntryNotFound, AmbiguousRef: as `resolve_ref` says.
    """
    entry_id = resolve_ref(reader, ref)
    [found] = select_references(reader, Between("id", entry_id, entry_id))
    return found


def cite_entries(
    references: Sequence[Reference], style: str, target: Target, *, keeps: bool
) -> list[str]:
    """Returns the entries of a bibliography, as `formats.bibliography.cite` says."""
    from diffkb.formats.bibliography import cite

    return cite(references, style, target, keeps=keeps)


def cite_as_bibtex(references: Sequence[Reference]) -> list[str]:
    """Returns the entries in BibTeX, one after the other."""
    return ["".join(writer_of(BY_NAME["bibtex"])(references, Style())).rstrip("\n")]

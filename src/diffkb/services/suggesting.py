"""Where an entry may belong: the sections of a list, the likeliest first."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from diffkb.core.outline import write_path
from diffkb.core.query import EVERYTHING
from diffkb.core.text import words
from diffkb.errors import BaseNotFound
from diffkb.services.headings import find_section
from diffkb.services.listing import find_document
from diffkb.services.opening import open_reader

if TYPE_CHECKING:
    from diffkb.paths import BaseChoice


def likely_sections(choice: BaseChoice, title: str, document: str | None) -> list[str]:
    """Returns the paths of the sections, the likeliest for a title first.

    A section is likely where words of the title stand in its name or in titles under it; the
    rarer a word is in the list, the more it says.
    """
    try:
        reader = open_reader(choice, lambda _: None)
    except BaseNotFound:
        return []
    with reader:
        outline = reader.outline(
            find_document(reader.documents(), document).id if document else None
        )
        titles = [
            (section_id, set(words(text)))
            for section_id, text in reader.entry_rows(("section_id", "title"), EVERYTHING)
        ]
    counts = Counter(word for _, found in titles for word in found)
    wanted = set(words(title))
    scores: dict[int, float] = defaultdict(float)
    for section_id, found in titles:
        if section_id is not None:
            scores[section_id] += sum(1 / counts[word] for word in wanted & found)
    for node in outline.sections:
        scores[node.id] += len(wanted & set(words(node.name)))
    ranked = sorted(outline.sections, key=lambda node: -scores[node.id])
    return [write_path(outline.path(node.id)) for node in ranked]


def check_section(choice: BaseChoice, name: str, document: str | None) -> None:
    """Makes sure that a name stands for one section.

    Raises:
        SectionNotFound, AmbiguousSection: as for `find_section`.
    """
    with open_reader(choice, lambda _: None) as reader:
        chosen = find_document(reader.documents(), document).id if document else None
        find_section(reader.outline(chosen), name, can_create=False)

"""The shapes of paragraphs: which may be works by themselves, and which a document repeats."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffkb.core.identifiers import kind_of
from diffkb.markdown.recognising import BARE, LINKED, STRONG, Judged, common_shapes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffkb.markdown.units import Unit

# How a citation may begin, and the year in it.
_CITED = re.compile(
    r"(?=[*_\"“]{0,2}[^\W\d_a-z]|\\?\[[\w+-]{1,20}\\?\]|\[[0-9]|<a )"
    r"[^\r\n]{10,800}?[\s(](?:1[5-9]|20)[0-9]{2}[a-z]?(?:[,.)]|\s*\Z)"
    r"|(?:\[[0-9]{1,4}\]\s)?(?:19|20)[0-9]{2}[-_][A-Z][A-Za-z]{1,11}[-_][A-Z]"
)
# Paragraphs without links that cite a work.
_CITATIONS = frozenset(f"para:{shape}:{BARE}" for shape in ("bold", "cited", "italic"))
# Names, and a title with its year below them.
_CITED_BELOW = re.compile(
    r"[^\W\d_a-z][^\r\n\[\]<>|:0-9]{8,600}:[ \t\\]*+(?:\r\n|\n|\r)"
    r"[^\W_a-z][^\r\n]{10,400}?\b(?:19|20)[0-9]{2}\b"
)
# A title in italics, and who wrote it.
_BY = re.compile(r"[*_][^*_\r\n]{3,200}[*_],? by [A-Z]")
_PAIR = 2
_LINKS_ALONE = 5


def may_cite(raw: str) -> bool:
    """Says whether a paragraph without links may cite a work, as its beginning tells."""
    if raw.startswith(("**", "<li")):
        return True
    return any(pattern.match(raw) for pattern in (_CITED, _BY, _CITED_BELOW))


def is_cited_row(judged: Judged) -> bool:
    """Says whether a row of a table in HTML is a work: most such tables hold something else."""
    primary = judged.title.primary if judged.title else None
    return primary is not None and kind_of(primary.url) == "paper" and judged.strength > BARE


def shape_of(unit: Unit, judged: Judged) -> str:
    """Returns what a paragraph's shape is called in the habits."""
    shape = judged.title.shape if judged.title else ""
    if unit.kind == "html":
        return f"html:{STRONG}"
    return f"{unit.kind}:{shape}:{judged.strength}"


def repeated_shapes(shapes: Sequence[str]) -> frozenset[str]:
    """Returns the shapes of paragraphs that are entries, because they are repeated.

    Args:
        shapes: of every paragraph that may be a work, by `shape_of`.
    """
    often = common_shapes(shapes, 6)
    italic = common_shapes(shapes, _PAIR) & {f"para:italic:{BARE}"}
    found = set(italic) | {
        shape
        for shape in common_shapes(shapes)
        if shape.endswith(str(STRONG)) or shape in often or shape in _CITATIONS
    }
    if shapes.count(f"para:link:{STRONG}") < _LINKS_ALONE:
        found.discard(f"para:link:{LINKED}")
    if shapes.count(f"para:bold:{STRONG}") >= _LINKS_ALONE:
        found.add(f"para:bold:{LINKED}")
    labelled = [f"para:text:{strength}" for strength in (STRONG, BARE)]
    if labelled[0] in found and sum(shapes.count(one) for one in labelled) > _LINKS_ALONE:
        found.add(labelled[1])
    cites = [f"para:cited:{strength}" for strength in (STRONG, BARE)]
    if sum(shapes.count(one) for one in cites) > _PAIR:
        found.update(cites)
    # Citations are works without a link too, where others are put like them.
    cited = {f"para:{shape}:{STRONG}" for shape in ("quoted", "cited")}
    found.update(shape.replace(str(STRONG), str(BARE)) for shape in found & cited)
    return frozenset(found)

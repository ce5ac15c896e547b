"""Text as publishers and agencies deposit it: tags of HTML, JATS and MathML, and entities.

See https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html.
"""

from __future__ import annotations

import re

from diffkb.sources.text import one_line, paragraphs

_TAG = re.compile(r"<(/?)((?:[A-Za-z][\w.-]*+:)?)([A-Za-z][A-Za-z0-9-]*+)(?:\s[^<>]*+)?(/?)>")
_SPACES = frozenset({"jats:", "mml:", "m:"})
# Only these: elsewhere what stands in pointed brackets is text, as in "List<T>".
_ELEMENTS = frozenset(
    "b big bold br code div em font i inline-formula italic li list list-item monospace ol p"
    " roman sans-serif sc scp sec small span strong sub sup title tt u ul underline"
    " alternatives annotation annotation-xml math menclose mfenced mfrac mi mmultiscripts mn mo"
    " mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup"
    " mtable mtd mtext mtr munder munderover none semantics tex-math".split()
)
_BLOCKS = frozenset("br div li list list-item ol p sec title ul".split())
# A formula in other words, beside the one in MathML.
_REPEATED = frozenset({"annotation", "annotation-xml", "tex-math"})
_ENTITY = re.compile(r"&(?:#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));")
_ESCAPED_TAG = re.compile(r"(?i)</?(?:i|b|em|strong|sub|sup)>")
_HEADINGS = frozenset({"abstract", "summary"})


def line(markup: str | None) -> str | None:
    """Returns text on one line, without the tags of HTML, JATS and MathML, its entities read.

    Args:
        markup: as publishers deposit it; what is no tag of theirs stays.
    """
    return one_line(_read_entities(" ".join(_blocks(markup or ""))))


def prose(markup: str | None) -> str | None:
    """Returns text like `line`, in its paragraphs and without the heading "Abstract"."""
    blocks = _blocks(markup or "")
    if len(blocks) == 1:
        return paragraphs(_read_entities(blocks[0]))
    parts = [part for block in blocks if (part := one_line(_read_entities(block)))]
    if parts and parts[0].rstrip(".:").lower() in _HEADINGS:
        del parts[0]
    return "\n\n".join(parts) or None


def _blocks(markup: str) -> list[str]:
    """Cuts text at the tags that begin and end a paragraph, and drops the others."""
    blocks: list[list[str]] = [[]]
    has_math = "math>" in markup.replace("tex-math>", "")
    repeated = None
    end = 0
    for tag in _TAG.finditer(markup):
        closes, space, name = tag[1], tag[2].lower(), tag[3].lower()
        if space not in _SPACES and (space or name not in _ELEMENTS):
            continue
        if repeated is None:
            blocks[-1].append(markup[end : tag.start()])
        end = tag.end()
        if name in _BLOCKS:
            blocks.append([])
        elif name == repeated and closes:
            repeated = None
        elif repeated is None and name in _REPEATED and not (closes or tag[4]):
            repeated = name if has_math else None
    if repeated is None:
        blocks[-1].append(markup[end:])
    return ["".join(block) for block in blocks]


def _read_entities(text: str) -> str:
    """Reads the entities, once; tags for letters that were deposited as entities go too."""
    read = _ENTITY.sub(_character, text)
    return _ESCAPED_TAG.sub("", read) if "&lt;" in text else read


def _character(entity: re.Match[str]) -> str:
    """Returns what an entity stands for, itself if that is nothing."""
    from html import unescape
    from html.entities import html5

    if entity[3]:
        return html5.get(f"{entity[3]};", entity[0])
    return unescape(entity[0])

"""RIS (https://refdb.sourceforge.net/manual-0.9.6/sect1-ris-format.html): a line a tag."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffkb.formats.keywords import list_keywords
from diffkb.formats.names import part_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from diffkb.core.models import Author
    from diffkb.core.references import Date, Reference, Type
    from diffkb.formats import Style

NAME = "ris"
# Of several tags for one type the first is written.
TYPES: dict[Type, tuple[str, ...]] = {
    "article": ("UNPB", "INPR"),
    "article-journal": ("JOUR", "EJOUR", "JFULL", "ABST"),
    "article-magazine": ("MGZN",),
    "article-newspaper": ("NEWS",),
    "book": ("BOOK", "EBOOK", "EDBOOK"),
    "chapter": ("CHAP", "ECHAP"),
    "dataset": ("DATA",),
    "document": ("GEN",),
    "entry-encyclopedia": ("ENCYC",),
    "manuscript": ("MANSCPT",),
    "paper-conference": ("CPAPER", "CONF"),
    "patent": ("PAT",),
    "post-weblog": ("BLOG",),
    "report": ("RPRT",),
    "software": ("COMP",),
    "speech": ("SLIDE",),
    "standard": ("STAND",),
    "thesis": ("THES",),
    "webpage": ("ELEC", "ICOMM"),
}
_TAG = re.compile(r"[A-Z][A-Z0-9]")
_SUFFIX = re.compile(r"(?P<given>.*?),?\s+(?P<suffix>Jr\.?|Sr\.?|II|III|IV)")
# Written from what the base knows, or what begins and ends a record.
_OWN = frozenset("TY ER ID TI AU PY DA T2 DO UR AN AB".split())
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]+")


def write(references: Iterable[Reference], style: Style) -> Iterator[str]:
    """Yields a record for each reference, with LF at the ends of lines."""
    for number, one in enumerate(references):
        lines = ("\n",) if number else ()
        yield "".join((*lines, *(f"{tag}  - {value}\n" for tag, value in _tags(one, style))))


def _tags(one: Reference, style: Style) -> Iterator[tuple[str, str]]:
    """Yields the tags of a record with their values."""
    kept = one.extra.get(NAME, {})
    yield "TY", _type(kept, one.type)
    found = [
        ("ID", one.key),
        ("TI", one.entry.title),
        *(("AU", _name(author)) for author in one.entry.authors),
        ("PY", f"{one.date.year:04}" if one.date else ""),
        ("DA", _date(one.date)),
        ("T2", one.container or ""),
        ("DO", one.entry.doi or ""),
        ("UR", one.entry.url or ""),
        ("AN", f"arXiv:{one.entry.arxiv_id}" if one.entry.arxiv_id else ""),
        ("AB", one.entry.abstract or ""),
        *(_annotations(one) if style.annotated else ()),
        ("RN", one.private or ""),
        *_given_back(kept),
    ]
    for tag, value in found:
        text = one_line(value)
        if text:
            yield tag, text
    yield "ER", ""


def one_line(value: str) -> str:
    """Returns a text without what ends a line, blanks collapsed."""
    return " ".join(_BREAKS.sub(" ", value).split())


def _type(kept: object, kind: Type) -> str:
    """Returns the tag of a type; the one an import told where it means the same."""
    told = kept.get("TY") if isinstance(kept, dict) else None
    if isinstance(told, list) and told and isinstance(told[0], str) and told[0].isalnum():
        return told[0]
    return TYPES[kind][0]


def _name(author: Author) -> str:
    """Returns a name as `Family, Given, Suffix`; one that nobody parted is as it is."""
    parted = part_name(author)
    if parted is None:
        return author.name
    family, given = parted
    if not given:
        return f"{family},"
    suffix = _SUFFIX.fullmatch(given)
    if suffix and suffix["given"]:
        return f"{family}, {suffix['given']}, {suffix['suffix']}"
    return f"{family}, {given}"


def _date(date: Date | None) -> str:
    """Returns a date as `YYYY/MM/DD/`; nothing where only the year is known."""
    if date is None or date.month is None:
        return ""
    day = f"{date.day:02}" if date.day else ""
    return f"{date.year:04}/{date.month:02}/{day}/"


def _annotations(one: Reference) -> Iterator[tuple[str, str]]:
    """Yields what the list says: tags, WR and section as keywords, and the note."""
    for word in list_keywords(one):
        yield "KW", word
    yield "N1", one.entry.note or ""


def _given_back(kept: object) -> Iterator[tuple[str, str]]:
    """Yields the tags that an import left."""
    if not isinstance(kept, dict):
        return
    for tag, values in kept.items():
        if _TAG.fullmatch(tag) and tag not in _OWN and isinstance(values, list):
            yield from ((tag, value) for value in values if isinstance(value, str))

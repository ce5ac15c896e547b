"""Reading RIS, as Zotero, Mendeley, EndNote and journals write it.

Not by rispy: it drops a record without an end, and tells neither the line nor the bytes of any.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from diffkb.core.models import ARXIV, DOI, Author, Fields, Identifier, Record
from diffkb.formats import Found, NoRecord
from diffkb.formats.keywords import read_keywords
from diffkb.formats.ris import TYPES, one_line
from diffkb.formats.telling import (
    ARCHIVE,
    ARXIV_NUMBER,
    find_identifier,
    is_calendar_date,
    is_key,
    link_of,
    settle_type,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffkb.core.references import Type

Tags = dict[str, list[str]]

_TAG = re.compile(r"([A-Z][A-Z0-9]) {1,2}-(?: (.*)|\s*)")
_KINDS: dict[str, Type] = {tag: kind for kind, tags in TYPES.items() for tag in tags}
_TITLES = ("TI", "T1", "CT")
_CONTAINERS = ("T2", "JO", "JF", "BT", "JA", "J2")
_DATE = re.compile(r"(\d{4})(?:[/-](\d{1,2}))?(?:[/-](\d{1,2}))?(?![0-9])")


def read(stream: BinaryIO) -> Iterator[Found]:
    """Yields the records of a file; what stands between them is no part of any.

    A record begins at TY and ends at ER, or where the next begins. Bytes that are not UTF-8 are
    taken for Latin-1, as old programs write it.
    """
    raws: list[bytes] = []
    first = 0
    for number, raw in enumerate(_lines(stream), start=1):
        tag = _TAG.fullmatch(_decoded(raw))
        name = tag[1] if tag else ""
        if name == "TY" and raws:
            yield _found(first, raws, is_closed=False)
            raws = []
        if not raws:
            if not tag:
                continue
            first = number
        raws.append(raw)
        if name == "ER":
            yield _found(first, raws, is_closed=True)
            raws = []
    if raws:
        yield _found(first, raws, is_closed=False)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yields the lines of a file with any of the three line ends."""
    for number, line in enumerate(stream):
        text = line.removeprefix(b"\xef\xbb\xbf") if number == 0 else line
        yield from re.findall(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)


def _decoded(raw: bytes) -> str:
    """Returns a line as text without its end."""
    line = raw.rstrip(b"\r\n")
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _found(line: int, raws: list[bytes], *, is_closed: bool) -> Found:
    """Returns what stands at a line."""
    tags: Tags = {}
    last: list[str] | None = None
    for raw in raws:
        text = _decoded(raw)
        if tag := _TAG.fullmatch(text):
            last = tags.setdefault(tag[1], [])
            last.append((tag[2] or "").strip())
        elif last and text.strip():
            # EndNote breaks long values.
            last[-1] = f"{last[-1]} {text.strip()}"
    raw = b"".join(raws)
    record: Record | NoRecord
    if "TY" not in tags:
        record = NoRecord("it does not begin with `TY  - `")
    elif not is_closed:
        record = NoRecord("it does not end with `ER  - `")
    else:
        record = _record({name: values for name, values in tags.items() if name != "ER"})
    return Found(line, raw, record)


def _record(tags: Tags) -> Record | NoRecord:
    """Returns what the tags of a record say; those that an attribute holds are taken out."""
    title = _taken(tags, _TITLES)
    # In books some programs have the title here.
    title = title or _taken(tags, ("BT", "T2"))
    if title is None:
        return NoRecord("it has no title (TI)")
    identifiers = tuple(_identifiers(tags))
    venue = _venue(tags, is_preprint=any(one.scheme == ARXIV for one in identifiers))
    date = _date(tags)
    keywords = read_keywords(map(one_line, tags.pop("KW", ())))
    key = _taken(tags, ("ID",))
    note = "\n".join(filter(None, tags.pop("N1", ())))
    return Record(
        Fields(
            title,
            _link(tags, identifiers),
            year=keywords.year(date),
            wr=keywords.wr,
            tags=keywords.tags,
            note=note or None,
        ),
        identifiers=identifiers,
        section=keywords.section,
        authors=tuple(_authors(tags)),
        venue=venue,
        published=date,
        abstract=_taken(tags, ("AB", "N2")),
        key=key if key and is_key(key) else None,
        type=_type(tags, venue),
        private=_taken(tags, ("RN",)),
        extra={name: values for name, values in tags.items() if any(values)},
    )


def _taken(tags: Tags, names: tuple[str, ...]) -> str | None:
    """Takes the first value of the first of some tags out; the others stay."""
    for name in names:
        values = tags.get(name)
        if values and (found := one_line(values[0])):
            del values[0]
            if not values:
                del tags[name]
            return found
    return None


def _identifiers(tags: Tags) -> Iterator[Identifier]:
    """Yields the identifiers that tags give; what is none stays."""
    arxiv = _arxiv_id(tags)
    if arxiv is not None:
        yield arxiv
    doi = find_identifier(_first(tags, "DO"))
    if doi is not None and (doi.scheme == DOI or doi == arxiv):
        tags["DO"].pop(0)
        if doi.scheme == DOI:
            yield doi


def _arxiv_id(tags: Tags) -> Identifier | None:
    """Returns the arXiv identifier, where one of the places for it has one."""
    for name in ("AN", "M1", "C7"):
        number = ARXIV_NUMBER.match(_first(tags, name))
        if number is not None and (found := find_identifier(f"arXiv:{number[1]}")) is not None:
            if name == "AN":
                tags[name].pop(0)
            return found
    for name in ("DO", "UR"):
        found = find_identifier(_first(tags, name))
        if found is not None and found.scheme == ARXIV:
            return found
    said = " ".join(_first(tags, name) for name in (*_CONTAINERS, "PB", "N1"))
    mentioned = ARXIV_NUMBER.search(said)
    return find_identifier(f"arXiv:{mentioned[1]}") if mentioned else None


def _first(tags: Tags, name: str) -> str:
    """Returns the first value of a tag, empty where there is none."""
    return next(iter(tags.get(name, ())), "")


def _venue(tags: Tags, *, is_preprint: bool) -> str | None:
    """Takes out where a work came out; of a pre-print the archive is no such place."""
    for name in _CONTAINERS:
        found = _first(tags, name)
        if found and not (is_preprint and ARCHIVE.search(found)):
            return _taken(tags, (name,))
    return None


def _date(tags: Tags) -> str | None:
    """Takes out the date: the day where it is told, else the year."""
    for name in ("DA", "PY", "Y1"):
        found = _DATE.match(_first(tags, name))
        if found is None or not is_calendar_date(found):
            continue
        for used in ("DA", "PY", "Y1"):
            if _first(tags, used).startswith(found[1]):
                tags[used].pop(0)
        return "-".join(part.zfill(2) for part in found.groups() if part)
    return None


def _authors(tags: Tags) -> Iterator[Author]:
    """Takes out the authors."""
    for name in (*tags.pop("AU", ()), *tags.pop("A1", ())):
        parts = [one_line(part) for part in name.split(",", 2)]
        family, given, suffix = (*parts, "", "")[:3]
        if not family and not given:
            continue
        if len(parts) == 1:
            yield Author(family)
            continue
        whole = ", ".join(filter(None, (" ".join(filter(None, (given, family))), suffix)))
        yield Author(whole, family or None, ", ".join(filter(None, (given, suffix))) or None)


def _type(tags: Tags, venue: str | None) -> Type | None:
    """Returns the type; None where where it came out tells it. What is not written so stays."""
    told = _first(tags, "TY")
    found = _KINDS.get(told)
    if found is not None and TYPES[found][0] == told:
        del tags["TY"]
    return settle_type(found, venue)


def _link(tags: Tags, identifiers: tuple[Identifier, ...]) -> str | None:
    """Takes out the link, or makes one of the identifiers."""
    if url := _taken(tags, ("UR",)):
        return "".join(url.split())
    return link_of(identifiers)

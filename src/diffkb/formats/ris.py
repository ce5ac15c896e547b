"""RIS, tags in lines: https://en.wikipedia.org/wiki/RIS_(file_format).

It is read here, for rispy drops a record that has no end without a word, and knows no lines.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from diffkb.core.identifiers import parse_ref, url_of
from diffkb.core.models import ARXIV, DOI, Author, Fields, Identifier, Record
from diffkb.errors import MalformedIdentifier
from diffkb.formats import Found, NoRecord
from diffkb.formats.keywords import list_keywords, read_keywords
from diffkb.formats.names import parted
from diffkb.formats.tex import on_one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from diffkb.core.references import Date, Reference, Type
    from diffkb.formats import Style

NAME = "ris"
TYPES: dict[Type, str] = {
    "article": "UNPB",
    "article-journal": "JOUR",
    "article-magazine": "MGZN",
    "article-newspaper": "NEWS",
    "book": "BOOK",
    "chapter": "CHAP",
    "dataset": "DATA",
    "document": "GEN",
    "entry-encyclopedia": "ENCYC",
    "manuscript": "UNPB",
    "paper-conference": "CONF",
    "patent": "PAT",
    "post-weblog": "BLOG",
    "report": "RPRT",
    "software": "COMP",
    "speech": "SLIDE",
    "standard": "STAND",
    "thesis": "THES",
    "webpage": "ELEC",
}
_TYPE_OF = {tag: kind for kind, tag in reversed(TYPES.items())} | {
    "CPAPER": "paper-conference",
    "JFULL": "article-journal",
    "ABST": "article-journal",
    "EJOUR": "article-journal",
    "WEB": "webpage",
    "EBOOK": "book",
}
_TAG = re.compile(r"([A-Z][A-Z0-9]) {0,2}- ?(.*)")
_DATE = re.compile(r"(\d{4})(?:[/-](\d\d?))?(?:[/-](\d\d?))?")
_TITLES, _CONTAINERS = ("TI", "T1", "CT"), ("JO", "JF", "JA", "T2", "BT", "J2")
_AUTHORS, _DATES = ("AU", "A1"), ("DA", "PY", "Y1")
_ARXIV = re.compile(r"arxiv:\s*(\S+)", re.IGNORECASE)
_KEY = re.compile(r"[^\s,{}()\"'#%~\\=]+")

Tags = dict[str, list[str]]


def write(references: Iterable[Reference], style: Style) -> Iterator[str]:
    """Yields a record for each reference; lines end in CRLF, as its readers expect."""
    for one in references:
        lines = [f"{tag}  - {value}" for tag, value in _tags(one, style) if value]
        yield "".join(f"{line}\r\n" for line in (*lines, "ER  - ", ""))


def _tags(one: Reference, style: Style) -> Iterator[tuple[str, str]]:
    """Yields the tags of a reference with their values, each on one line."""
    entry = one.entry
    yield "TY", TYPES.get(one.type, "GEN")
    yield "ID", one.key
    yield "TI", on_one_line(entry.title)
    for author in entry.authors:
        yield "AU", _name(author)
    yield from _dates(one.date)
    yield "T2", on_one_line(one.container or "")
    yield "DO", on_one_line(entry.doi or "")
    if entry.arxiv_id is not None:
        yield "AN", f"arXiv:{entry.arxiv_id}"
    yield "UR", "".join((entry.url or "").split())
    yield "AB", on_one_line(entry.abstract or "")
    if style.annotated:
        for word in list_keywords(one):
            yield "KW", on_one_line(word)
        yield "N1", on_one_line(entry.note or "")
    if one.private:
        yield "RN", on_one_line(one.private)
    for tag, values in one.extra.get(NAME, {}).items():
        if isinstance(values, list) and re.fullmatch(r"[A-Z][A-Z0-9]", tag):
            yield from ((tag, on_one_line(str(value))) for value in values)


def _name(author: Author) -> str:
    """Returns a name as `Family, Given, Suffix`; one without parts as it is."""
    author = parted(author)
    if not author.family or not author.given:
        return on_one_line(author.name)
    return on_one_line(f"{author.family}, {author.given}")


def _dates(date: Date | None) -> Iterator[tuple[str, str]]:
    """Yields the year, and the date where more of it is known."""
    if date is None:
        return
    yield "PY", f"{date.year:04}"
    if date.month is not None:
        month, day = f"{date.month:02}", "" if date.day is None else f"{date.day:02}"
        yield "DA", f"{date.year:04}/{month}/{day}"


def read(stream: BinaryIO) -> Iterator[Found]:
    """Yields the records of a file, whatever program wrote it."""
    text = stream.read().decode("utf-8-sig", "replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    start: int | None = None
    for number, line in enumerate(lines):
        tag = _TAG.fullmatch(line.strip())
        if tag is None:
            continue
        if tag[1] == "TY":
            if start is not None:
                yield _found(lines, start, number, "it has no end: `ER  -` is missing")
            start = number
        elif tag[1] == "ER" and start is not None:
            yield _found(lines, start, number + 1)
            start = None
    if start is not None:
        yield _found(lines, start, len(lines), "it has no end: `ER  -` is missing")


def _found(lines: list[str], start: int, end: int, why: str | None = None) -> Found:
    """Returns the record of some lines, or why it is none."""
    raw = "\n".join(lines[start:end])
    record = NoRecord(why) if why else _record(_parsed_tags(lines[start:end]))
    return Found(start + 1, raw.encode(), record)


def _parsed_tags(lines: list[str]) -> Tags:
    """Returns the values of each tag; a line without one goes on with the value above."""
    found: Tags = {}
    values: list[str] = []
    for line in lines:
        tag = _TAG.fullmatch(line.strip())
        if tag is not None:
            values = found.setdefault(tag[1], [])
            values.append(tag[2].strip())
        elif line.strip() and values:
            values[-1] = f"{values[-1]} {line.strip()}"
    found.pop("ER", None)
    return {name: [value for value in some if value] for name, some in found.items() if any(some)}


def _record(tags: Tags) -> Record | NoRecord:
    """Returns what a record says."""
    title = _first(tags, _TITLES)
    if not title:
        return NoRecord("it has no title")
    identifiers = tuple(_identifiers(tags))
    kind = _TYPE_OF.get((_first(tags, ("TY",)) or "").upper())
    keywords = read_keywords(tags.pop("KW", []))
    date = _date(tags)
    links = [link for tag in ("UR", "L2") for link in tags.pop(tag, [])]
    url = next(iter(links), None) or next(
        (url_of(one) for one in sorted(identifiers, key=lambda one: one.scheme == ARXIV)), None
    )
    key = _first(tags, ("ID",)) or ""
    authors = tuple(_author(name) for tag in _AUTHORS for name in tags.pop(tag, []))
    note = " ".join(tags.pop("N1", []))
    return Record(
        Fields(
            title,
            url,
            year=keywords.year(date),
            wr=keywords.wr,
            tags=keywords.tags,
            note=note or None,
        ),
        identifiers=identifiers,
        section=keywords.section,
        authors=authors,
        venue=_first(tags, _CONTAINERS),
        published=date,
        abstract=_first(tags, ("AB", "N2")),
        key=key if _KEY.fullmatch(key) and not key.isdecimal() else None,
        type=kind if kind != "document" else None,
        private=_first(tags, ("RN",)),
        extra=tags,
    )


def _first(tags: Tags, names: Iterable[str]) -> str | None:
    """Takes out the first of some tags that is there, and returns its first value."""
    for name in names:
        if name in tags:
            values = tags.pop(name)
            if values[1:]:
                tags[name] = values[1:]
            return " ".join(values[0].split())
    return None


def _identifiers(tags: Tags) -> Iterator[Identifier]:
    """Takes out the identifiers; what is none stays."""
    for tag, scheme in (("DO", DOI), ("AN", ARXIV), ("M1", ARXIV)):
        for value in tags.get(tag, []):
            number = _ARXIV.fullmatch(value)
            text = f"arXiv:{number[1]}" if number else value
            found = _identifier(text) if number or scheme == DOI else None
            if found is not None and found.scheme == scheme:
                tags.pop(tag)
                yield found
                break


def _identifier(text: str) -> Identifier | None:
    """Returns an identifier, where a text is one."""
    try:
        return parse_ref(text).identifier
    except MalformedIdentifier:
        return None


def _author(name: str) -> Author:
    """Returns an author of `Family, Given, Suffix`."""
    family, _, given = (part.strip() for part in name.partition(","))
    if not given:
        return Author(name)
    first, _, suffix = (part.strip() for part in given.partition(","))
    return Author(" ".join(filter(None, (first, family, suffix))), family, given)


def _date(tags: Tags) -> str | None:
    """Takes out the date that says most."""
    found = [
        match for tag in _DATES for value in tags.pop(tag, []) if (match := _DATE.match(value))
    ]
    if not found:
        return None
    best = max(found, key=lambda match: sum(part is not None for part in match.groups()))
    return "-".join(part.zfill(2) for part in best.groups() if part)

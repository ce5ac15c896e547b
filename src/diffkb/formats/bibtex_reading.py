"""Reading BibTeX and BibLaTeX, as Zotero, papis, cobib and people write it."""

from __future__ import annotations

import codecs
import logging
import re
from typing import TYPE_CHECKING, BinaryIO

from diffkb.core.models import ARXIV, DOI, Fields, Identifier, Record
from diffkb.core.references import read_date
from diffkb.formats import Found, NoRecord
from diffkb.formats.bibtex import CONTAINERS, KIND, MONTHS
from diffkb.formats.keywords import read_keywords
from diffkb.formats.names import read_names
from diffkb.formats.telling import find_identifier, link_of, settle_type
from diffkb.formats.tex import from_tex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bibtexparser.model import Block, Entry

    from diffkb.core.references import Type

# What types are in the words of references; of others the fields tell.
TYPES: dict[str, Type] = {
    "article": "article-journal",
    "book": "book",
    "mvbook": "book",
    "booklet": "book",
    "collection": "book",
    "proceedings": "book",
    "inbook": "chapter",
    "incollection": "chapter",
    "inproceedings": "paper-conference",
    "conference": "paper-conference",
    "phdthesis": "thesis",
    "mastersthesis": "thesis",
    "thesis": "thesis",
    "techreport": "report",
    "report": "report",
    "manual": "report",
    "patent": "patent",
    "dataset": "dataset",
    "software": "software",
    "unpublished": "manuscript",
    "online": "webpage",
    "electronic": "webpage",
    "www": "webpage",
}
# Those that a type of references is written as stand for it; of others the name is kept.
_USUAL = frozenset(
    "article book incollection inproceedings conference phdthesis techreport misc online".split()
)
# Bytes that are no UTF-8: old files are in Latin-1.
_LATIN_1 = {0xDC00 + byte: chr(byte) for byte in range(0x80, 0x100)}
# The marks that a value's parts stand in, what joins parts, and a part that stands in none.
_MARK = re.compile(r'[{}"]')
_UNESCAPED_MARK = re.compile(r'(?<!\\)[{}"]')
_JOIN = re.compile(r"\s*#\s*")
_BARE = re.compile(r'[^#{}"=]*')
_MONTH = {name: number for number, name in enumerate(MONTHS, start=1)}
# A month by its name or its number, with the day as BibTeX's manual joins it: "12~" # dec.
_MONTH_NAMED = re.compile(
    r"(?:(?P<before>\d{1,2})[\s.]*)?(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"[a-z]*\.?(?:\s*(?P<behind>\d{1,2}))?|(?P<number>\d{1,2})"
)
_GOES_ON = re.compile(r"-?\d")
_URL = re.compile(r"\\url\{([^{}]+)\}|\\href\{([^{}]+)\}|(https?://[^\s{}]+)")
_URLS = re.compile(r"[,;]\s+(?=https?://)")
_ARXIV = re.compile(r"arxiv", re.IGNORECASE)
# As Google Scholar and DBLP write it: "arXiv preprint arXiv:2006.11239", "CoRR abs/2006.11239".
_ARXIV_NUMBER = re.compile(
    r"(?:arxiv:|abs/)\s*([0-9]{4}\.[0-9]{4,5}|[a-z-]+/[0-9]{7})(?![0-9])", re.IGNORECASE
)
_ARCHIVE = re.compile(r"arxiv|\bcorr\b", re.IGNORECASE)
_KEY = re.compile(r"[^\s,{}()\"'#%~\\=]+")


def read(stream: BinaryIO) -> Iterator[Found]:
    """Yields the entries of a file; what stands between them is no part of any.

    A field that an entry has twice counts as it stands first, and an entry whose key another has
    is one all the same.
    """
    text = _text_of(stream.read())
    blocks = _split(text.replace("\r\n", "\n").replace("\r", "\n"))
    strings = _strings(blocks)
    entries = [_entry_of(block) for block in blocks]
    named = {entry.key.lower(): entry for entry in reversed(entries) if entry and entry.key}
    for number, (block, entry) in enumerate(zip(blocks, entries, strict=True)):
        raw = _raw(blocks, number).encode("utf-8", "surrogateescape")
        line = (block.start_line or 0) + 1
        if entry is not None:
            yield Found(line, raw, _read_entry(entry, named, strings))
        elif (why := _why_none(block)) is not None:
            yield Found(line, raw, NoRecord(why))


def _text_of(content: bytes) -> str:
    """Returns the text of a file: UTF-16 where it begins as such, else UTF-8."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    return content.decode("utf-8-sig", "surrogateescape")


def _read_entry(
    entry: Entry, named: Mapping[str, Entry], strings: Mapping[str, str]
) -> Record | NoRecord:
    """Returns what an entry says, or why it says nothing.

    Args:
        entry: as it was split from the others.
        named: the entries of the file by their keys in small letters.
        strings: the abbreviations.
    """
    try:
        fields = _fields(entry, strings)
        parent = named.get(fields.get("crossref", "").lower())
        if parent is not None and parent is not entry:
            fields = _inherited(_fields(parent, strings)) | fields
    except NoRecord as error:
        return error
    return _record(entry.entry_type.lower(), entry.key, fields)


def _split(text: str) -> list[Block]:
    """Returns the blocks of a file, those that cannot be read among them."""
    from bibtexparser.splitter import Splitter

    # What it would say of broken blocks is told by the import.
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    blocks: list[Block] = Splitter(text).split().blocks
    return blocks


def _raw(blocks: list[Block], number: int) -> str:
    """Returns the text of a block, to the next one where it broke off."""
    from bibtexparser.model import ImplicitComment, ParsingFailedBlock

    raw = blocks[number].raw or ""
    follows = blocks[number + 1] if number + 1 < len(blocks) else None
    if isinstance(blocks[number], ParsingFailedBlock) and isinstance(follows, ImplicitComment):
        between = (follows.start_line or 0) - (blocks[number].start_line or 0) - raw.count("\n")
        raw += "\n" * max(between, 0) + (follows.raw or "")
    return raw


def _entry_of(block: Block) -> Entry | None:
    """Returns the entry that a block is, even if something in it stands twice."""
    from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, Entry

    found: Block | None = block
    if isinstance(block, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock):
        found = block.ignore_error_block
    return found if isinstance(found, Entry) else None


def _why_none(block: Block) -> str | None:
    """Returns why a block that should be an entry is none; None of comments and the like."""
    from bibtexparser.model import ParsingFailedBlock

    if not isinstance(block, ParsingFailedBlock):
        return None
    why = getattr(block.error, "abort_reason", None) or "it cannot be read"
    return " ".join(why.split()).rstrip(".")


def _strings(blocks: list[Block]) -> dict[str, str]:
    """Returns the abbreviations of a file, and those of months."""
    from bibtexparser.model import String

    found = {name: name for name in MONTHS}
    for block in blocks:
        if isinstance(block, String):
            value = str(block.value)
            found[block.key.lower()] = _value(value, found) or value.strip('{}" ')
    return found


def _fields(entry: Entry, strings: Mapping[str, str]) -> dict[str, str]:
    """Returns the fields of an entry by their names in small letters; their values are TeX.

    Raises:
        NoRecord: a value goes on where it should end.
    """
    found: dict[str, str] = {}
    for field in entry.fields:
        value = _value(str(field.value).translate(_LATIN_1), strings)
        if value is None:
            raise NoRecord(f"`{field.key}` goes on behind its end: a comma may be missing")
        found.setdefault(field.key.lower(), value)
    return found


def _value(text: str, strings: Mapping[str, str]) -> str | None:
    """Returns a value without its braces or quotation marks, its parts joined; None for none."""
    for mark in (_MARK, _UNESCAPED_MARK):
        parts = _parts(text.strip(), mark)
        if parts is not None:
            return "".join(_part(part, strings) for part in parts)
    return None


def _parts(text: str, mark: re.Pattern[str]) -> list[str] | None:
    """Returns the parts of a value, which `#` joins; None where something else stands between.

    Args:
        text: the value.
        mark: what matches a brace or a quotation mark. BibTeX counts braces behind a backslash
            too, but people who write them so mean otherwise.
    """
    parts: list[str] = []
    start = 0
    while True:
        end = _part_end(text, start, mark)
        if end is None:
            return None
        parts.append(text[start:end].strip())
        joined = _JOIN.match(text, end)
        if joined is None:
            return parts if end == len(text) else None
        start = joined.end()


def _part_end(text: str, start: int, mark: re.Pattern[str]) -> int | None:
    """Returns where the part ends that begins at a place; None where it does not end."""
    if text[start : start + 1] not in {"{", '"'}:
        bare = _BARE.match(text, start)
        return bare.end() if bare else None
    depth = 0
    quoted = text[start] == '"'
    for found in mark.finditer(text, start + 1 if quoted else start):
        if found[0] == '"':
            if quoted and depth == 0:
                return found.end()
            continue
        depth += 1 if found[0] == "{" else -1
        if depth == 0 and not quoted:
            return found.end()
    return None


def _part(part: str, strings: Mapping[str, str]) -> str:
    """Returns what a part of a value stands for."""
    if part[:1] in {"{", '"'}:
        return part[1:-1]
    return strings.get(part.lower(), part)


def _record(kind: str, key: str, fields: dict[str, str]) -> Record | NoRecord:
    """Returns what an entry says.

    Args:
        kind: its type, in small letters.
        key: its key.
        fields: by name; those that an attribute holds are taken out.
    """
    title = _taken_text(fields, "title")
    if not title:
        return NoRecord("it has no title")
    if subtitle := _taken_text(fields, "subtitle"):
        title = f"{title}: {subtitle}"
    identifiers = tuple(_identifiers(fields))
    is_preprint = any(one.scheme == ARXIV for one in identifiers)
    venue = _venue(fields, _places(kind, fields), is_preprint=is_preprint)
    # cobib and papis say tags.
    keywords = read_keywords(
        ", ".join(_taken_text(fields, name) for name in ("keywords", "tags") if name in fields)
    )
    if kind in TYPES and kind not in _USUAL:
        fields[KIND] = kind
    date = _date(fields)
    note = " ".join(filter(None, (_taken_text(fields, name) for name in ("annote", "annotation"))))
    return Record(
        Fields(
            title,
            _link(fields, identifiers),
            year=keywords.year(date),
            wr=keywords.wr,
            tags=keywords.tags,
            note=note or None,
        ),
        identifiers=identifiers,
        section=keywords.section,
        authors=tuple(read_names(fields.pop("author", ""))),
        venue=venue,
        published=date,
        abstract=_taken_text(fields, "abstract") or None,
        key=key if _KEY.fullmatch(key) and not key.isdecimal() else None,
        type=_type(kind, venue),
        private=_taken_text(fields, "privatenote") or None,
        extra={name: value for name, value in fields.items() if name not in {"crossref", "key"}},
    )


def _inherited(parent: Mapping[str, str]) -> dict[str, str]:
    """Returns what an entry has from the one that its `crossref` names."""
    return {name: value for name, value in parent.items() if name not in {"title", "crossref"}} | (
        {"booktitle": parent["title"]} if "title" in parent else {}
    )


def _taken_text(fields: dict[str, str], name: str) -> str:
    """Takes a field out, and returns what it shows; empty where there is none."""
    return from_tex(fields.pop(name, ""))


def _type(kind: str, venue: str | None) -> Type | None:
    """Returns the type of an entry; None where where it came out tells it."""
    return settle_type(TYPES.get(kind), venue)


def _identifiers(fields: dict[str, str]) -> Iterator[Identifier]:
    """Yields the identifiers that fields of their own give; what is none stays a field."""
    archive = " ".join(fields.get(name, "") for name in ("archiveprefix", "eprinttype"))
    eprint = fields.get("eprint", "")
    number = _arxiv_number(_verbatim(eprint)) if eprint else None
    if number is not None and (not archive.strip() or _ARXIV.search(archive)):
        for name in ("eprint", "archiveprefix", "eprinttype"):
            fields.pop(name, None)
        yield number
    else:
        said = " ".join(fields.get(name, "") for name in ("journal", "volume", "note", "number"))
        if (mentioned := _ARXIV_NUMBER.search(said)) is not None:
            number = _parsed(f"arXiv:{mentioned[1]}", ARXIV)
            yield from (number,) if number is not None else ()
    if (doi := _parsed(_verbatim(fields.get("doi", "")), DOI)) is not None:
        fields.pop("doi")
        yield doi


def _arxiv_number(text: str) -> Identifier | None:
    """Returns the number that an eprint is, with or without `arXiv:` or a link around it."""
    return _parsed(text, ARXIV) or _parsed(f"arXiv:{text}", ARXIV)


def _parsed(text: str, scheme: str) -> Identifier | None:
    """Returns an identifier of a scheme, where a text is one."""
    found = find_identifier(text)
    return found if found is not None and found.scheme == scheme else None


def _verbatim(value: str) -> str:
    """Returns an address, from which programs escape what TeX would take for something else."""
    return "".join(value.replace("\\", "").strip("{} \n").split())


def _places(kind: str, fields: Mapping[str, str]) -> tuple[str, ...]:
    """Returns the fields that say where a work came out."""
    if kind not in {"misc", "online"} or _URL.search(fields.get("howpublished", "")):
        return CONTAINERS
    return (*CONTAINERS, "howpublished", "organization")


def _venue(fields: dict[str, str], places: Iterable[str], *, is_preprint: bool) -> str | None:
    """Takes out where a work came out; of a pre-print the archive is no such place."""
    for name in places:
        found = from_tex(fields.get(name, ""))
        if found and not (is_preprint and _ARCHIVE.search(found)):
            fields.pop(name)
            return found
    return None


def _date(fields: dict[str, str]) -> str | None:
    """Takes out the date, of a range its beginning; what is no date of a calendar stays."""
    written = from_tex(fields.get("date", ""))
    found = read_date(written)
    if found is not None:
        if not _GOES_ON.match(written, len(found.iso)):
            fields.pop("date")
        fields.pop("year", None)
        return found.iso
    found = read_date(from_tex(fields.get("year", "")))
    if found is None:
        return None
    fields.pop("year")
    named = _MONTH_NAMED.fullmatch(from_tex(fields.get("month", "")).lower())
    if named is None:
        return found.iso
    month = _MONTH.get(named["name"] or "") or int(named["number"] or 0)
    day = named["before"] or named["behind"] or "0"
    whole = read_date(f"{found.year:04}-{month:02}-{int(day):02}")
    if whole is None or whole.month is None:
        return found.iso
    fields.pop("month")
    return whole.iso


def _link(fields: dict[str, str], identifiers: tuple[Identifier, ...]) -> str | None:
    """Takes out the link, or makes one of the identifiers."""
    url, *more = _URLS.split(fields.pop("url", "").strip("{} \n"))
    if more:
        # cobib lists several, of which an entry has one.
        fields["urls"] = ", ".join(more)
    if url := _verbatim(url):
        return url
    if found := _URL.search(fields.get("howpublished", "")):
        return found[1] or found[2] or found[3]
    return link_of(identifiers)

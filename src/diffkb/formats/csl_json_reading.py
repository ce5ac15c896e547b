"""Reading CSL-JSON: an array, an object with `items`, or one item after the other."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

from diffkb.core.models import ARXIV, DOI, Author, Fields, Identifier, Record
from diffkb.formats import Found, NoRecord
from diffkb.formats.csl_json import OWN, TYPES, plain
from diffkb.formats.keywords import read_keywords
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

_BETWEEN = re.compile(r"[\s,\[\]}]*")
_ITEMS = re.compile(r'\{\s*"items"\s*:\s*(?=\[)')
_ITEMS_WITHIN = re.compile(r'"items"\s*:\s*(?=\[)')
_TOKEN = re.compile(r'"(?:\\.|[^"\\])*+"|[{}]', re.DOTALL)
_END = re.compile(r"[,\]\n]")
_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
# Zotero's field Extra comes as a note of such lines.
_EXTRA_LINE = re.compile(r"(?:[A-Za-z][\w -]{0,40}: ?\S.*|arXiv:\S.*)")


def read(stream: BinaryIO) -> Iterator[Found]:
    """Yields the items of a file; one that cannot be read does not stop the next."""
    text = stream.read().decode("utf-8-sig", "surrogateescape")
    line, counted = 1, 0
    for start, end, value in _values(text, 0):
        line += text.count("\n", counted, start)
        counted = start
        raw = text[start:end].encode("utf-8", "surrogateescape")
        yield Found(line, raw, _record(value))


def _values(text: str, place: int) -> Iterator[tuple[int, int, Any]]:
    """Yields the values of a text with where each begins and ends; NoRecord for what is none."""
    decoder = json.JSONDecoder(parse_constant=_refuse)
    end = len(text)
    while (place := cast("re.Match[str]", _BETWEEN.match(text, place)).end()) < end:
        if opened := _ITEMS.match(text, place):
            place = opened.end()
            continue
        value: Any
        try:
            value, after = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            value, after = NoRecord("it is no JSON"), _end_of(text, place)
        if isinstance(value, dict) and isinstance(value.get("items"), list) and "id" not in value:
            within = _ITEMS_WITHIN.search(text, place, after)
            if within is not None:
                yield from _shifted(text, within.end(), after)
                place = after
                continue
        yield place, after, value
        place = after


def _shifted(text: str, start: int, after: int) -> Iterator[tuple[int, int, Any]]:
    """Yields the values of an array within a text that is known to be JSON."""
    decoder = json.JSONDecoder()
    _, end = decoder.raw_decode(text, start)
    place = start
    while (place := cast("re.Match[str]", _BETWEEN.match(text, place)).end()) < min(end, after):
        value, stop = decoder.raw_decode(text, place)
        yield place, stop, value
        place = stop


def _refuse(word: str) -> Any:
    """Refuses NaN and Infinity, which are no JSON."""
    raise ValueError(word)


def _end_of(text: str, place: int) -> int:
    """Returns where what begins at a place and is no JSON ends: where its braces close."""
    if text[place] != "{":
        found = _END.search(text, place + 1)
        return found.start() if found else len(text)
    depth = 0
    for token in _TOKEN.finditer(text, place):
        depth += (token[0] == "{") - (token[0] == "}")
        if depth == 0:
            return token.end()
    return len(text)


class Said(NamedTuple):
    """What a list says of an item."""

    tags: tuple[str, ...]
    wr: int | None
    section: tuple[str, ...]
    year: int | None


def _record(value: Any) -> Record | NoRecord:
    """Returns what an item says."""
    if isinstance(value, NoRecord):
        return value
    if not isinstance(value, dict):
        return NoRecord("it is no JSON object")
    fields = dict(value)
    title = _text(fields.pop("title", None))
    if not title:
        return NoRecord("it has no `title`")
    identifiers = tuple(_identifiers(fields))
    venue = _venue(fields, is_preprint=any(one.scheme == ARXIV for one in identifiers))
    date = _date(fields)
    own = _own(fields)
    said = _keywords(fields, own, date)
    key = fields.pop("id", None)
    if isinstance(fields.get("citation-key"), str) and fields["citation-key"]:
        key = fields.pop("citation-key")
    return Record(
        Fields(
            title,
            _link(fields, identifiers),
            year=said.year,
            wr=said.wr,
            tags=said.tags,
            note=_note(fields, is_own=own is not None),
        ),
        identifiers=identifiers,
        section=said.section,
        authors=tuple(_authors(fields)),
        venue=venue,
        published=date,
        abstract=_plain(fields, "abstract"),
        key=key if isinstance(key, str) and is_key(key) else None,
        type=_type(fields, venue),
        private=_plain(fields, "annote"),
        extra=fields,
    )


def _text(value: Any) -> str:
    """Returns what a value shows, in one line; empty where it is no text."""
    return " ".join(plain(value).split()) if isinstance(value, str) else ""


def _plain(fields: dict[str, Any], name: str) -> str | None:
    """Takes a text out as it is."""
    if not isinstance(fields.get(name), str):
        return None
    return fields.pop(name) or None


def _identifiers(fields: dict[str, Any]) -> Iterator[Identifier]:
    """Yields the identifiers that variables give; what is none stays a variable."""
    arxiv = _arxiv_id(fields)
    if arxiv is not None:
        yield arxiv
    doi = find_identifier(str(fields.get("DOI", "")))
    if doi is not None and (doi.scheme == DOI or doi == arxiv):
        del fields["DOI"]
        if doi.scheme == DOI:
            yield doi


def _arxiv_id(fields: dict[str, Any]) -> Identifier | None:
    """Returns the arXiv identifier, where one of the places for it has one."""
    location = str(fields.get("archive_location", ""))
    if ARCHIVE.search(str(fields.get("archive", ""))) and location:
        found = find_identifier(location)
        if found is not None and found.scheme == ARXIV:
            del fields["archive"], fields["archive_location"]
            return found
    number = ARXIV_NUMBER.fullmatch(str(fields.get("number", "")))
    if number is not None and (found := find_identifier(f"arXiv:{number[1]}")) is not None:
        del fields["number"]
        if fields.get("publisher") == "arXiv":
            del fields["publisher"]
        return found
    for name in ("DOI", "URL"):
        found = find_identifier(str(fields.get(name, "")))
        if found is not None and found.scheme == ARXIV:
            return found
    said = " ".join(str(fields.get(name, "")) for name in ("note", "container-title"))
    mentioned = ARXIV_NUMBER.search(said)
    return find_identifier(f"arXiv:{mentioned[1]}") if mentioned else None


def _venue(fields: dict[str, Any], *, is_preprint: bool) -> str | None:
    """Takes out where a work came out; of a pre-print the archive is no such place."""
    found = _text(fields.get("container-title"))
    if not found or (is_preprint and ARCHIVE.search(found)):
        return None
    del fields["container-title"]
    return found


def _date(fields: dict[str, Any]) -> str | None:
    """Takes out when a work came out; of a range its beginning stays known."""
    issued = fields.get("issued")
    if not isinstance(issued, dict):
        return None
    parts = issued.get("date-parts")
    found = None
    if isinstance(parts, list) and parts and isinstance(parts[0], list):
        text = "-".join(
            str(one).zfill(4 if place == 0 else 2) for place, one in enumerate(parts[0])
        )
        found = _DATE.fullmatch(text)
    else:
        said = (issued.get(name) for name in ("raw", "edtf", "literal"))
        found = next(filter(None, (_DATE.match(one) for one in said if isinstance(one, str))), None)
    if found is None or not is_calendar_date(found):
        return None
    if issued.keys() <= {"date-parts", "raw"} and (parts is None or len(parts) == 1):
        del fields["issued"]
    return found[0]


def _own(fields: dict[str, Any]) -> dict[str, Any] | None:
    """Takes out what `export --annotate` wrote for itself."""
    custom = fields.get("custom")
    if not isinstance(custom, dict) or not isinstance(custom.get(OWN), dict):
        return None
    rest = {name: value for name, value in custom.items() if name != OWN}
    fields.pop("custom")
    if rest:
        fields["custom"] = rest
    return cast("dict[str, Any]", custom[OWN])


def _keywords(fields: dict[str, Any], own: dict[str, Any] | None, date: str | None) -> Said:
    """Takes out the keywords: tags, and what `export --annotate` wrote."""
    keywords = read_keywords(_plain(fields, "keyword") or "")
    if own is None:
        return Said(keywords.tags, keywords.wr, keywords.section, keywords.year(date))
    tags, section = _texts(own.get("tags")), _texts(own.get("section"))
    return Said(tags, _int(own, "wr"), section, _int(own, "year"))


def _int(own: dict[str, Any], name: str) -> int | None:
    """Returns a whole number; None where there is none."""
    value = own.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _texts(value: Any) -> tuple[str, ...]:
    """Returns the texts of a list."""
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _note(fields: dict[str, Any], *, is_own: bool) -> str | None:
    """Takes out the note; the lines that Zotero keeps there for fields it has not stay."""
    note = _plain(fields, "note")
    if note is None or is_own:
        return note
    lines = note.split("\n")
    if kept := [line for line in lines if _EXTRA_LINE.fullmatch(line.strip())]:
        fields["note"] = "\n".join(kept)
    said = "\n".join(line for line in lines if line not in kept).strip()
    return said or None


def _authors(fields: dict[str, Any]) -> Iterator[Author]:
    """Takes out the authors."""
    names = fields.get("author")
    if not isinstance(names, list) or not all(isinstance(one, dict) for one in names):
        return
    del fields["author"]
    for one in names:
        parts = {name: value for name, value in one.items() if isinstance(value, str) and value}
        family, given = _family_and_given(parts)
        if "literal" in parts or not family:
            name = parts.get("literal") or given
            if name:
                yield Author(name)
        else:
            name = ", ".join(
                filter(
                    None,
                    (
                        " ".join(
                            filter(
                                None, (parts.get("given"), parts.get("dropping-particle"), family)
                            )
                        ),
                        parts.get("suffix"),
                    ),
                )
            )
            yield Author(name, family, given or None)


def _family_and_given(parts: dict[str, str]) -> tuple[str, str]:
    """Returns the family name with its particle, and the given one with its suffix."""
    family = " ".join(filter(None, (parts.get("non-dropping-particle"), parts.get("family"))))
    given = " ".join(filter(None, (parts.get("given"), parts.get("dropping-particle"))))
    return family, ", ".join(filter(None, (given, parts.get("suffix"))))


def _type(fields: dict[str, Any], venue: str | None) -> Type | None:
    """Takes out the type; None where where it came out tells it. One of no entry stays."""
    found = fields.get("type")
    if not isinstance(found, str) or found not in TYPES:
        return None
    del fields["type"]
    return settle_type(cast("Type", found), venue)


def _link(fields: dict[str, Any], identifiers: tuple[Identifier, ...]) -> str | None:
    """Takes out the link, or makes one of the identifiers."""
    url = fields.get("URL")
    if isinstance(url, str) and url.strip():
        del fields["URL"]
        return "".join(url.split())
    return link_of(identifiers)

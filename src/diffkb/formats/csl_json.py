"""CSL-JSON, the items of the Citation Style Language: what pandoc, Zotero and citeproc take.

See https://docs.citationstyles.org/en/stable/specification.html#appendix-iv-variables and the
schema csl-data.json beside it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, BinaryIO, cast, get_args

from diffkb.core.identifiers import parse_ref, url_of
from diffkb.core.models import ARXIV, DOI, Author, Fields, Identifier, Record
from diffkb.core.references import Type
from diffkb.errors import MalformedIdentifier
from diffkb.formats import Found, NoRecord
from diffkb.formats.keywords import read_keywords, write_keywords
from diffkb.formats.names import parted
from diffkb.formats.tex import on_one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from diffkb.core.references import Date, Reference
    from diffkb.formats import Style

NAME = "csl-json"
# Of these an import of CSL-JSON may have left others; what the base knows counts.
_KNOWN = frozenset(
    "id type title author issued container-title DOI URL abstract keyword note"
    " archive archive_location".split()
)
_TYPES = frozenset(get_args(Type))
_PARTICLES = re.compile(
    r"((?:(?:van|von|der|den|de|del|della|di|da|du|la|le|ten|ter|el|al)\s)+)(\S.*)"
)
_SUFFIX = re.compile(r"(.*?),\s*(Jr\.?|Sr\.?|II|III|IV)")
_DATE = re.compile(r"(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?")
# Items may have a little HTML in their texts.
_MARKUP = str.maketrans({"<": "&lt;", ">": "&gt;"})
_TAGS = re.compile(r"</?(?:i|b|sup|sub|sc|span)\b[^<>]*>", re.IGNORECASE)
_ENTITY = re.compile(r"&((?:lt|gt|amp);)")
_SIGNS = {"lt;": "<", "gt;": ">", "amp;": "&"}
_KEY = re.compile(r"[^\s,{}()\"'#%~\\=]+")


def write(references: Iterable[Reference], style: Style) -> Iterator[str]:
    """Yields an array with an item for each reference, an item a line."""
    before = "[\n"
    for one in references:
        yield before + json.dumps(item(one, style), ensure_ascii=False)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def item(one: Reference, style: Style) -> dict[str, Any]:
    """Returns a reference as an item."""
    entry = one.entry
    known: dict[str, Any] = {
        "id": one.key,
        "type": one.type,
        "title": _text(entry.title),
        "author": [_name(author) for author in entry.authors],
        "issued": _issued(one.date),
        "container-title": _text(one.container or ""),
        "DOI": entry.doi,
        "URL": entry.url,
        "abstract": _text(entry.abstract or ""),
    }
    if entry.arxiv_id is not None:
        # As Zotero does it.
        known |= {"archive": "arXiv", "archive_location": entry.arxiv_id}
    if style.annotated:
        known |= {"keyword": write_keywords(one), "note": entry.note}
    if one.private:
        known["note"] = "\n\n".join(filter(None, (known.get("note"), one.private)))
    kept = one.extra.get(NAME, {})
    further = {name: value for name, value in kept.items() if name not in _KNOWN}
    return {name: value for name, value in known.items() if value} | further


def _text(text: str) -> str:
    """Returns a text on one line, in which nothing is markup."""
    return _ENTITY.sub(r"&amp;\1", on_one_line(text)).translate(_MARKUP)


def _name(author: Author) -> dict[str, str]:
    """Returns a name with its parts, or as one where they are not known."""
    author = parted(author)
    if not author.family or not author.given:
        return {"literal": on_one_line(author.name) or "?"}
    family, given = on_one_line(author.family), on_one_line(author.given)
    found = {"family": family, "given": given}
    if parts := _PARTICLES.fullmatch(family):
        found |= {"non-dropping-particle": parts[1].strip(), "family": parts[2]}
    if parts := _SUFFIX.fullmatch(given):
        found |= {"given": parts[1], "suffix": parts[2]}
    return found


def _issued(date: Date | None) -> dict[str, Any] | None:
    """Returns a date by its parts."""
    return None if date is None else {"date-parts": [[part for part in date if part is not None]]}


def read(stream: BinaryIO) -> Iterator[Found]:
    """Yields the items of an array, of an object with `items`, or of objects one after another."""
    text = stream.read().decode("utf-8-sig", "replace")
    for start, end, value in _values(text):
        line = text.count("\n", 0, start) + 1
        yield Found(line, text[start:end].encode(), _record(value))


def _values(text: str) -> Iterator[tuple[int, int, Any]]:
    """Yields the objects of a file with where they stand; of what is none, why."""
    decoder = json.JSONDecoder()
    place = _behind(text, 0)
    while place < len(text):
        try:
            value, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            end = text.find("\n", place) + 1 or len(text)
            yield place, end, NoRecord(f"it is no JSON: {_why(error)}")
            place = _behind(text, end)
            continue
        yield place, end, value
        place = _behind(text, end)


def _behind(text: str, place: int) -> int:
    """Returns where the next value begins: behind blanks, commas and the array's own signs."""
    opening = re.compile(r'(?:[\s,\[\]]|\{\s*"items"\s*:\s*\[|\}(?=\s*\Z))*')
    found = opening.match(text, place)
    return found.end() if found else place


def _why(error: Exception) -> str:
    """Returns what is wrong with JSON, in small letters."""
    return str(getattr(error, "msg", "it is nested too deep")).lower()


def _record(value: Any) -> Record | NoRecord:
    """Returns what an item says."""
    if isinstance(value, NoRecord):
        return value
    if not isinstance(value, dict):
        return NoRecord("it is no JSON object")
    fields = dict(value)
    title = _taken(fields, "title")
    if not title:
        return NoRecord("it has no title")
    identifiers = tuple(_identifiers(fields))
    keywords = read_keywords(_taken(fields, "keyword"))
    date = _date(fields)
    kind = fields.pop("type", None)
    url = _taken(fields, "URL") or next(
        (url_of(one) for one in sorted(identifiers, key=lambda one: one.scheme == ARXIV)), None
    )
    key = str(fields.pop("id", "") or "")
    citation_key = str(fields.pop("citation-key", "") or key)
    return Record(
        Fields(
            title,
            url,
            year=keywords.year(date),
            wr=keywords.wr,
            tags=keywords.tags,
            note=str(fields.pop("note", "") or "").strip() or None,
        ),
        identifiers=identifiers,
        section=keywords.section,
        authors=tuple(_authors(fields)),
        venue=_taken(fields, "container-title") or None,
        published=date,
        abstract=_taken(fields, "abstract") or None,
        key=citation_key if _is_key(citation_key) else None,
        type=cast("Type", kind) if kind in _TYPES else None,
        extra=fields,
    )


def _is_key(text: str) -> bool:
    """Says whether an id can be cited by; Zotero's are addresses."""
    return bool(_KEY.fullmatch(text)) and not text.isdecimal() and "/" not in text


def _taken(fields: dict[str, Any], name: str) -> str:
    """Takes a text out, without markup."""
    value = fields.pop(name, None)
    if not isinstance(value, str):
        return ""
    text = _ENTITY.sub(lambda found: _SIGNS[found[1]], _TAGS.sub("", value))
    return " ".join(text.split())


def _identifiers(fields: dict[str, Any]) -> Iterator[Identifier]:
    """Takes out the identifiers."""
    archive, location = str(fields.get("archive", "")), fields.get("archive_location")
    number = fields.get("number")
    for found, known in (
        (f"arXiv:{location}", archive.lower() == "arxiv" and location),
        (str(number), isinstance(number, str) and number.lower().startswith("arxiv:")),
    ):
        if known and (one := _parsed(found, ARXIV)) is not None:
            for name in ("archive", "archive_location"):
                fields.pop(name, None)
            yield one
            break
    if (doi := _parsed(str(fields.get("DOI", "")), DOI)) is not None:
        fields.pop("DOI")
        yield doi


def _parsed(text: str, scheme: str) -> Identifier | None:
    """Returns an identifier of a scheme, where a text is one."""
    try:
        found = parse_ref(text).identifier
    except MalformedIdentifier:
        return None
    return found if found is not None and found.scheme == scheme else None


def _authors(fields: dict[str, Any]) -> Iterator[Author]:
    """Takes out the authors."""
    names = fields.pop("author", None)
    for name in names if isinstance(names, list) else ():
        if not isinstance(name, dict):
            continue
        parts = {key: " ".join(str(name.get(key) or "").split()) for key in _PARTS}
        family = " ".join(
            filter(
                None,
                (parts["dropping-particle"], parts["non-dropping-particle"], parts["family"]),
            )
        )
        given, suffix, literal = parts["given"], parts["suffix"], parts["literal"]
        whole = " ".join(filter(None, (given, family, suffix)))
        if literal:
            yield Author(literal)
        elif family and given:
            yield Author(whole, family, f"{given}, {suffix}" if suffix else given)
        elif whole:
            yield Author(whole)


_PARTS = ("family", "given", "suffix", "literal", "dropping-particle", "non-dropping-particle")


def _date(fields: dict[str, Any]) -> str | None:
    """Takes out the date; of a range its beginning."""
    issued = fields.pop("issued", None)
    if not isinstance(issued, dict):
        return None
    parts = issued.get("date-parts")
    if isinstance(parts, list) and parts and isinstance(parts[0], list):
        found = [str(part) for part in parts[0][:3] if str(part).isdecimal()]
        if found and len(found[0]) <= 4:  # noqa: PLR2004 - the year
            return "-".join([found[0].zfill(4), *(part.zfill(2) for part in found[1:])])
    text = " ".join(str(issued.get(name, "")) for name in ("raw", "literal"))
    match = _DATE.search(text)
    return "-".join(part.zfill(2) for part in match.groups() if part) if match else None

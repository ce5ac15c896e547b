"""CSL-JSON: items as citation processors take them (github.com/citation-style-language/schema)."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any, get_args

from diffkb.core.references import Type
from diffkb.formats.jsonl import SURROGATES
from diffkb.formats.keywords import write_keywords
from diffkb.formats.names import part_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from diffkb.core.models import Author
    from diffkb.core.references import Date, Reference
    from diffkb.formats import Style

NAME = "csl-json"
# Under this key of `custom` stands what no variable of CSL holds.
OWN = "diffkb"
TYPES = frozenset(get_args(Type))

# The variables of csl-data.json, version 1.0.2, by the kind of their values.
DATES = frozenset("accessed available-date event-date issued original-date submitted".split())
NAMES = frozenset(
    "author chair collection-editor compiler composer container-author contributor curator director"
    " editor editorial-director executive-producer guest host illustrator interviewer narrator"
    " organizer original-author performer producer recipient reviewed-author script-writer"
    " series-creator translator".split()
)
TEXTS = frozenset(
    "abstract annote archive archive_collection archive_location archive-place authority"
    " call-number citation-key citation-label citation-number collection-title container-title"
    " container-title-short dimensions division DOI event event-title event-place"
    " first-reference-note-number genre ISBN ISSN journalAbbreviation jurisdiction keyword language"
    " locator medium note original-publisher original-publisher-place original-title part"
    " part-title PMCID PMID publisher publisher-place references reviewed-genre reviewed-title"
    " scale section shortTitle source status title title-short URL version volume-title"
    " volume-title-short year-suffix".split()
)
NUMBERS = frozenset(
    "chapter-number collection-number edition issue number number-of-pages number-of-volumes page"
    " page-first part-number printing-number supplement-number volume supplement".split()
)
MARKUP = re.compile(r"</?(?:i|b|sub|sup|sc|span)(?:\s[^<>]*)?>", re.IGNORECASE)
_SUFFIX = re.compile(r"(?P<given>.*?),?\s+(?P<suffix>Jr\.?|Sr\.?|II|III|IV)")
_PARTICLE = re.compile(
    r"(?P<particle>[^\W\d_A-Z][^\W\d_A-Z]*'?(?: [^\W\d_A-Z]+'?)*) (?P<family>.+)"
)
_NAME_PARTS = frozenset(
    "family given dropping-particle non-dropping-particle suffix literal".split()
)


def write(references: Iterable[Reference], style: Style) -> Iterator[str]:
    """Yields an array of items, an item a line."""
    before = "[\n"
    for one in references:
        text = json.dumps(item_of(one, style), ensure_ascii=False)
        yield before + SURROGATES.sub("\ufffd", text)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def item_of(one: Reference, style: Style) -> dict[str, Any]:
    """Returns a reference as an item.

    Args:
        one: the reference.
        style: how; the note goes to `note`, a private one to `annote`.
    """
    entry = one.entry
    kept = dict(one.extra.get(NAME, {}))
    variables, custom = _given_back(kept)
    found: dict[str, Any] = {
        "author": [name_of(author) for author in entry.authors if author.name.strip()],
        "title": rich(entry.title),
        "container-title": rich(one.container or ""),
        "issued": date_parts(one.date),
        **_preprint(one),
        "DOI": entry.doi,
        "URL": entry.url,
        "abstract": entry.abstract,
        "annote": one.private,
    }
    if style.annotated:
        found |= {"keyword": write_keywords(one), "note": entry.note}
        custom[OWN] = {
            "tags": list(entry.tags),
            "section": list(entry.section),
            "year": entry.year,
            **({"wr": entry.wr} if entry.wr is not None else {}),
        }
    return {
        "id": one.key,
        "type": variables.pop("type", one.type),
        **variables,
        **{name: value for name, value in found.items() if value},
        **({"custom": custom} if custom else {}),
    }


def rich(text: str) -> str:
    """Returns text as it is, escaped only where it would be read as markup."""
    if plain(text) == text:
        return text
    return text.replace("&", "&amp;").replace("<", "&lt;")


def plain(text: str) -> str:
    """Returns what a text with the markup of CSL shows."""
    return html.unescape(MARKUP.sub("", text)) if "<" in text or "&" in text else text


def name_of(author: Author) -> dict[str, str]:
    """Returns a name; one that nobody parted is literal.

    The particle is kept apart from the family name, and the suffix from the given one.
    """
    parted = part_name(author)
    if parted is None:
        return {"literal": author.name}
    family, given = parted
    found: dict[str, str] = {}
    if particle := _PARTICLE.fullmatch(family):
        found["non-dropping-particle"], family = particle["particle"], particle["family"]
    found["family"] = family
    suffix = _SUFFIX.fullmatch(given)
    if suffix and suffix["given"]:
        found |= {"given": suffix["given"], "suffix": suffix["suffix"]}
    elif given:
        found["given"] = given
    return found


def date_parts(date: Date | None) -> dict[str, Any] | None:
    """Returns a date as an item holds it."""
    return {"date-parts": [[part for part in date if part]]} if date else None


def _preprint(one: Reference) -> dict[str, str]:
    """Returns where a pre-print lies: its number, as Zotero has it, else where else it is kept."""
    if one.entry.arxiv_id is None:
        return {}
    if one.type == "article":
        return {"number": f"arXiv:{one.entry.arxiv_id}", "publisher": "arXiv"}
    return {"archive": "arXiv", "archive_location": one.entry.arxiv_id}


def _given_back(kept: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns the variables an import left, and what the schema has no place for but `custom`."""
    found: dict[str, Any] = {}
    custom = kept.get("custom")
    others = dict(custom) if isinstance(custom, dict) else {}
    for name, value in kept.items():
        if name == "custom":
            continue
        (found if _is_valid(name, value) else others)[name] = value
    return found, others


def _is_valid(name: str, value: Any) -> bool:
    """Says whether a value can stand under a name."""
    if name in DATES:
        return isinstance(value, dict) and _is_date(value)
    if name in NAMES:
        return isinstance(value, list) and all(map(_is_name, value))
    if name in NUMBERS:
        return isinstance(value, str | int) and not isinstance(value, bool)
    if name == "categories":
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return isinstance(value, str) and (name in TEXTS or (name == "type" and value in OTHER_TYPES))


def _is_name(value: Any) -> bool:
    """Says whether a value is a name."""
    return (
        isinstance(value, dict)
        and value.keys() <= _NAME_PARTS
        and all(isinstance(part, str) for part in value.values())
    )


def _is_date(value: dict[str, Any]) -> bool:
    """Says whether a value is a date."""
    if value.keys() <= {"raw", "literal", "edtf"}:
        return all(isinstance(one, str) for one in value.values())
    parts = value.get("date-parts")
    return (
        value.keys() <= {"date-parts", "season", "circa", "literal", "raw"}
        and isinstance(parts, list)
        and 1 <= len(parts) <= 2  # noqa: PLR2004 - a date, or a first and a last one
        and all(isinstance(part, list) and len(part) in range(1, 4) for part in parts)
        and all(isinstance(one, str | int) for part in parts for one in part)
        and all(isinstance(value.get(name, ""), str | int) for name in ("season", "circa"))
        and all(isinstance(value.get(name, ""), str) for name in ("literal", "raw"))
    )


# Types of CSL 1.0.2 that no entry has by itself.
OTHER_TYPES = frozenset(
    "bill broadcast classic collection entry entry-dictionary event figure graphic hearing"
    " interview legal_case legislation map motion_picture musical_score pamphlet performance"
    " periodical personal_communication post regulation review review-book song treaty".split()
)

"""BibLaTeX (https://ctan.org/pkg/biblatex): as BibTeX, with its own names, dates and UTF-8."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffkb.formats.bibtex import (
    KIND,
    MISC,
    Kind,
    addresses,
    container,
    entry_text,
    eprint,
    further,
    given_back,
    kind_of,
    settled,
)
from diffkb.formats.names import write_names
from diffkb.formats.tex import to_tex
from diffkb.formats.titles import protect_capitals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from diffkb.core.references import Reference, Type
    from diffkb.formats import Style

ARTICLE = Kind("article", ("author", "title", "journaltitle", "date"), "journaltitle")
ONLINE = Kind("online", ("title", "url"), "organization")
COLLECTION = Kind("collection", ("editor", "title", "date"))
PROCEEDINGS = Kind("proceedings", ("title", "date"))
PREPRINT = Kind("online", ("title", "eprint"), "organization")
# Section 2.1.1 of its manual.
KINDS: dict[Type, Kind] = {
    "article": PREPRINT,
    "article-journal": ARTICLE,
    "article-magazine": ARTICLE,
    "article-newspaper": ARTICLE,
    "paper-conference": Kind(
        "inproceedings", ("author", "title", "booktitle", "date"), "booktitle"
    ),
    "book": Kind("book", ("author|editor", "title", "date")),
    "chapter": Kind("incollection", ("author", "title", "booktitle", "date"), "booktitle"),
    "thesis": Kind("thesis", ("author", "title", "type", "institution|school", "date")),
    "report": Kind("report", ("author", "title", "type", "institution|school", "date")),
    "dataset": Kind("dataset", ("title", "date"), "organization"),
    "software": Kind("software", ("title", "date"), "organization"),
    "webpage": ONLINE,
    "post-weblog": ONLINE,
    "document": ONLINE,
}

# They name other entries, which may not be there; a year or a month that is no number is no date.
_ELSEWHERE = frozenset("xdata xref related entryset ids year month".split())
_DATES = re.compile(r"\{(?:\d{4}(?:-\d\d){0,2}(?:/(?:\d{4}(?:-\d\d){0,2})?)?)\}")


def write(references: Iterable[Reference], style: Style) -> Iterator[str]:
    """Yields an entry for each reference, in UTF-8."""
    taken: set[str] = set()
    for number, one in enumerate(references):
        fields = _fields(one, style)
        kind = kind_of(one, KINDS, fields)
        if kind is MISC and "url" in fields:
            kind = ONLINE
        elif kind.name == "book" and "author" not in fields:
            # Books of which only the editors are known.
            kind = PROCEEDINGS if _told(one) == "proceedings" else COLLECTION
        fields = settled(fields, kind)
        yield ("\n" if number else "") + entry_text(kind.name, one.key, fields, taken)


def _fields(one: Reference, style: Style) -> dict[str, str]:
    """Returns the fields of a reference."""
    date, entry = one.date, one.entry
    found = {
        "author": write_names(entry.authors, _text),
        "title": protect_capitals(entry.title, _text),
        **container(one, KINDS, _text),
        "date": date.iso if date else "",
        **eprint(one, ("eprinttype", "eprintclass")),
        **addresses(one),
        **further(one, style, _text, "annotation"),
    }
    fields = {name: f"{{{value}}}" for name, value in found.items() if value}
    if "eprinttype" in fields:
        fields["eprinttype"] = "{arxiv}"
    return fields | _given_back(one, fields)


def _told(one: Reference) -> str | None:
    """Returns the type that an import told, where no word of references stands for it."""
    told: str | None = one.extra.get("bibtex", {}).get(KIND)
    return told


def _given_back(one: Reference, fields: Mapping[str, str]) -> dict[str, str]:
    """Returns the fields that an import left and that mean something here."""
    found = {
        name: value
        for name, value in given_back(one, fields).items()
        if name not in _ELSEWHERE and (not name.endswith("date") or _DATES.fullmatch(value))
    }
    if one.type in {"thesis", "report"} and {"institution", "school"} & set(found):
        usual = "phdthesis" if one.type == "thesis" else "techreport"
        found.setdefault("type", f"{{{'mathesis' if _told(one) == 'mastersthesis' else usual}}}")
    return found


def _text(text: str) -> str:
    """Returns a text as TeX that keeps its letters."""
    return to_tex(text, ascii_letters=False)

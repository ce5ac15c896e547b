"""BibLaTeX (https://ctan.org/pkg/biblatex): as BibTeX, with its own names, dates and UTF-8."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.formats.bibtex import (
    MISC,
    Kind,
    addresses,
    container,
    entry_text,
    eprint,
    further,
    given_back,
    kind_of,
)
from diffkb.formats.names import write_names
from diffkb.formats.tex import to_tex
from diffkb.formats.titles import protect_capitals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from diffkb.core.references import Reference, Type
    from diffkb.formats import Style

ARTICLE = Kind("article", ("author", "title", "journaltitle", "date"), "journaltitle")
ONLINE = Kind("online", ("title", "url"), "organization")
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
    "book": Kind("book", ("author", "title", "date")),
    "chapter": Kind("incollection", ("author", "title", "booktitle", "date"), "booktitle"),
    "thesis": Kind("thesis", ("author", "title", "type", "institution", "date")),
    "report": Kind("report", ("author", "title", "type", "institution", "date")),
    "dataset": Kind("dataset", ("title", "date"), "organization"),
    "software": Kind("software", ("title", "date"), "organization"),
    "webpage": ONLINE,
    "post-weblog": ONLINE,
    "document": ONLINE,
}


def write(references: Iterable[Reference], style: Style) -> Iterator[str]:
    """Yields an entry for each reference, in UTF-8."""
    taken: set[str] = set()
    for number, one in enumerate(references):
        fields = _fields(one, style)
        kind = kind_of(one, KINDS, fields)
        if kind is MISC and "url" in fields:
            kind = ONLINE
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
    return fields | given_back(one, fields)


def _text(text: str) -> str:
    """Returns a text as TeX that keeps its letters."""
    return to_tex(text, ascii_letters=False)

"""BibTeX (https://ctan.org/pkg/bibtex): an entry a reference, with what every style asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from diffkb.formats.keywords import write_keywords
from diffkb.formats.names import write_names
from diffkb.formats.tex import is_balanced, to_tex
from diffkb.formats.titles import protect_capitals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from diffkb.core.references import Reference, Type
    from diffkb.formats import Style

NAME = "bibtex"
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()

# The name under which an import keeps a type that none of the words of references stands for.
KIND = "entrytype"
CONTAINERS = ("booktitle", "journaltitle", "journal")
# Fields that say the same; what the base knows beats what an import left.
_SAME = {
    "year": "date",
    "date": "year",
    "journal": "journaltitle",
    "journaltitle": "journal",
    "annote": "annotation",
    "annotation": "annote",
    "archiveprefix": "eprinttype",
    "eprinttype": "archiveprefix",
    "primaryclass": "eprintclass",
    "eprintclass": "primaryclass",
}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_:.+-]{0,60}")
# What no key may hold: it would end it, or the citation.
_NO_KEY = re.compile(r"[\s,{}()\"'#%~\\=\x00-\x1f\x7f\ud800-\udfff]+")
# What ends a field or a command within it.
_IN_NO_FIELD = re.compile(r"[{}\\\s]")


class Kind(NamedTuple):
    """A type of entry.

    Attributes:
        name: of the type.
        needs: the fields without which it is none; of several with bars between them, one.
        container: the field that says where the work came out, if it has one.
    """

    name: str
    needs: tuple[str, ...] = ()
    container: str | None = None


# https://mirrors.ctan.org/biblio/bibtex/base/btxdoc.pdf, section 3.1.
ARTICLE = Kind("article", ("author", "title", "journal", "year"), "journal")
MEETING = Kind("inproceedings", ("author", "title", "booktitle", "year"), "booktitle")
MISC = Kind("misc")
KINDS: dict[Type, Kind] = {
    "article-journal": ARTICLE,
    "article-magazine": ARTICLE,
    "article-newspaper": ARTICLE,
    "paper-conference": MEETING,
    "book": Kind("book", ("author|editor", "title", "publisher", "year")),
    "chapter": Kind(
        "incollection", ("author", "title", "booktitle", "publisher", "year"), "booktitle"
    ),
    "thesis": Kind("phdthesis", ("author", "title", "school", "year")),
    "report": Kind("techreport", ("author", "title", "institution", "year")),
}


# Types that an import tells and that are written as they were, if their fields are there.
OTHERS = {
    one.name: one
    for one in (
        Kind("mastersthesis", ("author", "title", "school", "year")),
        Kind("inbook", ("author|editor", "title", "chapter|pages", "publisher", "year")),
        Kind("proceedings", ("title", "year")),
        Kind("booklet", ("title",)),
        Kind("manual", ("title",)),
        Kind("unpublished", ("author", "title", "note")),
    )
}
# What biblatex calls otherwise.
_OF_TYPE = {"phdthesis": "phdthesis", "mathesis": "mastersthesis", "techreport": "techreport"}
_RENAMED = {"institution": "school", "location": "address"}


def write(references: Iterable[Reference], style: Style) -> Iterator[str]:
    """Yields an entry for each reference, in UTF-8 with commands for accents."""
    taken: set[str] = set()
    for number, one in enumerate(references):
        fields = _fields(one, style)
        kind = _own_kind(one, fields) or kind_of(one, KINDS, fields)
        fields = settled(fields, kind)
        if "author" not in fields:
            # Without an author, styles sort by this.
            fields = {"key": plain(one.key), **fields}
        yield ("\n" if number else "") + entry_text(kind.name, one.key, fields, taken)


def _fields(one: Reference, style: Style) -> dict[str, str]:
    """Returns the fields of a reference, as TeX."""
    text = _texts(ascii_letters=True)
    date, entry = one.date, one.entry
    found = {
        "author": write_names(entry.authors, text),
        "title": protect_capitals(entry.title, text),
        **container(one, KINDS, text),
        "year": f"{date.year:04}" if date else "",
    }
    fields = {name: f"{{{value}}}" for name, value in found.items() if value}
    if date and date.month:
        fields["month"] = MONTHS[date.month - 1]
    return (
        fields
        | {
            name: f"{{{value}}}"
            for name, value in {
                **eprint(one, ("archivePrefix", "primaryClass")),
                **addresses(one),
                **further(one, style, text, "annote"),
            }.items()
            if value
        }
        | _given_back(one, fields)
    )


def _own_kind(one: Reference, fields: Iterable[str]) -> Kind | None:
    """Returns the type that an import told, if BibTeX has it and all is there that it needs."""
    kept = one.extra.get(NAME, {})
    kind = OTHERS.get(_OF_TYPE.get(kept.get("type"), kept.get(KIND)))
    return kind if kind is not None and has_all(kind, fields) else None


def _given_back(one: Reference, fields: Mapping[str, str]) -> dict[str, str]:
    """Returns the fields that an import left, under the names that BibTeX has for them."""
    found = given_back(one, fields)
    for name, own in _RENAMED.items():
        if name in found and own not in found and (name != "institution" or one.type == "thesis"):
            found[own] = found.pop(name)
    if found.get("type", "").strip("{}") in _OF_TYPE:
        # The name of the type says so already.
        del found["type"]
    if "year" not in {*fields, *found}:
        # BibTeX complains of a month without a year.
        found.pop("month", None)
    return found


def settled(fields: dict[str, str], kind: Kind) -> dict[str, str]:
    """Returns fields with where a work came out under the name that its type has for it.

    Args:
        fields: by name, with that of the type that the work would be if all was known.
        kind: the type it is written as.
    """
    if kind.name not in {"misc", "online"}:
        return fields
    name = kind.container or "howpublished"
    return {
        name if one in CONTAINERS and name not in fields else one: value
        for one, value in fields.items()
    }


def has_all(kind: Kind, fields: Iterable[str]) -> bool:
    """Says whether all the fields are there that a type needs."""
    there = set(fields)
    return all(there.intersection(need.split("|")) for need in kind.needs)


def _texts(*, ascii_letters: bool) -> Callable[[str], str]:
    """Returns what makes TeX of a text."""
    return lambda text: to_tex(text, ascii_letters=ascii_letters)


def plain(text: str) -> str:
    """Returns a word as a value in braces."""
    return f"{{{text}}}"


def kind_of(one: Reference, kinds: dict[Type, Kind], fields: Iterable[str]) -> Kind:
    """Returns the type an entry is written as: its own, if it has all that this needs."""
    kind = kinds.get(one.type, MISC)
    return kind if has_all(kind, fields) else MISC


def container(
    one: Reference, kinds: dict[Type, Kind], text: Callable[[str], str]
) -> dict[str, str]:
    """Returns the field that says where a work came out; of others it is a note."""
    if one.container is None:
        return {}
    kind = kinds.get(one.type, MISC)
    return {kind.container or "howpublished": text(one.container)}


def eprint(one: Reference, names: tuple[str, str]) -> dict[str, str]:
    """Returns the fields of a pre-print; the names are those of the archive and of its class."""
    if one.entry.arxiv_id is None:
        return {}
    return {
        "eprint": _address(one.entry.arxiv_id),
        names[0]: "arXiv",
        names[1]: _address(one.category or ""),
    }


def addresses(one: Reference) -> dict[str, str]:
    """Returns the DOI and the link; styles take them as they are."""
    doi = _IN_NO_FIELD.sub(lambda found: quote(found[0]), one.entry.doi or "")
    return {"doi": doi, "url": _address(one.entry.url or "")}


def further(
    one: Reference, style: Style, text: Callable[[str], str], annotation: str
) -> dict[str, str]:
    """Returns the abstract, and what else the list says where that is asked for."""
    entry = one.entry
    found = {"abstract": text(entry.abstract or "")}
    if style.annotated:
        found["keywords"] = text(write_keywords(one))
        found[annotation] = text(entry.note or "")
    if one.private:
        found["privatenote"] = text(one.private)
    return found


def given_back(one: Reference, fields: Iterable[str]) -> dict[str, str]:
    """Returns the fields that an import left, as they were: their values are TeX already."""
    kept = one.extra.get(NAME, {})
    known = {name.lower() for name in fields}
    return {
        name: f"{{{' '.join(value.split())}}}"
        for name, value in kept.items()
        if isinstance(value, str)
        and is_balanced(value)
        and _NAME.fullmatch(name)
        and name not in {KIND, "crossref"}
        and not known.intersection({name.lower(), _SAME.get(name.lower(), name.lower())})
    }


def entry_text(kind: str, key: str, fields: dict[str, str], taken: set[str]) -> str:
    """Returns an entry as it stands in the file.

    Args:
        kind: its type.
        key: what cites it; another one where it cannot stand, or is taken by an entry above.
        fields: by name the values with their braces.
        taken: the keys above, in lower case, as BibTeX tells them apart.
    """
    lines = "".join(f",\n  {name} = {value}" for name, value in fields.items())
    return f"@{kind}{{{_free(key, taken)}{lines}\n}}\n"


def _free(key: str, taken: set[str]) -> str:
    """Returns a key that no entry above has."""
    key = _NO_KEY.sub("", key) or "anon"
    found, number = key, 1
    while found.lower() in taken:
        number += 1
        found = f"{key}-{number}"
    taken.add(found.lower())
    return found


def _address(text: str) -> str:
    r"""Returns an address without what BibTeX or `\url` would stumble over, percent-encoded."""
    return quote(text.strip(), safe="!#$%&'()*+,-./:;=?@[]_~")

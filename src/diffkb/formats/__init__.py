"""The text forms a base is written to, one file each, in one table that says what each can do."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from typing import BinaryIO

    from diffkb.core.models import Record
    from diffkb.core.references import Reference


class NoRecord(ValueError):
    """A part of a file that is no record of its format; the message says why."""


class Found(NamedTuple):
    """A part of a file that is, or should be, a record.

    Attributes:
        line: its first line, from 1.
        raw: its bytes, to be mended where it is none.
        record: what it says, or why it says nothing.
    """

    line: int
    raw: bytes
    record: Record | NoRecord


class Style(NamedTuple):
    """How entries are to be written.

    Attributes:
        annotated: whether WR, note and section go where the format has a place for such.
        private: whether notes that do not stand in the list go there too.
        sorted_by: the field the entries are sorted by; None for the order of their lists.
        template: the file of the person's own that says how.
    """

    annotated: bool = False
    private: bool = False
    sorted_by: str | None = None
    template: Path | None = None


class Write(Protocol):
    """The `write` of a format's module: yields references piece by piece."""

    def __call__(self, references: Iterable[Reference], style: Style, /) -> Iterator[str]:
        """Yields pieces of text that are to be written one after the other, in UTF-8."""


class Format(NamedTuple):
    """A text form.

    Attributes:
        name: what a person calls it.
        label: what it calls itself.
        line: what it is, for people.
        module: its file in this package, where `write` and `read` stand.
        writes: entries that a query chose, or a whole base and nothing else; None for nothing.
        reads: whether `import` takes it.
        suffixes: of files that are in it.
        reading: the file where `read` stands, if that is another one.
        cites: whether its entries go by their citation keys.
        by_template: whether a file of the person's own says how it looks.
    """

    name: str
    label: str
    line: str
    module: str
    writes: Literal["entries", "base"] | None = "entries"
    reads: bool = False
    suffixes: tuple[str, ...] = ()
    reading: str | None = None
    cites: bool = False
    by_template: bool = False


FORMATS = (
    Format(
        "markdown",
        "Markdown",
        "the list as it was written, byte for byte",
        "markdown_list",
        reads=True,
        suffixes=(".md",),
    ),
    Format(
        "json",
        "JSON",
        "the whole base, row by row",
        "json_base",
        writes="base",
        reads=True,
        suffixes=(".json",),
    ),
    Format(
        "jsonl",
        "JSON lines",
        "an entry a line",
        "jsonl",
        reads=True,
        suffixes=(".jsonl", ".ndjson"),
    ),
    Format(
        "bibtex",
        "BibTeX",
        "for LaTeX; from Zotero, papis, cobib and others",
        "bibtex",
        reads=True,
        suffixes=(".bib",),
        reading="bibtex_reading",
        cites=True,
    ),
    Format("biblatex", "BibLaTeX", "for LaTeX with biber", "biblatex", cites=True),
    Format(
        "csl-json",
        "CSL-JSON",
        "for pandoc, Zotero and citeproc",
        "csl_json",
        reads=True,
        suffixes=(".json",),
        reading="csl_json_reading",
        cites=True,
    ),
    Format(
        "ris",
        "RIS",
        "for EndNote, Mendeley, Zotero",
        "ris",
        reads=True,
        suffixes=(".ris",),
        reading="ris_reading",
        cites=True,
    ),
    Format("csv", "CSV", "a table for spreadsheets", "spreadsheet", suffixes=(".csv",)),
    Format("atom", "Atom", "a feed of what was added last", "atom", suffixes=(".atom",)),
    Format(
        "html",
        "HTML",
        "a page of its own to read, search and share",
        "html",
        suffixes=(".html", ".htm"),
        # The address of an entry on the page is its key.
        cites=True,
    ),
    Format(
        "template",
        "Template",
        "whatever a Jinja template makes of it",
        "template",
        cites=True,
        by_template=True,
    ),
)
BY_NAME = {one.name: one for one in FORMATS}


def writer_of(form: Format) -> Write:
    """Returns what writes entries in a format; only then the format is loaded."""
    return cast("Write", import_module(f"{__name__}.{form.module}").write)


def reader_of(form: Format) -> Callable[[BinaryIO], Iterator[Found]]:
    """Returns what reads the records of a file in a format: the file may be read once, in order."""
    module = import_module(f"{__name__}.{form.reading or form.module}")
    return cast("Callable[[BinaryIO], Iterator[Found]]", module.read)

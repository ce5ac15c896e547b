"""HTML: one page that holds everything it needs, to be read and shared.

Entries are set one by one and laid aside on disk, for what stands before them on the page (the
contents, and what they can be filtered by) is known only after the last of them.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from diffkb.formats import BY_NAME, writer_of
from diffkb.formats.html.contents import Contents
from diffkb.formats.html.entries import describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TextIO

    from diffkb.core.references import Reference
    from diffkb.formats import Style, Write

BIBTEX = "bibtex"
UNDATED = "Undated"
# Headings go no deeper in HTML.
DEEPEST = 6
# The page is rendered around this, which no text of an entry can be.
_ENTRIES = "\0"
_PIECE = 1 << 16
_HERE = Path(__file__).parent


def write(references: Iterable[Reference], style: Style) -> Iterator[str]:
    """Yields the page, with what BibTeX says of each entry where that can be written."""
    cite = writer_of(BY_NAME[BIBTEX]) if BIBTEX in BY_NAME else None
    return write_page(references, style, cite)


def write_page(references: Iterable[Reference], style: Style, cite: Write | None) -> Iterator[str]:
    """Yields the page piece by piece.

    Args:
        references: the entries. In the order of their lists they stand under sections and years,
            sorted by year under their years, sorted otherwise alone.
        style: how.
        cite: what writes the text that can be copied of an entry, or None.
    """
    with TemporaryFile("w+", encoding="utf-8", errors="replace", newline="") as aside:
        setter = _Setter(aside, style, cite)
        setter.set_all(references)
        yield from _page(setter.contents, aside, cited=cite is not None)


class _Setter:
    """What sets entries under their headings, and counts them.

    Args:
        aside: where they are laid.
        style: how they are set.
        cite: what writes the text that can be copied of an entry, or None.
    """

    def __init__(self, aside: TextIO, style: Style, cite: Write | None) -> None:
        self.contents = Contents()
        self._aside = aside
        self._style = style
        self._cite = cite
        self._template = _templates().get_template("entry.html")

    def set_all(self, references: Iterable[Reference]) -> None:
        """Sets the entries."""
        by = self._style.sorted_by
        if by is None:
            for document, run in groupby(references, key=lambda one: one.entry.document):
                self._set_document(document, run)
        elif by == "year":
            for year, run in groupby(references, key=lambda one: one.entry.year):
                self._set_group(run, 0, UNDATED if year is None else str(year))
        else:
            self._set_group(references, 0, None)

    def _set_document(self, document: str, references: Iterable[Reference]) -> None:
        """Sets the entries of one document under their sections and years."""
        part = self.contents.begin_document(document)
        # Whether the first one's name is told is known when there is a second one.
        if part is not self.contents.documents[0]:
            self._put(f'<section class="document" id="{part.anchor}">\n{_heading(0, part.name)}')
        above: tuple[str, ...] = ()
        for path, run in groupby(references, key=lambda one: one.entry.section):
            shared = _common_depth(above, path)
            self._put("</section>\n" * (len(above) - shared))
            self.contents.leave(shared)
            for depth, name in enumerate(path[shared:], start=shared):
                self._begin_section(depth, name)
            above = path
            for year, group in groupby(run, key=_year_of_heading):
                self._set_group(group, len(path), None if year is None else str(year))
        self._put("</section>\n" * (len(above) + 1))

    def _begin_section(self, depth: int, name: str) -> None:
        """Opens a section."""
        part = self.contents.begin_section(name)
        self._put(f'<section id="{part.anchor}">\n{_heading(depth, part.name)}')

    def _set_group(self, references: Iterable[Reference], depth: int, year: str | None) -> None:
        """Sets entries that stand together under one heading."""
        self._put('<div class="group">\n')
        if year is not None:
            self._put(_heading(depth, year, "year"))
        self._put('<ul class="entries">\n')
        for reference in references:
            self.contents.count(reference.entry)
            citation = "".join(self._cite([reference], self._style)) if self._cite else None
            told = describe(reference, citation, under_year=year is not None)
            self._put(self._template.render(told))
        self._put("</ul>\n</div>\n")

    def _put(self, text: str) -> None:
        """Lays a piece of the page aside."""
        self._aside.write(text)


def _page(contents: Contents, aside: TextIO, *, cited: bool) -> Iterator[str]:
    """Yields the whole page around the entries that were laid aside."""
    css, script = _content("style.css"), _content("page.js")
    before, after = (
        _templates()
        .get_template("page.html")
        .render(
            contents=contents,
            cited=cited,
            css=Markup(css),  # noqa: S704 - a file of this package
            css_hash=_hash(css),
            script=Markup(script),  # noqa: S704 - a file of this package
            script_hash=_hash(script),
            entries=_ENTRIES,
        )
        .split(_ENTRIES)
    )
    yield before
    aside.seek(0)
    while piece := aside.read(_PIECE):
        yield piece
    yield after


def _templates() -> Environment:
    """Returns the templates of this package, which escape what they are given."""
    return Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _content(name: str) -> str:
    """Returns a file of this package."""
    return (_HERE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Returns what a Content-Security-Policy knows a text by."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _heading(depth: int, name: Markup | str, kind: str = "section") -> Markup:
    """Returns a heading; the page's own is the first."""
    level = min(depth + 2, DEEPEST)
    return Markup('<h{0} class="{1}" dir="auto">{2}</h{0}>\n').format(level, kind, name)


def _year_of_heading(reference: Reference) -> int | None:
    """Returns the year an entry stands under; others are part of what the entry says."""
    entry = reference.entry
    return entry.year if entry.year_from == "heading" else None


def _common_depth(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """Returns how many sections two paths share."""
    depth = 0
    while depth < min(len(one), len(other)) and one[depth] == other[depth]:
        depth += 1
    return depth

"""Grammars of lists: documents of invented works in each dialect that people keep lists in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import DrawFn, SearchStrategy


class Work(NamedTuple):
    """A work that nobody wrote."""

    title: str
    url: str
    year: int
    venue: str
    authors: str
    code: bool


class Listing(NamedTuple):
    """A list that nobody keeps.

    Attributes:
        dialect: the name of its grammar.
        text: the Markdown.
        works: what it lists, in order.
    """

    dialect: str
    text: str
    works: tuple[Work, ...]


class Form(NamedTuple):
    """How the works of a list are written.

    Attributes:
        write: returns a work as Markdown; it is given the number of it in its section.
        gap: what stands between two works beside the line end.
        head: what stands before the first one of a section.
        dated: whether each work shows its year.
        define: returns what stands at the end of the document for a work, or None.
    """

    write: Callable[[Work, int], str]
    gap: str = ""
    head: str = ""
    dated: bool = False
    define: Callable[[Work], str] | None = None


SUBJECTS = ("Rivers", "Lakes", "Stones", "Birds", "Moss", "Clouds", "Ropes", "Bells", "Maps", "Ice")
PLACES = ("in Winter", "at Night", "under Water", "from Above", "without Wind", "over Hills")
KINDS = ("A Study of Quiet", "Notes on Old", "Counting Small", "The Names of", "Measuring Wet")
SECTIONS = ("Near", "Far", "Elsewhere")
YEARS = st.integers(2009, 2025)
VENUES = st.sampled_from(["ICML", "NeurIPS", "CVPR", "VLDB", "ICLR"])
AUTHORS = st.sampled_from(
    ["Ann Lark, Ben Finch", "Cy Wren, Di Owl, Ed Kite", "Flo Heron, Gus Rook", "Ida Swan, Jon Tern"]
)


@st.composite
def works(draw: DrawFn) -> list[Work]:
    """Gives six to nine works with titles of their own."""
    titles = [
        f"{kind} {subject} {place}" for subject in SUBJECTS for kind in KINDS for place in PLACES
    ]
    chosen = draw(st.lists(st.sampled_from(titles), min_size=6, max_size=9, unique=True))
    return [draw(_work(title, number)) for number, title in enumerate(chosen)]


@st.composite
def _work(draw: DrawFn, title: str, number: int) -> Work:
    """Gives a work of that title."""
    url = draw(
        st.sampled_from(
            [
                f"https://arxiv.org/abs/24{number:02d}.0{number}012",
                f"https://example.org/{number}/paper.pdf",
                f"https://example.org/work({number})",
            ]
        )
    )
    return Work(title, url, draw(YEARS), draw(VENUES), draw(AUTHORS), draw(st.booleans()))


def _code(work: Work, form: str) -> str:
    """Returns a work's further link, where it has one."""
    return form.format(f"https://example.org/code/{len(work.title)}") if work.code else ""


def _marker(draw: DrawFn) -> Callable[[int], str]:
    """Gives the marker of an item by its number."""
    form = draw(st.sampled_from(["- ", "* ", "+ ", "1. ", "count. ", "count) ", "-   "]))
    return lambda number: form.replace("count", str(number))


def linked(draw: DrawFn) -> Form:
    """Items whose title is the link."""
    marker = _marker(draw)
    tail = draw(
        st.sampled_from(["", " ({0.year})", ", {0.authors}, {0.venue} {0.year}", " {0.year}."])
    )
    code = draw(st.sampled_from(["", " | [code]({})", " [[code]({})]"]))
    bold = draw(st.sampled_from(["", "**"]))

    def write(work: Work, number: int) -> str:
        head = f"{marker(number)}[{bold}{work.title}{bold}]({work.url})"
        return head + tail.format(work) + (_code(work, code) if code else "")

    return Form(write, draw(st.sampled_from(["", "\n"])), dated="year" in tail)


def prefixed(draw: DrawFn) -> Form:
    """Items with a tag before the linked title."""
    marker = _marker(draw)
    tag = draw(st.sampled_from(["[{0.venue}'{1:02d}]", "[{0.venue} {0.year}]", "({0.year})"]))

    def write(work: Work, number: int) -> str:
        shown = tag.format(work, work.year % 100)
        return f"{marker(number)}{shown} [{work.title}]({work.url})"

    return Form(write, dated=True)


def labelled(draw: DrawFn) -> Form:
    """Items whose title is plain, or marked, with labels of links after it."""
    marker = _marker(draw)
    wrap = draw(st.sampled_from(["{}", "**{}**", "**{}.**", "*{}*"]))
    year = draw(st.sampled_from(["", " ({0.year})", " {0.venue} {0.year}."]))
    label = draw(st.sampled_from([" [[paper]({})]", " [[pdf]]({})", " [[Paper]]({})"]))
    code = draw(st.sampled_from(["", " [[code]({})]"]))
    if wrap == "{}":
        year = year.replace(" {0.venue}", ", {0.venue}").rstrip(".")

    def write(work: Work, number: int) -> str:
        text = marker(number) + wrap.format(work.title) + year.format(work)
        return text + label.format(work.url) + (_code(work, code) if code else "")

    return Form(write, draw(st.sampled_from(["", "\n"])), dated=bool(year))


def venue_led(draw: DrawFn) -> Form:
    """Items that begin with the venue as the link."""
    marker = _marker(draw)
    return Form(lambda work, n: f"{marker(n)}[[{work.venue}]({work.url})] {work.title}.")


def author_year(draw: DrawFn) -> Form:
    """Items whose link is author and year."""
    marker = _marker(draw)

    def write(work: Work, number: int) -> str:
        family = work.authors.partition(",")[0].rpartition(" ")[2]
        return f"{marker(number)}{work.title}. [{family} ({work.year})]({work.url})"

    return Form(write, dated=True)


def author_first(draw: DrawFn) -> Form:
    """Items that begin with the authors."""
    marker = _marker(draw)
    title = draw(st.sampled_from(["*{0.title}*", "“{0.title},”", "**{0.title}**"]))
    tail = draw(st.sampled_from([", {0.year}", ", {0.venue} {0.year}"]))

    def write(work: Work, number: int) -> str:
        shown = title.format(work) + tail.format(work)
        return f"{marker(number)}{work.authors}, {shown} [[Paper]({work.url})]"

    return Form(write, dated=True)


def tasks(draw: DrawFn) -> Form:
    """Items with a box for whether they were read."""
    year = draw(st.sampled_from(["", " ({0.year})"]))

    def write(work: Work, _: int) -> str:
        box = "x" if work.code else " "
        return f"- [{box}] [{work.title}]({work.url})" + year.format(work)

    return Form(write, dated=bool(year))


def tables(draw: DrawFn) -> Form:
    """Rows of tables with a head."""
    bars = draw(st.booleans())
    pad = draw(st.sampled_from(["", " "])) if bars else " "
    index = draw(st.booleans())
    names = [*(["#"] if index else []), "Year", "Venue", "Title", "Authors", "Link"]
    bold = draw(st.booleans())

    def row(cells: list[str]) -> str:
        text = "|".join(f"{pad}{cell}{pad}" if cell else pad for cell in cells)
        return f"|{text}|" if bars else text.strip()

    def write(work: Work, number: int) -> str:
        title = f"**{work.title}**" if bold else f"[{work.title}]({work.url})"
        link = f"[paper]({work.url})" if bold else _code(work, "[code]({})") or "-"
        cells = [str(work.year), work.venue, title, work.authors, link]
        return row([str(number), *cells] if index else cells)

    return Form(write, head=row(names) + "\n" + row(["---"] * len(names)) + "\n", dated=True)


def paragraphs(draw: DrawFn) -> Form:
    """Paragraphs of a bold title and the lines under it."""
    broken = draw(st.sampled_from(["  \n", " \\\n", "\\\n", "\n"]))

    def write(work: Work, _: int) -> str:
        code = _code(work, " [[Code]({})]")
        lines = [f"**{work.title}**", f"*{work.authors}*"]
        return broken.join([*lines, f"{work.venue} {work.year}. [[Paper]({work.url})]{code}"])

    return Form(write, draw(st.sampled_from(["\n", "\n\n"])), dated=True)


def linked_paragraphs(draw: DrawFn) -> Form:
    """Paragraphs that are a linked title."""
    tail = draw(st.sampled_from(["", ". {0.authors}. {0.venue} {0.year}."]))
    return Form(lambda work, _: f"[{work.title}]({work.url})" + tail.format(work), "\n")


def unlinked(draw: DrawFn) -> Form:
    """Items without links."""
    marker = _marker(draw)
    return Form(
        lambda work, n: f"{marker(n)}{work.authors}: {work.title}, {work.venue} {work.year}."
    )


def headings(draw: DrawFn) -> Form:
    """Headings that are works."""
    count = draw(st.booleans())
    claim = draw(st.sampled_from(["* **Claim:** yes", "It says so."]))

    def write(work: Work, number: int) -> str:
        head = f"{number}. " if count else ""
        return f"#### {head}[{work.title}]({work.url})\n\n{claim}"

    return Form(write, "\n")


def cells_in_items(draw: DrawFn) -> Form:
    """Items with bars between their fields."""
    marker = _marker(draw)

    def write(work: Work, number: int) -> str:
        parts = [str(work.year), work.title, work.authors, work.venue, f"[`PDF`]({work.url})"]
        return marker(number) + " | ".join(parts)

    return Form(write, dated=True)


def details(draw: DrawFn) -> Form:
    """What can be opened."""
    note = draw(st.sampled_from(["", "Says a good deal about what it names.\n\n"]))

    def write(work: Work, _: int) -> str:
        link = f'[<a href="{work.url}">Paper</a>]'
        head = f"<details><summary>{work.title} ({work.year}) {link}</summary>"
        return f"{head}\n\n{note if work.code else ''}</details>"

    return Form(write, "\n", dated=True)


def field_blocks(draw: DrawFn) -> Form:
    """Titles in bold with the lines of fields under them."""
    label = draw(st.sampled_from(["Paper: ", "论文：", "PDF: "]))

    def write(work: Work, _: int) -> str:
        url = work.url.replace("(", "-").replace(")", "")
        code = _code(work, "\n- Code: {}")
        return f"**{work.title}**\n\n- {label}{url}{code}"

    return Form(write, "\n")


def defined(draw: DrawFn) -> Form:
    """Items whose links lead where the end of the document says."""
    marker = _marker(draw)

    def label(work: Work) -> str:
        return re.sub(r"\W+", "-", work.title.lower())

    return Form(
        lambda work, n: f"{marker(n)}[{work.title}][{label(work)}] ({work.year})",
        dated=True,
        define=lambda work: f"[{label(work)}]: {work.url}",
    )


GRAMMARS: dict[str, Callable[[DrawFn], Form]] = {
    "linked titles": linked,
    "tags before linked titles": prefixed,
    "plain titles with labels": labelled,
    "venues that lead": venue_led,
    "author and year as the link": author_year,
    "authors first": author_first,
    "tasks": tasks,
    "tables": tables,
    "paragraphs": paragraphs,
    "linked paragraphs": linked_paragraphs,
    "without links": unlinked,
    "headings": headings,
    "cells in items": cells_in_items,
    "what can be opened": details,
    "fields under titles": field_blocks,
    "links defined below": defined,
}


@st.composite
def listings(draw: DrawFn, names: SearchStrategy[str] | None = None) -> Listing:
    """Gives lists in every dialect, with sections and perhaps year groups."""
    name = draw(names or st.sampled_from(sorted(GRAMMARS)))
    form = GRAMMARS[name](draw)
    listed = draw(works())
    cuts = sorted(draw(st.lists(st.integers(3, len(listed)), min_size=1, max_size=1)))
    groups = [group for group in (listed[: cuts[0]], listed[cuts[0] :]) if group]
    grouped = draw(st.booleans()) and not form.dated and name != "headings"
    parts = [f"# {draw(st.sampled_from(['A List', 'Reading']))}\n"]
    for section, group in zip(SECTIONS, groups, strict=False):
        parts.append(f"## {section}\n")
        if grouped:
            parts.append("### 2021\n")
        body = f"\n{form.gap}".join(form.write(work, n) for n, work in enumerate(group, 1))
        parts.append(form.head + body + "\n")
    if form.define:
        parts.append("\n".join(form.define(work) for work in listed) + "\n")
    text = "\n".join(parts)
    if draw(st.booleans()):
        text = text.removesuffix("\n")
    if draw(st.sampled_from([False, False, True])):
        text = text.replace("\n", "\r\n")
    return Listing(name, text, tuple(listed))

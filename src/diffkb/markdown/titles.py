"""Where the title of a work stands in what a list says of it, and which link is the work's own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.identifiers import kind_of
from diffkb.markdown.emphasis import (
    ITALIC,
    QUOTED,
    begun_in_bold,
    bold_title,
    in_bold,
    in_brackets,
    in_quotes,
)
from diffkb.markdown.ending_names import names_at_end
from diffkb.markdown.endings import (
    FEW,
    after_names,
    cited_title,
    linked_end,
    shortened,
    text_end,
    text_stop,
    title_below_names,
    trimmed,
)
from diffkb.markdown.labels import OTHER, is_address, names_target, rank_of
from diffkb.markdown.leading import skip_leading
from diffkb.markdown.names import are_dated_names, are_names, is_authors, is_name, is_name_and_year
from diffkb.markdown.plain import count_words, plain_text
from diffkb.markdown.primaries import (
    address_below,
    first_page,
    first_paper,
    is_shown,
    named_again,
)
from diffkb.markdown.spans import NO_DEFINITIONS, links_of

if TYPE_CHECKING:
    from diffkb.markdown.emphasis import Found
    from diffkb.markdown.spans import Definitions, Span

_HEAD = re.compile(
    r"[ \t]*+(?:(?:[-+*]|[0-9]{1,9}[.)])(?:[ \t\r\n]++|(?=\[|\Z)))?+(?:\[([ xX✓✔])\][ \t]++)?+"
)
NESTED = re.compile(r"(?:\r\n|\n|\r)[ \t]*+(?:[-+*]|[0-9]{1,9}[.)])[ \t]++")
# A venue and its year before a title, with or without more.
_NAME_AND_YEAR = re.compile(
    r"[A-Z][\w'’-]{1,20}(?:(?:,|\sand\b|\s&|\set\sal\.?)[^:\r\n]{0,40})?\s(?:19|20)[0-9]{2}\s++:\s++(?=\S)"
)
# A year that parts the authors from the title.
_YEAR_BEFORE = re.compile(r"(?:19|20)[0-9]{2}[a-z]?\)?[.,:]*+\s++\Z")
_PRECEDES = re.compile(
    r"^[A-Z][\w&+./ -]{1,28}?[ '’-]*(?:(?:19|20)[0-9]{2}|[0-9]{2})\b[^|]*[-–—,:]\Z"
)
_CITED = re.compile(r"(?:19|20)[0-9]{2}(?![0-9])|arXiv:", re.IGNORECASE)
_LINE_END = re.compile(r"[\r\n]")
_MOST_BEFORE = 90
_LEAST_TOLD = 4
_SHORTEST = 8
_QUOTES = frozenset('"“”:')
_OPENING = ' *_"“《<>`~\\\t\r\n([（'
# A link that says nothing but the name of a file in the list's own folder.
_FILES = (".md", ".txt", ".py")


class Title(NamedTuple):
    """What is found in the words of an entry.

    Attributes:
        span: of the title.
        primary: the link that is the work's own, or None.
        links: all of them, images left out.
        shape: how it stands: "link", "bold", "italic", "quoted", "text", "venue", "author", or
            "bare" for an address without words.
        body: where the entry's words start, after its marker.
        nested: where nested bullets begin, or the end.
        checked: the character in a task's box, or None.
        after: where what follows the title starts.
    """

    span: tuple[int, int]
    primary: Span | None
    links: list[Span]
    shape: str
    body: int
    nested: int
    checked: str | None
    after: int


def find_title(
    raw: str,
    start: int = 0,
    end: int | None = None,
    *,
    first_line: bool = False,
    authors_first: bool = False,
    defined: Definitions = NO_DEFINITIONS,
) -> Title | None:
    """Finds the title in a part of a text.

    Args:
        raw: the text.
        start: where to begin.
        end: where to stop.
        first_line: whether the title stands on the first line.
        authors_first: whether the document's entries begin with the names of authors.
        defined: where the labels lead that the document defines.

    Returns:
        What was found, or None when there is nothing that could be one.
    """
    end = len(raw.rstrip()) if end is None else end
    head = _HEAD.match(raw, start, end)
    body = head.end() if head else start
    nested_at = NESTED.search(raw, body, end)
    nested = nested_at.start() if nested_at else end
    if first_line:
        line = _LINE_END.search(raw, body, nested)
        nested = line.start() if line else nested
    links = links_of(raw, body, end, defined)
    own = [one for one in links if one.start < nested and one.kind != "image"]
    lone = _bare(raw, body, own) if head is not None and head[1] else None
    found = lone or _below_names(raw, body, nested, own)
    found = found or _choose(raw, body, nested, own, authors_first=authors_first)
    if found is None:
        return None
    span, link, shape = found
    floor = span[0]
    if shape == "text" and nested < end and not first_line and (cited := _cited(raw, nested, end)):
        # What is nested is the citation of what is named here.
        span, shape = (cited, "italic") if cited[0] < cited[1] else (span, shape)
        nested = end
    span = trimmed(raw, *span)
    if span[0] >= span[1]:
        return None
    rest = [one for one in links if one.kind != "image"]
    primary = link if link is not None else first_paper(raw, rest, nested, floor)
    if link is not None and not link.url:
        primary = first_paper(raw, rest, nested, floor) or link
    if primary is None and not own:
        primary = first_page(rest) or address_below(raw, rest) or named_again(raw, span, rest)
    if primary is None:
        primary = next((one for one in own if is_shown(one.words, one.url)), None)
    if primary is None:
        primary = next((one for one in own if one.kind == "bare" and one.end <= span[0]), None)
    after = max(span[1], link.end) if link is not None and shape == "link" else span[1]
    return Title(span, primary, rest, shape, body, nested, head[1] if head else None, after)


def _bare(raw: str, body: int, own: list[Span]) -> Found | None:
    """Returns the address that a task begins with: until somebody names it, that is its title."""
    first = own[0] if own else None
    if first is None or first.kind != "bare" or raw[body : first.start].strip(" \t<"):
        return None
    line = _line_after(raw, first)
    if line[:1] not in "> \t\r" or count_words(line) >= _LEAST_TOLD:
        return None
    return first.text, first, "bare"


def _cited(raw: str, start: int, end: int) -> tuple[int, int] | None:
    """Returns the title in a citation that is nested right under the name of a work.

    It is empty where the citation has none; there is no citation where there are links.
    """
    head = _HEAD.match(raw, start + len(raw[start:end]) - len(raw[start:end].lstrip()), end)
    body = head.end() if head else start
    following = NESTED.search(raw, body, end)
    stop = following.start() if following else end
    if "](" in raw[body:stop] or "://" in raw[body:stop]:
        return None
    italic = ITALIC.search(raw, body, stop) or QUOTED.search(raw, body, stop)
    if italic and is_authors(raw[body : italic.start()].strip(" ,.:;") + ","):
        return italic.span(italic.lastindex or 1)
    dated = _CITED.search(raw, body, stop)
    authored = after_names(raw, body, text_stop(raw, body, stop), authors_first=False)
    if authored and (dated or not is_name(raw[slice(*authored)])):
        return authored
    return (body, body) if dated and following is None else None


def _choose(
    raw: str, body: int, nested: int, own: list[Span], *, authors_first: bool
) -> Found | None:
    """Returns the span of the title, the link it is itself, and how it stands."""
    at = skip_leading(raw, body, nested)
    first = next((one for one in own if one.kind == "link"), None)
    if own and own[0].kind == "bare" and own[0].start == at:
        return _after_address(raw, own[0], nested, own)
    if first is None:
        return _without_link(raw, at, nested, own, authors_first=authors_first)
    if first.start < at < first.end:
        # A tag was mistaken for what is a link's own text.
        at = first.start
    if first.words.endswith(_FILES):
        return None
    cell = raw.rfind("<td", at, first.start)
    if cell >= 0 and not _is_named(raw, first):
        # Cells before that of a linked title say something else.
        at = skip_leading(raw, cell, nested)
    authored = _after_linked_authors(raw, at, own, nested)
    if authored:
        return authored
    if not raw[at : first.start].strip(_OPENING):
        return _led_by_link(raw, at, first, nested, own)
    found = _after_opening(raw, at, first)
    return found or _without_link(raw, at, nested, own, authors_first=authors_first)


def _below_names(raw: str, body: int, nested: int, own: list[Span]) -> Found | None:
    """Returns the title of an entry whose first line holds the names of its authors alone."""
    if raw.find("\n", body, nested) < 0 and raw.find("\r", body, nested) < 0:
        return None
    at = title_below_names(raw, skip_leading(raw, body, nested), nested)
    if at is None:
        return None
    first = next((one for one in own if one.start >= at), None)
    if first is not None and not raw[at : first.start].strip(_OPENING) and first.kind == "link":
        return None if _is_named(raw, first) else _linked(raw, first)
    limit = first.start if first else nested
    marked = QUOTED.match(raw, at, limit) or ITALIC.match(raw, at, limit)
    if marked:
        return marked.span(marked.lastindex or 1), None, "cited"
    bold = bold_title(raw, at, limit)
    if bold and bold[2] == at:
        return bold[0], None, "cited"
    span = cited_title(raw, at, text_stop(raw, at, limit))
    return (span, None, "cited") if span else None


def _after_linked_authors(raw: str, at: int, own: list[Span], nested: int) -> Found | None:
    """Returns a title in italics after names of authors that lead to their pages."""
    end = own[0].end
    if not raw.startswith((",", ".", " and ", " & "), end):
        return None
    if not any(is_name(one.words) for one in own[:3]):
        return None
    italic = ITALIC.search(raw, end, nested)
    if italic is None or count_words(italic[italic.lastindex or 1]) < _LEAST_TOLD:
        return None
    before = plain_text(raw[at : italic.start()]).strip(" .,")
    several = before.count(",") + before.count(" and ") > 0 and not _QUOTES.intersection(before)
    works = any(kind_of(one.url) == "paper" or one.url.endswith(".pdf") for one in own[:3])
    if works or not several or not is_authors(before):
        return None
    return (italic.span(italic.lastindex or 1), None, "cited")


def _after_address(raw: str, link: Span, nested: int, own: list[Span]) -> Found | None:
    """Returns the title after the address that an entry begins with, or that address."""
    line = _LINE_END.search(raw, link.end, nested)
    stop = line.start() if line else nested
    stop = next((one.start for one in own if link.start < one.start < stop), stop)
    at = skip_leading(raw, link.end, stop)
    while at < stop and raw[at] in " \t:-–—,.":
        at += 1
    end = text_end(raw, at, stop)
    told = count_words(raw[at:end]) > FEW and raw[at].isupper()
    return ((at, end), link, "text") if told else (link.text, link, "text")


def _led_by_link(raw: str, at: int, first: Span, nested: int, own: list[Span]) -> Found | None:
    """Returns the title of an entry that begins with a link: its words, or what follows a label."""
    words = count_words(first.words)
    alone = len(own) == 1 and "[" not in raw[at : first.start]
    if not _is_named(raw, first) or (alone and words > FEW):
        return _linked(raw, first)
    if alone and words and count_words(raw[first.end : nested]) >= _LEAST_TOLD:
        return _linked(raw, first)
    if alone and is_address(first.words) and count_words(_line_after(raw, first)) <= 1:
        # Until somebody names a work, its identifier stands for it.
        return first.text, first, "link"
    return _venue_led(raw, first, nested, own)


def _line_after(raw: str, link: Span) -> str:
    """Returns what follows a link on its line."""
    return raw[link.end :].split("\n", 1)[0]


def _after_opening(raw: str, at: int, first: Span) -> Found | None:
    """Returns the title of an entry whose first link follows some words, if it is that link's."""
    words = first.words
    before = raw[at : first.start]
    opening = before.strip(_OPENING)
    if is_name_and_year(words) and count_words(opening) >= 1:
        return ((at, text_end(raw, at, first.start)), first, "author")
    if _is_named(raw, first) or _follows_italic(raw, at, first.start):
        return None
    named = count_words(words) >= FEW or kind_of(first.url) == "paper"
    authored = "|" not in before and is_authors(opening + ",") and named
    if not authored and not _may_precede(before, words):
        return None
    bold = bold_title(raw, at, first.start)
    name = plain_text(raw[slice(*bold[0])]) if bold else ""
    if count_words(name) >= _LEAST_TOLD and not (authored and is_name(name)):
        return None
    return _linked(raw, first)


def _follows_italic(raw: str, at: int, stop: int) -> bool:
    """Says whether authors and a title in italics stand before a link, and nothing else."""
    italic = ITALIC.search(raw, at, stop)
    if italic is None or raw[italic.end() : stop].strip(_OPENING + ".,:;"):
        return False
    before = raw[at : italic.start()].strip()
    title = italic[italic.lastindex or 1]
    named = before.endswith(",") and "|" not in before and is_authors(before)
    return named and count_words(title) >= FEW and not are_names(title)


def _is_named(raw: str, link: Span) -> bool:
    """Says whether a link names what it leads to, and is no title."""
    return names_target(raw, link) or link.url.startswith("mailto:")


def _linked(raw: str, link: Span) -> Found:
    """Returns a link's words as the title, without authors, tags, venue and year around them."""
    start, end = link.text
    quoted = QUOTED.search(raw, start, end)
    if quoted and start < quoted.start() and is_authors(raw[start : quoted.start()]):
        return (quoted.span(1), link, "link")
    end = linked_end(raw, start, end)
    names = names_at_end(raw, start, end)
    end = names[0] if names else end
    if (
        raw.startswith("[", start)
        and raw.endswith("]", start, end)
        and "[" not in raw[start + 1 : end]
    ):
        start, end = start + 1, end - 1
    cited = _NAME_AND_YEAR.match(raw, start, end)
    start = cited.end() if cited else start
    inner = skip_leading(raw, start, end)
    if count_words(raw[inner:end]) >= 1:
        start = inner
    return ((start, end), link, "link")


def _may_precede(before: str, words: str) -> bool:
    """Says whether these words may stand before a linked title: a tag, an acronym, a date."""
    text = before.strip()
    if count_words(words) >= _LEAST_TOLD and len(text) <= _MOST_BEFORE and _PRECEDES.search(text):
        return True
    if len(text) > 45 or count_words(words) < 2:
        return False
    if text.endswith((":", "-", "|", "–", "—", "：", ".")) or text.startswith(
        ("*", "_", "`", "(", "[", "<")
    ):
        return len(text.split()) <= 5 or is_authors(text)
    return len(text.split()) <= 2 and count_words(words) >= 3


def _venue_led(raw: str, first: Span, nested: int, own: list[Span]) -> Found | None:
    """Returns the title after leading labels, the last of which is the link of the work."""
    following: Span | None = first
    # Each is looked at once, however many there are: they stand in order.
    later = iter(own)
    while following is not None:
        first = following
        at = first.end
        while at < nested and raw[at] in "])\\ \t:-–—,":
            at += 1
        following = next((one for one in later if one.start >= at), None)
        if following is None or raw[at : following.start].strip(" *_[(<>\t\r\n"):
            break
        if not names_target(raw, following):
            if count_words(following.words) >= FEW:
                return _linked(raw, following)
            break
    at = skip_leading(raw, at, nested)
    bold = bold_title(raw, at, nested)
    if bold and count_words(raw[slice(*bold[0])]) >= 2 and not raw[at : bold[2]].strip():
        return (bold[0], first, "venue")
    stop = text_end(raw, at, following.start if following else nested)
    if count_words(raw[at:stop]) < 2:
        return None
    link = first if len(own) == 1 or rank_of(first.words, first.url) != OTHER else None
    return ((at, stop), link, "venue")


def _without_link(
    raw: str, at: int, nested: int, own: list[Span], *, authors_first: bool
) -> Found | None:
    """Returns the title of an entry whose title is no link: bold, quoted, italic, or plain."""
    limit = max(at, next((one.start for one in own if one.start >= at), nested))
    return (
        in_brackets(raw, at, nested)
        or begun_in_bold(raw, at, nested, own)
        or in_bold(raw, at, nested, own)
        or in_quotes(raw, at, nested, limit)
        or _in_words(raw, at, limit, authors_first=authors_first)
    )


def _in_words(raw: str, at: int, limit: int, *, authors_first: bool) -> Found | None:
    """Returns a title after names, in italics, or in plain text."""
    stop = text_stop(raw, at, limit)
    authored = _after_authors(raw, at, limit, stop, authors_first=authors_first)
    return authored or _in_plain_text(raw, at, stop)


def _after_authors(
    raw: str, at: int, limit: int, stop: int, *, authors_first: bool
) -> Found | None:
    """Returns a title after names, in plain text or in italics, or one in italics at once."""
    italic = ITALIC.search(raw, at, limit)
    authored = after_names(raw, at, stop, authors_first=authors_first)
    dated = authored is not None and _YEAR_BEFORE.search(raw, at, authored[0]) is not None
    if authored and (dated or not (italic and _go_on(raw, authored[0], italic.start()))):
        return authored, None, "cited"
    by = italic is not None and raw.startswith(" by ", italic.end()) and italic.start() == at
    named = italic is not None and _names_one(raw[at : italic.start()])
    if italic is None or (count_words(italic[italic.lastindex or 1]) < FEW and not (by or named)):
        return (authored, None, "cited") if authored else None
    words = italic[italic.lastindex or 1]
    before = raw[at : italic.start()].strip()
    if before:
        authors = is_authors(before.rstrip(":,. ") + ",") or are_dated_names(before)
        good = authors and "|" not in before
    else:
        good = not is_authors(words) or by
    return (italic.span(italic.lastindex or 1), None, "italic") if good else None


def _names_one(before: str) -> bool:
    """Says whether a full name and a colon stand before a title."""
    name = before.strip()
    return name.endswith(":") and " " in name and is_name(name.rstrip(": "))


def _in_plain_text(raw: str, at: int, stop: int) -> Found | None:
    """Returns a title that no mark tells from what is around it."""
    stop = shortened(raw, at, stop)
    return ((at, stop), None, "text") if stop > at and count_words(raw[at:stop]) else None


def _go_on(raw: str, start: int, stop: int) -> bool:
    """Says whether names go on up to there: some are written in no usual way."""
    return start >= stop or is_authors(raw[start:stop].strip(" ,.:;") + ",")

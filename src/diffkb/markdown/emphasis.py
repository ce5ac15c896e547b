"""Titles that marks tell from what is around them: bold, quoted, in brackets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffkb.markdown.endings import FEW, bold_end, text_end
from diffkb.markdown.leading import skip_leading
from diffkb.markdown.names import are_names, is_authors, is_name_and_year, names_before
from diffkb.markdown.plain import count_words

if TYPE_CHECKING:
    from diffkb.markdown.spans import Span

# The span of a title, the link it is itself, and how it stands.
Found = tuple[tuple[int, int], "Span | None", str]

_BOLD = re.compile(
    r"\*\*(?=[^\s*])((?:\\[*_]|[^*\r\n]|\*(?!\*)|[\r\n](?![ \t]*+[\r\n]))++)\*\*"
    r"|__(?=[^\s_])((?:[^_\r\n]|_(?!_))++)__"
)
ITALIC = re.compile(
    r"\*(?<![*\w\\]\*)(?=[^\s*])([^*\r\n]++)\*(?![*\w])|_(?<![_\w]_)(?=[^\s_])([^_\r\n]++)_(?![_\w])"
    r"|<(?:em|i)>([^<>]++)</(?:em|i)>"
)
_HTML_BOLD = re.compile(r"<(b|strong|summary)>", re.IGNORECASE)
QUOTED = re.compile(r"[“\"«《「『]((?:[^“”\"«»《》「」『』\r\n]|\r?\n(?!\s*\n))++)[”\"»》」』]")
# A title in brackets that lead nowhere; shorter ones are tags.
_BRACKETED = re.compile(r"<?\[(?![ \]\[])([^\[\]\r\n]{46,400})\](?!\()")
_AUTHOR_AND_DATE = re.compile(
    r"[^\W\d_][^()\r\n]{1,80}\([^()\r\n]{0,20}[0-9]{1,4}[^()\r\n]{0,16}\)\.?"
)
# What parts authors in bold from the title: a dash, a year.
_BETWEEN = re.compile(r"(?:\*\*|__)[\s,.:–—-]*+(?:\(?(?:1[5-9]|20)[0-9]{2}[a-z]?\)?[\s,.:–—-]*+)?+")
# What parts the first words of a title, in bold, from the others.
_COLON = re.compile(r"(?:\*\*|__)[ \t]?:[ \t]*+(?=\w)")
_LONG_WORD = re.compile(r"[^\W\d_][\w-]{3,}")
_LEAST_NAMED, _MOST_CAPITAL = 3, 0.6
_SHORTEST = 8


def bold_title(raw: str, at: int, end: int) -> tuple[tuple[int, int], str, int] | None:
    """Returns the first span in bold, and where its marks begin."""
    found = _BOLD.search(raw, at, end)
    if found:
        group = found.lastindex or 1
        return found.span(group), "bold", found.start()
    html = _HTML_BOLD.search(raw, at, end)
    if html:
        close = raw.find(f"</{html[1]}", html.end(), end)
        stop = close if close >= 0 else end
        return (html.end(), stop), "bold", html.start()
    return None


def in_brackets(raw: str, at: int, nested: int) -> Found | None:
    """Returns a title in brackets that lead nowhere."""
    found = _BRACKETED.match(raw, at, nested)
    return (found.span(1), None, "quoted") if found else None


def in_bold(raw: str, at: int, nested: int, own: list[Span]) -> Found | None:
    """Returns a title in bold, which may stand after authors."""
    bold = bold_title(raw, at, nested)
    if bold is None:
        return None
    (start, stop), _, marks = bold
    before = raw[at:marks].strip()
    words = count_words(raw[start:stop])
    if words < (FEW if before else 1) or (before and not is_authors(before)):
        return None
    cited = _after_bold_authors(raw, start, stop, nested)
    if cited:
        return (cited, None, "cited")
    inner = next((one for one in own if start <= one.start and one.end <= stop), None)
    start = skip_leading(raw, start, stop)
    if inner is not None and inner.start > start + _SHORTEST:
        author = inner if is_name_and_year(inner.words) else None
        return ((start, inner.start), author, "author")
    stop = bold_end(raw, start, stop)
    named = raw.startswith(":", stop) and count_words(raw[start:stop]) < FEW
    if start >= stop or named or raw[start:stop].rstrip().endswith((":", "：")):
        return None
    return ((start, stop), None, "bold")


def _after_bold_authors(raw: str, start: int, stop: int, nested: int) -> tuple[int, int] | None:
    """Returns a title in italics or quotes after the names of its authors in bold."""
    between = _BETWEEN.match(raw, stop, nested)
    if between is None:
        return None
    title = ITALIC.match(raw, between.end(), nested) or QUOTED.match(raw, between.end(), nested)
    dated = _AUTHOR_AND_DATE.fullmatch(raw, start, stop) is not None
    if title is None or not (dated or are_names(raw[start:stop])):
        return None
    return title.span(title.lastindex or 1)


def begun_in_bold(raw: str, at: int, nested: int, own: list[Span]) -> Found | None:
    """Returns a title whose first words alone are in bold: "**Name**: Other Words [paper]"."""
    if not raw.startswith(("**", "__"), at):
        return None
    bold = _BOLD.match(raw, at, nested)
    colon = _COLON.match(raw, bold.end() - 2, nested) if bold else None
    link = next((one.start for one in own if one.start > at), None)
    if colon is None or link is None or colon.end() > link:
        return None
    end = text_end(raw, colon.end(), link)
    names = names_before(raw, colon.end(), end)
    words = _LONG_WORD.findall(raw, colon.end(), end)
    capital = sum(one[0].isupper() for one in words)
    if len(words) < _LEAST_NAMED or capital < _MOST_CAPITAL * len(words):
        return None
    if (names and names.sure) or raw[end:link].strip(" ,.;([*_\\"):
        return None
    return ((at, end), None, "text")


def in_quotes(raw: str, at: int, nested: int, limit: int) -> Found | None:
    """Returns a title in quotes, which may stand after authors."""
    quoted = QUOTED.search(raw, at, nested)
    if quoted is None or count_words(quoted[1]) < FEW or quoted.start() > limit:
        return None
    if raw.startswith(":", quoted.end()):
        # The title goes on after its first words.
        return None
    before = raw[at : quoted.start()].strip(" *_")
    introduced = not before or is_authors(before) or before.endswith((",", ".", ":"))
    return (quoted.span(1), None, "quoted") if introduced else None

"""Where the title of a work stands in what a list says of it, and which link is the work's own."""

# Thresholds and signs are what real lists show.
# ruff: noqa: PLR2004, RUF001, E501

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from diffkb.markdown.labels import (
    OTHER,
    PAPER,
    UNKNOWN,
    is_anchor,
    is_label,
    is_venue,
    rank_of,
    words_of,
)
from diffkb.markdown.names import names_before
from diffkb.markdown.plain import plain_text
from diffkb.markdown.spans import NO_DEFINITIONS, links_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffkb.markdown.spans import Definitions, Span

_HEAD = re.compile(
    r"[ \t]*+(?:(?:[-+*]|[0-9]{1,9}[.)])(?:[ \t\r\n]++|(?=\[|\Z)))?+(?:\[([ xX✓✔])\][ \t]++)?+"
)
NESTED = re.compile(r"(?:\r\n|\n|\r)[ \t]*+(?:[-+*]|[0-9]{1,9}[.)])[ \t]++")
BLANK = re.compile(r"(?:\r\n|\n|\r)[ \t]*+(?:\r\n|\n|\r)")
# What stands before a title and is no part of it: numbers, dates, emoji, tags, images' leftovers.
_LEADING = re.compile(
    r"(?:[\s|>]++|#++(?=\s)"
    r"|!\[[^\[\]\r\n]*+\]\([^()\s]*+\)"
    r"|\[!\[[^\[\]\r\n]*+\]\([^()\s]*+\)\]\([^()\s]*+\)"
    r"|:[a-z0-9_+-]{1,40}:"
    r"|<(?!(?:a|b|strong)[\s>])[A-Za-z/!][^<>]*+>"
    r"|[☆★⭐✨🔥🌟📄📃📖🎉🆕✅❌👍🏆⚠✓✔●•▪·🧬📷♥❤💡🚀📝🌐🔍→➡▶\u2600-\u27bf\ufe0f\u200b\u200e\U0001f300-\U0001faff]++"
    r"|\*\*\[?#?[0-9]{1,4}\]?[.):]?\*\*[.):]?"
    r"|\[?#?[0-9]{1,3}(?:\.[0-9]{1,2})?\]?[.):](?=[\s*_\[])"
    r"|[0-9]{1,3}\](?=\s)"
    r"|(?:arXiv:)?[0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?[:,]?\s++(?=[A-Z])"
    r"|\(?[0-9]{4}[-/.][0-9]{1,2}(?:[-/.][0-9]{1,2})?\)?(?:\s*+[-–—:|,]|(?=[\s*]))"
    r"|\(?(?:19|20)[0-9]{2}\)?\s*+[-–—:|.,](?!\w)"
    r"|(?:19|20)[0-9]{2}\s++[-–—|](?=[A-Z])"
    r"|\((?:19|20)[0-9]{2}\)"
    r"|(?:\*\*|__)\(?(?:19|20)[0-9]{2}(?:[-/.][0-9]{1,2}){0,2}\)?(?:\*\*|__)\s*+[-–—:|,]?"
    r"|(?:\*\*|__)?\(?[0-9]{1,2}[./][0-9]{1,2}\)?(?:\*\*|__)?\s*+[-–—:|]"
    r"|\[[^\[\]()\r\n]{1,75}(?:19|20)[0-9]{2}\](?!\(|\[)[:.]?"
    r"|(?:\*\*|__|\*|_|`)?\\?\[(?![ \]])[^\[\]()\r\n]{1,45}\](?!\(|\[)(?:\*\*|__|\*|_|`)?[:.]?"
    r"|`[^`\r\n]{1,40}`[:.]?"
    r"|[【(（][^\[\]()【】（）\r\n]{1,25}[】)）](?=\s*+[\[*])"
    r"|[-–—](?=\s)"
    r")"
)
_BOLD = re.compile(
    r"\*\*(?=[^\s*])((?:\\[*_]|[^*\r\n]|\*(?!\*)|[\r\n](?![ \t]*+[\r\n]))++)\*\*|__(?=[^\s_])((?:[^_\r\n]|_(?!_))++)__"
)
_ITALIC = re.compile(
    r"(?<![*\w])\*(?=[^\s*])([^*\r\n]++)\*(?![*\w])|(?<![_\w])_(?=[^\s_])([^_\r\n]++)_(?![_\w])"
)
_HTML_BOLD = re.compile(r"<(b|strong|summary)>", re.IGNORECASE)
_QUOTED = re.compile(r"[“\"《「『]((?:[^“”\"《》「」『』\r\n]|\r?\n(?!\s*\n))++)[”\"》」』]")
_QUOTES = '"“”《》「」『』'
# Where a title in plain text ends: a label in brackets, a break, a cell.
_STOP = re.compile(
    r"\\?\[\[|\(\[|\\\[|\[(?:__|\*\*)|[ \t]{2,}(?=[\r\n])|\\(?=[\r\n])|<br|<a[\s>]|!\[|\||\t"
    r"|:[a-z0-9_+-]{2,40}:|[\r\n][ \t]*+[*_>(\[]|[\U0001f300-\U0001faff]|[\r\n][ \t]*+by\s|https?://|</(?:b|strong|summary)>",
    re.IGNORECASE,
)
_TAG_YEAR = re.compile(
    r"\s*+[(\[（【]\s*+(?:[^()\[\]\r\n]{0,70}?[\w\s,'’.])?'?(?:(?:19|20)[0-9]{2}|['’][0-9]{2})"
    r"(?:[-/.,\s][^()\[\]\r\n]{0,25})?[)\]）】]"
)
_TAIL_NUMBER = re.compile(
    r"(?<!\s)\s*+(?:[(\[]\s*+(?:arXiv|bioRxiv|ePrint)[^()\[\]]{0,30}[)\]]|,\s++(?:arXiv|bioRxiv|CoRR))"
    r"\s*\Z",
    re.IGNORECASE,
)
# How well a work was read, as some note it.
_TAIL_DEPTH = re.compile(r"(?<!\s)\s*+\([0-9]\)\Z")
_TAIL_VENUE = re.compile(
    r"[,.;:]?\s+(?:in\s+|at\s+)?(?P<venue>[A-Z@][A-Za-z&+./@ -]{1,30}[ '’-]*(?:(?:19|20)[0-9]{2}|[0-9]{2}))[.,;:]?\s*$"
)
_TAIL_YEAR = re.compile(r"[,.;]\s+(?:[A-Z][a-z]{2,8}\.?\s+)?(?:19|20)[0-9]{2}[.,;]?\s*$")
AUTHORS_NEXT = re.compile(
    r"(?:[A-Z][\w'’.-]*\.?,?\s+){1,4}(?:et al|and\s|&\s)|(?:[A-Z][\w'’-]*\.?\s+){1,3}[A-Z][\w'’-]+,\s+[A-Z]"
    r"|[A-Z]\.\s*(?:[A-Z]\.\s*)?-?[A-Z][\w'’-]+(?:,|\.| and)|[A-Z][\w'’-]+,\s+[A-Z]\.|[A-Z]\w+ et al"
)
_SURE_AUTHORS = re.compile(r"(?:[^\s.,]{1,20},?\s+){1,6}et al|[A-Z]\.\s*[A-Z]|[A-Z][\w'’-]+,\s+[A-Z]\.")
_INITIALS = re.compile(r",\s++(?=(?:[A-Z]\.[ -]?){1,3}[A-Z][\w'’-]{2,})")
_TAIL_TAGS = re.compile(r"(?:\s*\*{0,2}`[^`\r\n]{1,30}`\*{0,2}\.?)+\s*$")
_WIDE_GAP = re.compile(r"(?<=\S)[ \t]{2,}(?=[^\s\[(])")
# A title in brackets that lead nowhere; shorter ones are tags.
_BRACKETED = re.compile(r"<?\[(?![ \]\[])([^\[\]\r\n]{46,400})\](?!\()")
# What follows a title after its authors.
_VENUE_AFTER = re.compile(
    r"[,.;?]\s++(?:J\.\s|(?:[Ii]n|arXiv|arxiv|Proc|Journal|Trans|IEEE|ACM|PhD|Technical)\b"
    r"|[A-Z][\w/&'’-]{1,14}(?:\s[A-Z][\w/&'’-]{1,14}){0,3},?\s++(?:[0-9]{1,4},\s++)?(?:19|20)[0-9]{2}"
    r"|(?:19|20)[0-9]{2}\b)|\s\((?:[^()\r\n]{0,40}\s)?(?:19|20)[0-9]{2}\)"
    r"|(?<=[\w)]{2})\.\s++(?=[A-Z*_])"
)
_WHEN = re.compile(
    r"\(?(?:19|20)[0-9]{2}[a-z]?(?:,? "
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?)?\)?[.,:]?\s++"
)
# A venue and its year before a title, with or without more.
_PRECEDES = re.compile(
    r"^[A-Z][\w&+./ -]{1,28}?[ '’-]*(?:(?:19|20)[0-9]{2}|[0-9]{2})\b[^|]*[-–—,:]\Z"
)
_FEW = 2
_CITED = re.compile(r"(?:19|20)[0-9]{2}(?![0-9])|arXiv:", re.IGNORECASE)
_LINKED_TAIL = re.compile(
    r"(?:(?<!\s)\s*+[(\[](?P<inner>[A-Za-z][\w&+./’' -]{0,25}?)??[\s,'’]*(?:(?:19|20)[0-9]{2}(?:[-/.][0-9]{1,2})?"
    r"|(?<=['’])[0-9]{2})[)\]]"
    r"|(?:[,.;]|(?<!\s)\s+[-–—|])\s+(?P<venue>[A-Z][\w&+./ -]{1,20}?)??[\s,]*(?:(?:19|20)[0-9]{2}|['’][0-9]{2}))[.)]?\s*\Z"
)
_SENTENCE = re.compile(r"[.?!]\s+")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_AUTHOR_YEAR = re.compile(r"[A-Z][^\d\[\]]{1,60}[(\s,]+(?:19|20)[0-9]{2}[a-z]?\)?[.]?")


# No title in plain text is longer, and none is wrapped in more marks.
_EMOJI = "".join(map(chr, (*range(0x1F300, 0x1FB00), *range(0x2600, 0x27C0), 0xFE0F, 0x20, 0x09)))
_LONGEST = 2000
_LAYERS = 8
_MOST_LABEL = 2
_MOST_BEFORE = 90
_LEAST_TOLD = 4
# A link that says nothing but the name of a file in the list's own folder.
_FILES = (".md", ".txt", ".py")
# Words of a venue that is opened before a link, and words that make a sentence.
_SHORT, _LONG = 6, 8
# What a work without a paper is shown on: it has no other address.
_PAGES = frozenset(
    ("web", "website", "www", "site", "webpage", "blog", "blogpost", "post", "news", "press")
)


# Where there is no paper, these are the work.
_SHOWN = frozenset(
    "video videos youtube bilibili talk talks lecture lectures presentation tweet twitter thread x"
    " course podcast audio slides see recording interview medium".split()
)


class Title(NamedTuple):
    """What is found in the words of an entry.

    Attributes:
        span: of the title.
        primary: the link that is the work's own, or None.
        links: all of them, images left out.
        shape: how it stands: "link", "bold", "italic", "quoted", "text", "venue" or "author".
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
        line = re.compile(r"[\r\n]").search(raw, body, nested)
        nested = line.start() if line else nested
    links = links_of(raw, body, end, defined)
    own = [one for one in links if one.start < nested and one.kind != "image"]
    found = _choose(raw, body, nested, own, authors_first=authors_first)
    if found is None:
        return None
    span, link, shape = found
    floor = span[0]
    if shape == "text" and nested < end and not first_line and (cited := _cited(raw, nested, end)):
        # What is nested is the citation of what is named here.
        span, shape = (cited, "italic") if cited[0] < cited[1] else (span, shape)
        nested = end
    span = _trimmed(raw, *span)
    if span[0] >= span[1]:
        return None
    rest = [one for one in links if one.kind != "image"]
    primary = link if link is not None else first_paper(raw, rest, nested, floor)
    if primary is None and not own:
        primary = first_page(raw, rest)
    if primary is None:
        primary = next((one for one in own if is_shown(text_of(raw, one), one.url)), None)
    if primary is None:
        primary = next((one for one in own if one.kind == "bare" and one.end <= span[0]), None)
    after = max(span[1], link.end) if link is not None and shape == "link" else span[1]
    return Title(span, primary, rest, shape, body, nested, head[1] if head else None, after)


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
    italic = _ITALIC.search(raw, body, stop) or _QUOTED.search(raw, body, stop)
    if italic and is_authors(raw[body : italic.start()].strip(" ,.:;") + ","):
        return italic.span(italic.lastindex or 1)
    authored = _after_names(raw, body, stop, authors_first=False)
    if authored is None and following is None and _CITED.search(raw, body, stop):
        return (body, body)
    return authored


def text_of(raw: str, link: Span) -> str:
    """Returns a link's words; of a badge, what its image says."""
    words = raw[link.text[0] : link.text[1]]
    if link.kind == "badge":
        alt = re.match(r"[\s*_`\[]*+!\[([^\[\]]*+)\]", words)
        if alt:
            return alt[1]
        attribute = re.search(r"\balt=[\"']([^\"']*+)", words)
        return attribute[1] if attribute else ""
    if "]" in words and words.startswith("["):
        words = words.strip("[]")
    return plain_text(words)


def names_target(raw: str, link: Span) -> bool:
    """Says whether a link's words name what it leads to: by what they are, or by their brackets."""
    words = text_of(raw, link)
    if is_label(words):
        return True
    start, end = link.text
    inside = raw.startswith("[", start) and raw.startswith("]", end - 1)
    outside = raw.startswith("[", link.start - 1) and raw[link.end : link.end + 1] in {"]", ","}
    return (inside or outside) and len(words.split()) <= 3 and len(words) <= 28


def count_words(text: str) -> int:
    """Returns how many words a title has; two signs of Chinese count as one."""
    if text.isascii():
        return len(_WORDS.findall(text))
    return len(_WORDS.findall(_CJK.sub(" ", text))) + (len(_CJK.findall(text)) + 1) // 2


def is_name_and_year(text: str) -> bool:
    """Says whether a link's words are an author and a year."""
    bare = text.strip(" .")
    if _AUTHOR_YEAR.fullmatch(bare) is None:
        return False
    name = bare.partition("(")[0].strip()
    return not is_venue(text) or (name != bare and _is_family_name(name))


def _is_family_name(name: str) -> bool:
    """Says whether words before a year are a family name, and no venue's."""
    words = name.removesuffix(".").removesuffix("et al").split()
    few = all(sum(one.isupper() for one in word) <= 2 and word[0].isupper() for word in words)
    return bool(words) and few and not is_venue(" ".join(words))


def skip_leading(raw: str, at: int, end: int) -> int:
    """Returns where numbers, tags, dates and emoji before a title end."""
    while at < end and (found := _LEADING.match(raw, at, end)) and found.end() > at:
        at = found.end()
    return at


Found = tuple[tuple[int, int], "Span | None", str]


def _choose(
    raw: str, body: int, nested: int, own: list[Span], *, authors_first: bool
) -> Found | None:
    """Returns the span of the title, the link it is itself, and how it stands."""
    at = skip_leading(raw, body, nested)
    first = next((one for one in own if one.kind == "link"), None)
    while first is not None and first.start < at < first.end:
        # A tag was mistaken for what is a link's own text.
        at = first.start
    if first is not None:
        words = text_of(raw, first)
        if words.endswith(_FILES):
            return None
        before = raw[at : first.start]
        opening = before.strip(' *_"“《<>`~\\\t\r\n([（')
        label = names_target(raw, first) or first.url.startswith("mailto:")
        if label and opening and is_name_and_year(words) and not raw[at : first.start].isspace():
            label = False
        if not opening:
            alone = len(own) == 1 and "[" not in before
            told = alone and count_words(raw[first.end : nested]) >= _LEAST_TOLD
            if not label or (alone and count_words(words) > _FEW) or (told and count_words(words)):
                return _linked(raw, first)
            led = _venue_led(raw, first, nested, own)
            if led:
                return led
            return None
        if not label:
            if is_name_and_year(words) and count_words(opening) >= 1:
                return ((at, _text_end(raw, at, first.start)), first, "author")
            authored = "|" not in before and is_authors(opening + ",")
            if _may_precede(before, words) or (count_words(words) >= 2 and authored):
                bold = _bold_title(raw, at, first.start)
                if bold is None or count_words(plain_text(raw[slice(*bold[0])])) < 4:
                    return _linked(raw, first)
    return _without_link(raw, at, nested, own, authors_first=authors_first)


def _linked(raw: str, link: Span) -> Found:
    """Returns a link's words as the title, without authors, tags, venue and year around them."""
    start, end = link.text
    quoted = _QUOTED.search(raw, start, end)
    if quoted and start < quoted.start() and is_authors(raw[start : quoted.start()]):
        return (quoted.span(1), link, "link")
    tail = _LINKED_TAIL.search(raw, start, end)
    if tail and count_words(raw[start : tail.start()]) >= _FEW and _tells_when(tail):
        end = tail.start()
    if (
        raw.startswith("[", start)
        and raw.endswith("]", start, end)
        and "[" not in raw[start + 1 : end]
    ):
        start, end = start + 1, end - 1
    inner = skip_leading(raw, start, end)
    if count_words(raw[inner:end]) >= 1:
        start = inner
    return ((start, end), link, "link")


def _tells_when(tail: re.Match[str]) -> bool:
    """Says whether the end of a linked title is a date, or a venue and its year."""
    words = tail["venue"] or tail["inner"] or ""
    return not words.strip(" ,.") or is_venue(tail[0].strip(" \t-–—|,.;()")) or words.strip(" ,.").isupper()


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


def is_authors(text: str) -> bool:
    """Says whether words may be the names of authors before a title."""
    bare = text.strip()
    if not bare or not bare.lstrip("*_[").strip()[:1].isalpha():
        return False
    capitals = re.findall(r"(?<!\w)[^\W\d_][\w'’.-]*", bare)
    if not capitals or len(bare) > 1200:
        return False
    upper = sum(
        word[0].isupper()
        or word in {"and", "et", "al", "al.", "de", "van", "von", "der", "others", "la", "di", "da"}
        for word in capitals
    )
    return upper >= 0.8 * len(capitals) and (
        "," in bare
        or " and " in bare
        or " & " in bare
        or "et al" in bare
        or bare.endswith((".", ":"))
    )


def _venue_led(raw: str, first: Span, nested: int, own: list[Span]) -> Found | None:
    """Returns the title after a leading label, which is the link of the work."""
    at = first.end
    while at < nested and raw[at] in "])\\ \t:-–—,":
        at += 1
    following = next((one for one in own if one.start >= at), None)
    if following and not raw[at : following.start].strip(" *_[(<>\t\r\n"):
        words = text_of(raw, following)
        if not names_target(raw, following) and count_words(words) >= 2:
            return _linked(raw, following)
        if names_target(raw, following):
            return _venue_led(raw, following, nested, own)
    at = skip_leading(raw, at, nested)
    bold = _bold_title(raw, at, nested)
    if bold and count_words(raw[slice(*bold[0])]) >= 2 and not raw[at : bold[2]].strip():
        return (bold[0], first, "venue")
    stop = _text_end(raw, at, following.start if following else nested)
    if count_words(raw[at:stop]) < 2:
        return None
    link = first if len(own) == 1 or rank_of(text_of(raw, first), first.url) != OTHER else None
    return ((at, stop), link, "venue")


def _bold_title(raw: str, at: int, end: int) -> tuple[tuple[int, int], str, int] | None:
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


def _without_link(
    raw: str, at: int, nested: int, own: list[Span], *, authors_first: bool
) -> Found | None:
    """Returns the title of an entry whose title is no link: bold, quoted, italic, or plain."""
    bracketed = _BRACKETED.match(raw, at, nested)
    if bracketed:
        return (bracketed.span(1), None, "quoted")
    bold = _bold_title(raw, at, nested)
    if bold is not None:
        (start, stop), _, marks = bold
        inner = next((one for one in own if start <= one.start and one.end <= stop), None)
        before = raw[at:marks].strip()
        if (not before or is_authors(before)) and count_words(raw[start:stop]) >= (
            1 if not before else 2
        ):
            if inner is not None and inner.start > start + 8:
                words = text_of(raw, inner)
                author = inner if is_name_and_year(words) else None
                return ((skip_leading(raw, start, stop), inner.start), author, "author")
            start = skip_leading(raw, start, stop)
            stop = _bold_end(raw, start, stop)
            if (
                start < stop
                and not (raw[stop:].startswith(":") and count_words(raw[start:stop]) < 2)
                and not raw[start:stop].rstrip().endswith((":", "："))
            ):
                return ((start, stop), None, "bold")
    limit = next((one.start for one in own if one.start >= at), nested)
    limit = max(at, limit)
    quoted = _QUOTED.search(raw, at, nested)
    if quoted and count_words(quoted[1]) >= 2 and quoted.start() <= limit:
        before = raw[at : quoted.start()].strip(" *_")
        if raw.startswith(":", quoted.end()):
            before = "-"
        if not before or is_authors(before) or before.endswith((",", ".", ":")):
            return (quoted.span(1), None, "quoted")
    italic = _ITALIC.search(raw, at, limit)
    authored = _after_names(raw, at, limit, authors_first=authors_first)
    if authored and not (italic and _go_on(raw, authored[0], italic.start())):
        return authored, None, "cited"
    if italic:
        group = italic.lastindex or 1
        before = raw[at : italic.start()].strip()
        if (
            count_words(italic[group]) >= 2
            and "|" not in before
            and (not before or is_authors(before.rstrip(":,. ") + ","))
            and (
                before
                or not is_authors(italic[group])
                or raw.startswith(" by ", italic.end())
            )
        ):
            return (italic.span(group), None, "italic")
    stop = _text_end(raw, at, limit)
    return ((at, stop), None, "text") if stop > at and count_words(raw[at:stop]) else None


def _go_on(raw: str, start: int, stop: int) -> bool:
    """Says whether names go on up to there: some are written in no usual way."""
    return start >= stop or is_authors(raw[start:stop].strip(" ,.:;") + ",")


def _bold_end(raw: str, start: int, stop: int) -> int:
    """Returns where a title in bold ends before a venue in parentheses."""
    tags = list(_TAG_YEAR.finditer(raw, start, stop))
    tag = tags[-1] if tags else None
    if tag and tag.end() >= stop - 2:
        return tag.start()
    return stop


def _text_end(raw: str, at: int, limit: int) -> int:
    """Returns where a title in plain text ends."""
    limit = min(limit, at + _LONGEST)
    stop = _STOP.search(raw, at, limit)
    end = stop.start() if stop else limit
    blank = BLANK.search(raw, at, end)
    end = blank.start() if blank else end
    text = _before_sentence(raw[at:end]).rstrip(" \t\r\n([（\\,;:")
    tags = _TAIL_TAGS.search(text)
    text = text[: tags.start()] if tags and tags.start() else text
    initials = _INITIALS.search(text)
    text = text[: initials.start()] if initials else text
    opened = text.rfind("(")
    if opened > 0 and ")" not in text[opened:] and len(text[opened:].split()) <= _SHORT:
        # What is opened before a link, and closed after it, is about the link.
        text = text[:opened].rstrip()
    tag = _TAG_YEAR.search(text, 1)
    if tag:
        text = text[: tag.start()]
    sentence = _SENTENCE.search(text)
    while sentence:
        following = text[sentence.end() :]
        if (
            (AUTHORS_NEXT if text[sentence.start()] == "." else _SURE_AUTHORS).match(following)
            or is_venue(following.strip(" .,*_"))
            or following.startswith(("In ", "arXiv"))
        ) and count_words(text[: sentence.start()]) >= 2:
            text = text[: sentence.start() + (text[sentence.start()] in "?!")]
            break
        sentence = _SENTENCE.search(text, sentence.end())
    for tail in (_TAIL_DEPTH, _TAIL_NUMBER):
        number = tail.search(text)
        text = text[: number.start()] if number and number.start() > 2 else text
    for pattern in (_TAIL_VENUE, _TAIL_YEAR):
        tail = pattern.search(text)
        if tail and tail.start() > 8 and (pattern is _TAIL_YEAR or is_venue(tail["venue"])):
            text = text[: tail.start()]
    return at + len(text)


def _before_sentence(text: str) -> str:
    """Returns a text up to a wide gap that parts it from a sentence or more."""
    gap = _WIDE_GAP.search(text)
    if gap and len(text[gap.end() :].split(None, _LONG)) >= _LONG:
        return text[: gap.start()]
    return text


def _after_names(
    raw: str, at: int, limit: int, *, authors_first: bool
) -> tuple[int, int] | None:
    """Returns the title that follows a run of names, before its venue."""
    limit = min(limit, at + _LONGEST)
    stop = _STOP.search(raw, at, limit)
    end = stop.start() if stop else limit
    names = names_before(raw, at, end)
    if names is None or not (names.sure or authors_first):
        return None
    when = _WHEN.match(raw, names.title, end)
    start = when.end() if when else names.title
    venue = _VENUE_AFTER.search(raw, start, end)
    end = venue.start() if venue else _before_journal(raw, start, end)
    end = start + len(raw[start:end].rstrip(" \t\r\n,;([.\\"))
    return (start, end) if count_words(raw[start:end]) >= _FEW else None


def _before_journal(raw: str, at: int, stop: int) -> int:
    """Returns where a title after its authors ends: before a journal and a year."""
    year = re.compile(r",?\s+(?:19|20)[0-9]{2}\W*$").search(raw[at:stop])
    end = at + year.start() if year else stop
    comma = raw.rfind(", ", at, end)
    venue = raw[comma + 2 : end]
    short = len(venue.split()) <= 7 and venue[:1].isupper()
    return comma if comma > at + 8 and short else end


def _unadorned(text: str) -> str:
    """Returns a title without emoji at its end."""
    if text.isascii():
        return text
    return text.rstrip(_EMOJI) or text


def _is_quoted(text: str) -> bool:
    """Says whether the whole of a title stands in quotes, a sign after it apart."""
    if len(text) < 3 or text[0] not in _QUOTES or not set(text[-2:]) & set(_QUOTES):
        return False
    return not any(one in _QUOTES for one in text[1:-2])


def _trimmed(raw: str, start: int, end: int) -> tuple[int, int]:  # noqa: C901 - a sign each
    """Returns a title's span without blanks, marks, quotes and the full stop around it."""
    for _ in range(_LAYERS):
        end -= len(raw[start:end]) - len(_unadorned(raw[start:end]))
        text = raw[start:end]
        inner = text.strip(" \t\r\n,;")
        changed = inner
        for mark in ("**", "__", "*", "_", "`"):
            if changed.startswith(mark) and changed.endswith(mark) and len(changed) > 2 * len(mark):
                changed = changed[len(mark) : -len(mark)]
                break
        lead = text.index(changed) if changed else len(text)
        start, end = start + lead, start + lead + len(changed)
        text = raw[start:end]
        if _is_quoted(text):
            start, end = start + 1, end - (1 if text[-1] in _QUOTES else 2)
            continue
        if text.endswith((".", ":")) and not text.endswith(("...", "etc.")):
            end = start + len(text.rstrip(".:"))
            continue
        for mark in ("**", "__", "*", "_"):
            if text.startswith(mark) and text.count(mark) == 1:
                start += len(mark)
            elif text.endswith(mark) and text.count(mark) == 1:
                end -= len(mark)
        if (
            raw[start:end] == text
            and changed == raw[start:end]
            and len(text) == len(raw[start:end].strip(" \t\r\n,;"))
        ):
            again = raw[start:end]
            if not any(
                again.startswith(m) and again.endswith(m) and len(again) > 2 * len(m)
                for m in ("**", "__", "*", "_", "`")
            ):
                break
    return start, end


def first_paper(raw: str, links: Sequence[Span], nested: int, floor: int) -> Span | None:
    """Returns the first link that leads to the paper, the entry's own before nested ones."""
    best: tuple[tuple[int, int], Span] | None = None
    for order, link in enumerate(links):
        if is_anchor(link.url) or not link.url or link.start < floor:
            continue
        words = text_of(raw, link) if link.kind != "bare" else _word_before(raw, link.start)
        rank = rank_of(words, link.url)
        if rank == OTHER and link.start < nested and is_page(words):
            rank = UNKNOWN
        if rank == OTHER:
            continue
        if link.start >= nested and rank == UNKNOWN:
            continue
        if rank == PAPER and words.strip().lower() in {"doi", "here"}:
            rank = UNKNOWN
        key = (rank, order)
        if best is None or key < best[0]:
            best = (key, link)
    return best[1] if best else None


def is_page(label: str) -> bool:
    """Says whether a label leads to a page on which a work without a paper is shown."""
    words = {word for word in words_of(label) if word != "official"}
    return bool(words) and _PAGES.issuperset(words)


def _word_before(raw: str, at: int) -> str:
    """Returns the label before a bare address, on its line; none where that is a sentence."""
    line = max(raw.rfind("\n", 0, at), raw.rfind("\r", 0, at)) + 1
    before = raw[line:at].rstrip(" \t(<[")
    if not before.endswith((":", "：")) and len(before.split()) > _MOST_LABEL:
        return ""
    return before.strip(" \t-*+:：,，")[-24:]


def is_shown(label: str, url: str) -> bool:
    """Says whether a link leads to a talk, a course or the like: a work where nothing else is."""
    words = set(words_of(label))
    if words:
        return _SHOWN.issuperset(words)
    return "youtu" in url or "twitter.com" in url


def first_page(raw: str, links: Sequence[Span]) -> Span | None:
    """Returns the first link below an entry without one of its own that shows the work."""
    shown = (one for one in links if one.kind != "bare" and not is_anchor(one.url) and one.url)
    labels = ((one, text_of(raw, one)) for one in shown)
    return next(
        (one for one, words in labels if is_page(words) or rank_of(words, one.url) != OTHER), None
    )

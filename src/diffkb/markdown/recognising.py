"""Which units of a document may be entries, by what each of them shows."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.identifiers import kind_of
from diffkb.markdown.authors import read_names
from diffkb.markdown.endings import BLANK, FEW
from diffkb.markdown.labels import (
    OTHER,
    PAPER,
    is_anchor,
    is_label,
    names_target,
    rank_of,
)
from diffkb.markdown.leading import skip_leading
from diffkb.markdown.names import AUTHORS_NEXT, are_dated_names, is_authors
from diffkb.markdown.plain import count_words
from diffkb.markdown.primaries import is_page, is_shown, named_again
from diffkb.markdown.spans import NO_DEFINITIONS
from diffkb.markdown.titles import NESTED, Title, find_title
from diffkb.markdown.years import year_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffkb.markdown.spans import Definitions, Span

STRONG, LINKED, BARE, NONE = 3, 2, 1, 0
_FEW_WORDS = 3
_SHORT_GAP = 3

_NAVIGATION = re.compile(
    r"(?:go )?(?:back )?to (?:the )?top\b|back to (?:contents|index|the list)|home$"
    r"|TODO\b",
    re.IGNORECASE,
)
_VENUE_AT_END = re.compile(
    r"(?:[(\[](?:[^()\[\]\r\n]{0,40}[^()\[\]\r\n\w])?(?:19|20)[0-9]{2}[^()\[\]\r\n]{0,30}[)\]]"
    r"|,\s[A-Z][\w&+./ -]{1,30}[ '’](?:(?:19|20)[0-9]{2}|[0-9]{2}))[\s*_.)]*+(?:\([0-9]\)\s*+)?\Z"
)
_YEAR_IN_PARENTHESES = re.compile(r"\((?:19|20)[0-9]{2}\)")
# https://spec.commonmark.org/0.31.2/#link-reference-definition
_DEFINITION = re.compile(
    r" {0,3}\[[^\[\]\r\n]{1,300}\]:[ \t]*+[^\s]++[ \t]*+(?:[\"'(][^\r\n]*+)?(?:[\r\n]|\Z)"
)
_DATE_IN_PARENTHESES = re.compile(r"\([^()\r\n]{0,20}[0-9][^()\r\n]{0,16}\)")
_YEAR_AND_VENUE = re.compile(r"(?:(?:19|20)?[0-9]{2})[-_ ][A-Z][A-Za-z]{1,11}[-_ ](?=[A-Z])")
_ARXIV_NUMBER = re.compile(r"(?:arXiv:)?[0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?[:,\s]", re.IGNORECASE)
TITLE_FIELD = re.compile(
    r"(?:[-+*] )?+[*_ ]*+(?:title|paper|article|name|work|标题|论文|题目)[*_ ]*+[:：]",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?:\*\*|__)[^*_\r\n]{1,25}[:：](?:\*\*|__)\s*+(?=[^\s\[*_\"“<])")
_AFTER_TITLE = re.compile(
    r"[*_\"”]*+[,.]?[*_\"”]*+(?:\s++|<br ?/?>|\()*+(?:[-–—]\s++|by\s++)?[*_]*+"
)
# What may stand between a title and the labels beside it.
_BREAKS = re.compile(r"(?:[\s*_.,:;|/()\[\]\\–—-]|</?br ?/?>)*+")
_CATEGORY_END = (":", "：")
_YEAR_THEN = re.compile(
    r"[*_\"”]*+\s*+[(\[](?:c\. ?)?(?:1[5-9]|20)[0-9]{2}[a-z]?[)\]][,.:;]?\s++(?:by\s++|[-–—]\s++)?"
)
# What may follow the names at the end of a citation: a remark, a link.
_REMARK = re.compile(r"[\s.,;]*+(?:[(\[][^\r\n]*+)?+(?=[\r\n]|\Z)")


# What is nested first in an item that is a work: a field that says who wrote it.
_AUTHORS_FIELD = re.compile(
    r"\s++[-*+] (?:\*\*|__)?(?:authors?|by|autor(?:es|en)?|auteurs?|автор(?:ы)?|作者|著者|저자)"
    r"(?:\*\*|__)?[ \t]?[:：]",
    re.IGNORECASE,
)


class Judged(NamedTuple):
    """A unit that may be an entry.

    Attributes:
        strength: how sure that is.
        title: what was found.
        size: the length of the text in which it was found.
    """

    strength: int
    title: Title | None
    size: int = 0


def judge_item(
    raw: str,
    own: str,
    *,
    authors_first: bool = False,
    defined: Definitions = NO_DEFINITIONS,
) -> Judged:
    """Says how much an item looks like an entry.

    Args:
        raw: the item with all that is nested in it.
        own: the part before nested items.
        authors_first: whether the document's entries begin with the names of authors.
        defined: where the labels lead that the document defines.
    """
    title = find_title(own, authors_first=authors_first, defined=defined)
    if title and own.startswith("#", title.body):
        # A heading in an item is the name of a category.
        return Judged(NONE, None)
    if title is None or _NAVIGATION.match(own, title.span[0]) or _is_remark(own, title):
        return Judged(NONE, None)
    if title.shape == "bare":
        return Judged(LINKED, title, len(own))
    words = count_words(own[slice(*title.span)])
    if title.primary is None and not title.links and len(raw) > len(own):
        if words >= FEW and _AUTHORS_FIELD.match(raw, len(own.rstrip())):
            return Judged(LINKED, title, len(own))
        whole = find_title(raw, authors_first=authors_first, defined=defined)
        if whole and whole.primary and _is_described(raw, own, whole, words):
            return Judged(STRONG, whole, len(raw))
    return Judged(_strength(own, title, words), title, len(own))


def _is_remark(own: str, title: Title) -> bool:
    """Says whether an item begins with the name of a field, and words rather than a link."""
    field = _NAMED.match(own, title.body)
    return field is not None and title.shape != "cited" and not TITLE_FIELD.match(own, title.body)


def _is_described(raw: str, own: str, whole: Title, words: int) -> bool:
    """Says whether an item without a link is the work that what is nested in it is about."""
    papers = sum(rank_of(one.words, one.url) == PAPER for one in whole.links)
    named = sum(_names_work(part) for part in NESTED.split(raw[len(own.rstrip()) :]))
    named_well = words >= 3 or (words and whole.shape == "bold")
    if named_well and papers < 2 and named < 2 and _only_labels(raw, whole):
        return True
    if whole.primary is not None and whole.primary is named_again(raw, whole.span, whole.links):
        return True
    blank = BLANK.search(own, whole.span[1])
    if blank is None or count_words(own[blank.end() :]) < 8:
        return False
    works = sum(kind_of(one.url) == "paper" and count_words(one.words) >= 4 for one in whole.links)
    return works < 2


def _names_work(nested: str) -> bool:
    """Says whether what is nested has words of its own beside a link in brackets."""
    start = nested.find("[[")
    return start > 0 and count_words(nested[:start]) >= 3 and "://" in nested


def _only_labels(raw: str, title: Title) -> bool:
    """Says whether all links of an item are labels, so that none is a title of its own."""
    return all(one.kind == "bare" or names_target(raw, one) for one in title.links)


def _strength(own: str, title: Title, words: int) -> int:
    """Returns how much what was found is like an entry."""
    primary = title.primary
    if _is_category(own, title, words):
        return NONE
    if primary is not None and title.shape == "link":
        return _strength_of_link(own, title, primary, words)
    if primary is not None and title.shape == "author":
        return STRONG
    if primary is not None and words:
        return _strength_of_labelled(own, title, primary, words)
    return _strength_of_plain(own, title, words)


def _strength_of_plain(own: str, title: Title, words: int) -> int:
    """Returns the same for a title without a link of its own."""
    if title.shape == "cited" and title.links and year_in(own) is not None:
        # The names of its authors lead to their pages.
        return LINKED
    labelled = any(not is_anchor(one.url) and names_target(own, one) for one in title.links)
    if labelled and (words >= FEW or title.shape == "bold"):
        return LINKED
    named = own.rstrip().endswith(_CATEGORY_END) and not is_full_citation(own, title)
    closed = title.links or named
    return BARE if not closed and (words >= 3 or is_sure_citation(own, title)) else NONE


def _is_category(own: str, title: Title, words: int) -> bool:
    """Says whether what was found is a name for what follows it, or leads into the document."""
    name = own[: title.span[1]]
    if words <= 3 and name.endswith(_CATEGORY_END):
        return True
    following = own[title.span[1] :].lstrip(" *_")
    ended = following.startswith(_CATEGORY_END) or (
        title.shape == "bold" and following.startswith(".")
    )
    if ended and is_label(own[slice(*title.span)]):
        return True
    return title.primary is not None and is_anchor(title.primary.url)


def _strength_of_link(own: str, title: Title, primary: Span, words: int) -> int:
    """Returns the same for a title that is a link."""
    named = words < 3 and names_target(own, primary)
    if named and count_words(own[title.span[1] :]) < 4:
        return NONE
    paper = kind_of(primary.url) == "paper"
    return STRONG if (paper and words >= 2) or words >= 4 else LINKED


def _strength_of_labelled(own: str, title: Title, primary: Span, words: int) -> int:
    """Returns the same for a title with a link of its own beside it."""
    label = "" if primary.kind == "bare" else primary.words
    paper = kind_of(primary.url) == "paper"
    if title.span == primary.text and not paper:
        # An address alone is a work where those beside it are.
        return BARE
    page = is_page(label) or is_shown(label, primary.url)
    usable = page or rank_of(label, primary.url) != OTHER
    if usable and (primary.kind == "bare" or names_target(own, primary)):
        if words >= 2 or paper:
            return STRONG if words < 40 else LINKED
        if page:
            return LINKED
    if usable and paper and words >= 3 and "|" in own[title.span[1] : primary.start]:
        return STRONG
    marked = title.shape in {"bold", "quoted", "italic", "author"}
    named = title.shape == "bold" and usable and names_target(own, primary)
    return LINKED if named or (words >= 3 and marked) else BARE


def judge_paragraph(raw: str, defined: Definitions = NO_DEFINITIONS) -> Judged:
    """Says how much a paragraph looks like an entry; what defines labels of links is none."""
    title = None if _DEFINITION.match(raw) else find_title(raw, defined=defined)
    if title is None:
        return Judged(NONE, None)
    if not title.links:
        if _YEAR_AND_VENUE.search(raw, title.body, title.span[0] + 1):
            title = title._replace(shape="cited")
        cited = _is_cited_paragraph(raw, title)
        return Judged(BARE if cited else NONE, title, len(raw))
    return Judged(_paragraph_strength(raw, title), title, len(raw))


def _is_cited_paragraph(raw: str, title: Title) -> bool:
    """Says whether a paragraph without links is a citation: a title, its authors, its year."""
    if title.shape == "cited":
        return year_in(raw) is not None or _DATE_IN_PARENTHESES.search(raw) is not None
    if title.shape not in {"bold", "italic", "quoted"}:
        return False
    start = skip_leading(raw, title.body, title.span[0])
    before = raw[start : title.span[0]].strip(' *_"“')
    if title.shape == "bold" and before.endswith(",") and is_authors(before):
        return year_in(raw) is not None and count_words(raw[slice(*title.span)]) > FEW
    if title.shape != "bold" and (is_authors(before) or (not before and _is_by(raw, title))):
        return True
    after = _AFTER_TITLE.match(raw, title.span[1])
    names = read_names(raw, after.end(), len(raw)) if after else None
    return names is not None and (names.full > 0 or names.open_end) and year_in(raw) is not None


def _is_by(raw: str, title: Title) -> bool:
    """Says whether the word "by" follows a title in italics that a paragraph begins with."""
    begins = title.shape == "italic" and title.span[0] - title.body <= 1
    return begins and raw.startswith((" by ", ", by "), title.span[1] + 1)


def _paragraph_strength(raw: str, title: Title) -> int:
    """Returns how much a paragraph is like an entry."""
    if title.shape == "link" and title.primary is not None:
        return _strength_of_linked_paragraph(raw, title, title.primary)
    opened = "<summary" in raw[: title.span[0]].lower()
    after = [one for one in title.links if one.start > title.span[1]]
    labels = all(one.kind == "bare" or names_target(raw, one) for one in after)
    text = raw[slice(*title.span)]
    words = count_words(text)
    if title.primary and title.primary.text == title.span:
        return BARE if kind_of(title.primary.url) == "paper" else NONE
    if _is_by(raw, title) or (title.primary is None and title.shape != "bold" and not opened):
        fields = after and all(_is_field(raw, one.start) for one in after)
        good = fields or _closes(raw, title, after) or is_sure_citation(raw, title)
        good = good or (labels and _ends_in_labels(raw, after))
        return BARE if good and FEW <= words <= 40 else NONE
    cited = title.shape in {"quoted", "cited"} or (
        title.shape == "italic" and is_full_citation(raw, title)
    )
    if words >= 2 and (opened or cited or title.shape in {"bold", "venue"}):
        return STRONG if labels or cited else LINKED
    if words and labels and title.shape == "bold" and not is_label(text):
        return LINKED
    sure = title.shape == "text" and _is_paper_next(raw, title, after)
    return (STRONG if sure else BARE) if labels and 3 <= words <= 40 else NONE


def _ends_in_labels(raw: str, after: Sequence[Span]) -> bool:
    """Says whether nothing but labels follows a title, each right after the other."""
    ends = [one.end for one in after]
    starts = [*(one.start for one in after[1:]), len(raw)]
    between = (raw[a:b] for a, b in zip(ends, starts, strict=True))
    return bool(after) and all(_BREAKS.fullmatch(one) for one in between)


def _is_paper_next(raw: str, title: Title, after: Sequence[Span]) -> bool:
    """Says whether a label that leads to a paper stands right after a title."""
    if not after:
        return False
    link = after[0]
    between = raw[title.span[1] : link.start]
    paper = link.kind == "link" and kind_of(link.url) == "paper" and names_target(raw, link)
    return paper and _BREAKS.fullmatch(between) is not None


def _closes(raw: str, title: Title, after: Sequence[Span]) -> bool:
    """Says whether a title, a colon and an address are all that a paragraph holds."""
    if len(after) != 1 or after[0].kind != "bare" or raw[after[0].end :].strip(" \t\r\n>"):
        return False
    between = raw[title.span[1] - 1 : after[0].start].rstrip(" \t<")
    return (
        between.endswith(_CATEGORY_END)
        and len(between) <= _SHORT_GAP
        and not is_label(raw[slice(*title.span)])
    )


def _is_field(raw: str, at: int) -> bool:
    """Says whether an address stands on a line of its own, after its name and a colon."""
    line = max(raw.rfind("\n", 0, at), raw.rfind("\r", 0, at)) + 1
    return line > 0 and raw[line:at].rstrip(" \t<").endswith(_CATEGORY_END)


def _strength_of_linked_paragraph(raw: str, title: Title, primary: Span) -> int:
    """Returns the same for one whose title is a link."""
    before = raw[skip_leading(raw, title.body, title.span[0]) : title.span[0]]
    words = count_words(raw[slice(*title.span)])
    if TITLE_FIELD.fullmatch(before.rstrip(" [*_")):
        return STRONG
    if len(before) >= 4 and not _are_authors(before):
        return LINKED if words >= 3 and kind_of(primary.url) == "paper" else NONE
    if not words or not _begins_work(raw, title):
        return NONE
    line = raw[primary.end :].split("\n", 1)[0].strip(" \t\r\\")
    if words >= 3 or (not line and kind_of(primary.url) == "paper"):
        return STRONG
    return LINKED if "://" in primary.url else NONE


def _are_authors(before: str) -> bool:
    """Says whether the names of authors stand before a linked title, and no sentence."""
    names = before.strip(' ,.:;*_"“')
    return names.count(",") + names.count(" and ") > 0 and is_authors(names + ",")


def _begins_work(raw: str, title: Title) -> bool:
    """Says whether a linked title stands alone in its sentence, with no words that lead on."""
    primary = title.primary
    if primary is None or is_anchor(primary.url):
        return False
    following = raw[primary.end : primary.end + 40].lstrip(" *_")
    if following.startswith("WR="):
        return True
    return (
        not following[:1].isalpha()
        or following.startswith(("by ", "by\n"))
        or AUTHORS_NEXT.match(following) is not None
        or kind_of(primary.url) == "paper"
    )


def common_shapes(shapes: Sequence[str], least: int = 3) -> frozenset[str]:
    """Returns the shapes that a document repeats."""
    return frozenset(shape for shape, count in Counter(shapes).items() if count >= least)


def is_citation(own: str, title: Title | None = None) -> bool:
    """Says whether an item without links is put like a citation: authors, title, year."""
    if title is not None and is_sure_citation(own, title):
        return True
    if title is not None and _VENUE_AT_END.search(own, title.body):
        return count_words(own) >= _FEW_WORDS
    words = _FEW_WORDS if _YEAR_IN_PARENTHESES.search(own) else 5
    return year_in(own) is not None and own.count(",") >= 1 and count_words(own) >= words


def is_sure_citation(own: str, title: Title) -> bool:
    """Says whether an item can hardly be anything but a citation."""
    if title.shape == "cited" or _ARXIV_NUMBER.match(own, title.body):
        return True
    if _YEAR_AND_VENUE.match(own, title.body):
        return True
    following = own[title.span[1] :].lstrip(' *_"”')
    if _is_signed(own, title):
        return True
    if title.shape not in {"italic", "quoted", "bold"}:
        return False
    return is_authors(own[title.body : title.span[0]].strip(' *_"“')) or (
        following.startswith(("by ", "von ", "de ")) or year_in(own) is not None
    )


def _is_signed(own: str, title: Title) -> bool:
    """Says whether a year in parentheses and the names of authors follow a title."""
    year = _YEAR_THEN.match(own, title.span[1])
    names = read_names(own, year.end(), len(own)) if year else None
    return names is not None and names.full > 0 and _REMARK.match(own, names.end) is not None


def is_full_citation(own: str, title: Title) -> bool:
    """Says whether an item says of a work who wrote it and when, as citations do."""
    if title.shape == "link":
        return False
    if _is_signed(own, title):
        return True
    if title.shape not in {"italic", "quoted", "cited"} or year_in(own) is None:
        return False
    start = skip_leading(own, title.body, title.span[0])
    before = own[start : title.span[0]].strip(' *_"“').removesuffix("<em>")
    return title.shape == "cited" or is_authors(before) or are_dated_names(before)


def is_tagged(own: str, title: Title) -> bool:
    """Says whether a venue with its year stands before a title."""
    before = own[title.body : title.span[0]]
    return "[" in before and year_in(before) is not None

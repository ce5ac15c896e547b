"""Which of the links of an entry is the work's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.markdown.labels import OTHER, PAPER, UNKNOWN, is_anchor, rank_of, words_of
from diffkb.markdown.plain import plain_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffkb.markdown.spans import Span

# What a work without a paper is shown on: it has no other address.
_PAGES = frozenset(
    "web website www site webpage page homepage blog blogpost post news press".split()
)
# Where there is no paper, these are the work.
_SHOWN = frozenset(
    "video videos youtube bilibili talk talks lecture lectures presentation tweet twitter thread x"
    " course podcast audio slides see recording interview medium".split()
)
_MOST_LABEL = 2
_SHORTEST = 5


def first_paper(raw: str, links: Sequence[Span], nested: int, floor: int) -> Span | None:
    """Returns the first link that leads to the paper, the entry's own before nested ones."""
    best: tuple[tuple[int, int], Span] | None = None
    for order, link in enumerate(links):
        if is_anchor(link.url) or not link.url or link.start < floor:
            continue
        words = link.words if link.kind != "bare" else _word_before(raw, link.start)
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


def first_page(links: Sequence[Span]) -> Span | None:
    """Returns the first link below an entry without one of its own that shows the work."""
    shown = (one for one in links if one.kind != "bare" and not is_anchor(one.url) and one.url)
    return next(
        (one for one in shown if is_page(one.words) or rank_of(one.words, one.url) != OTHER), None
    )


def address_below(raw: str, links: Sequence[Span]) -> Span | None:
    """Returns the one address that fills an item below an entry without a link of its own."""
    if len(links) != 1 or links[0].kind != "bare":
        return None
    address = links[0]
    line = max(raw.rfind("\n", 0, address.start), raw.rfind("\r", 0, address.start)) + 1
    following = raw[address.end : address.end + 2].lstrip("> ")
    alone = not raw[line : address.start].strip(" \t-*+<") and following[:1] in {"", "\n", "\r"}
    return address if alone else None


def named_again(raw: str, title: tuple[int, int], links: Sequence[Span]) -> Span | None:
    """Returns the only link of an entry where its words begin with the title over again."""
    if len(links) != 1 or links[0].start < title[1] or is_anchor(links[0].url):
        return None
    name = plain_text(raw[slice(*title)]).casefold()
    words = plain_text(links[0].words).casefold()
    return links[0] if len(name) >= _SHORTEST and words.startswith(name) else None


def is_page(label: str) -> bool:
    """Says whether a label leads to a page on which a work without a paper is shown."""
    words = {word for word in words_of(label) if word != "official"}
    return bool(words) and _PAGES.issuperset(words)


def is_shown(label: str, url: str) -> bool:
    """Says whether a link leads to a talk, a course or the like: a work where nothing else is."""
    words = set(words_of(label))
    if words:
        return _SHOWN.issuperset(words)
    return "youtu" in url or "twitter.com" in url


def _word_before(raw: str, at: int) -> str:
    """Returns the label before a bare address, on its line; none where that is a sentence."""
    line = max(raw.rfind("\n", 0, at), raw.rfind("\r", 0, at)) + 1
    before = raw[line:at].rstrip(" \t(<[")
    if not before.endswith((":", "：")) and len(before.split()) > _MOST_LABEL:
        return ""
    return before.strip(" \t-*+:：,，")[-24:]

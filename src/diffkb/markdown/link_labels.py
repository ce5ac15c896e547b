"""The words of a link to a work, as they fit a new one: taken over where they name its kind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from diffkb.markdown.inline import destination
from diffkb.markdown.labels import OTHER, is_label, is_venue, rank_of, words_of

if TYPE_CHECKING:
    from diffkb.markdown.spans import Span

_ARXIV_ID = re.compile(r"[0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?")
_DOI = re.compile(r"10\.[0-9]{4,9}/[^\s\])}>,;\"?#]++")
# A number in the address of a badge is some work's own.
_LONG_NUMBER = re.compile(r"[0-9]{3,}")
_EMOJI = re.compile(r"(?::[a-z0-9_+-]{1,40}:|[^\w\s\[\]()<>*`]|\ufe0f)+")
_HOSTS = {
    "arxiv": ("arxiv.org",),
    "abs": ("/abs/",),
    "pdf": (".pdf", "/pdf"),
    "html": ("html",),
    "doi": ("doi",),
    "acm": ("acm.org",),
    "acmdl": ("acm.org",),
    "ieee": ("ieee",),
    "ieeexplore": ("ieee",),
    "openreview": ("openreview",),
    "biorxiv": ("biorxiv",),
    "medrxiv": ("medrxiv",),
    "springer": ("springer",),
    "nature": ("nature.com",),
    "science": ("science",),
    "acl": ("aclanthology", "aclweb"),
    "aclanthology": ("aclanthology", "aclweb"),
    "cvf": ("thecvf",),
    "openaccess": ("thecvf", "openaccess"),
    "pmlr": ("pmlr", "mlr.press"),
    "usenix": ("usenix",),
    "ssrn": ("ssrn",),
    "hal": ("hal",),
    "jmlr": ("jmlr",),
    "pubmed": ("pubmed", "ncbi"),
    "alphaxiv": ("alphaxiv",),
}
# Kinds of a work that a new one need not be of.
_KINDS = frozenset(("thesis", "book", "report", "technical", "extended", "version", "short"))
_OUTSIDE = " \t\r\n[]()*_`\\"


class Label(NamedTuple):
    """Words for a link.

    Attributes:
        text: the words as they stand in the link's text.
        form: the same with a sign in place of the words, for comparing what stands around them.
        fits: how surely they say what the new link leads to: 2 for sure, 1 perhaps, 0 not, so
            that others stand in their place.
    """

    text: str
    form: str
    fits: int


def label_like(raw: str, link: Span, url: str) -> Label:
    """Returns the words of a link for another URL.

    Args:
        raw: the text the link lies in.
        link: the link.
        url: where the new one leads.
    """
    words = raw[slice(*link.text)]
    if link.kind == "badge":
        return _badge_like(words, link.words, link, url)
    start, end = _core(words)
    new, fits = _fitting(words[start:end], link, url)
    return Label(words[:start] + new + words[end:], words[:start] + "\0" + words[end:], fits)


def _badge_like(words: str, shown: str, link: Span, url: str) -> Label:
    """Returns a badge for another URL where it shows the work's number or none, else a label."""
    text, fits = _fitting(shown, link, url)
    old, new = _ARXIV_ID.search(link.url), _ARXIV_ID.search(url)
    if old and old[0] in words:
        badge = words.replace(old[0], new[0]) if new and "arxiv.org" in url else ""
    else:
        badge = "" if _LONG_NUMBER.search(words) or _host(link.url) != _host(url) else words
    return Label(badge, "![\0]", 2) if badge and fits else Label(text, "\0", fits)


def _core(words: str) -> tuple[int, int]:
    """Returns the span of a label's words without brackets and marks around them."""
    start = len(words) - len(words.lstrip(_OUTSIDE))
    return start, max(start, len(words.rstrip(_OUTSIDE)))


def _fitting(core: str, link: Span, url: str) -> tuple[str, int]:
    """Returns a label's own words, or others where they would say what is not so."""
    for pattern in (_ARXIV_ID, _DOI):
        if pattern.search(core):
            number = pattern.search(url)
            if number is None or (pattern is _ARXIV_ID and "arxiv.org" not in url.lower()):
                return _plain_label(core), 0
            return core.replace(pattern.findall(core)[0], number[0]), 2
    if not core or _EMOJI.fullmatch(core):
        return core, 2 if _host(link.url) == _host(url) else 1
    return (core, 2) if _names(core, url) else (_plain_label(core), 0)


def _names(core: str, url: str) -> bool:
    """Says whether words name what a URL leads to, and nothing that another work alone is."""
    words = words_of(core)
    sites = [word for word in words if word in _HOSTS]
    if sites and is_label(core) and len(words) == len(sites):
        return any(part in url.lower() for word in sites for part in _HOSTS[word])
    if not is_label(core) or (is_venue(core) and not sites) or _KINDS.intersection(words):
        return False
    if rank_of(core, url) == OTHER:
        return False
    return not any(one.isdigit() for word in words for one in word)


def _host(url: str) -> str:
    """Returns the site of a URL."""
    return url.partition("://")[2].partition("/")[0].removeprefix("www.").lower()


def _plain_label(core: str) -> str:
    """Returns the word that fits every work, in upper or lower case as the other one is."""
    letters = [one for one in core if one.isalpha()]
    if letters and all(one.islower() for one in letters):
        return "paper"
    upper = core.isalpha() and core.isupper() and len(core) > 1
    return "PAPER" if upper else "Paper"


def link_like(raw: str, link: Span, url: str, label: str) -> str | None:
    """Returns a link in the form of another one.

    Args:
        raw: the text that one lies in.
        link: that one.
        url: where the new one leads.
        label: its words, with the brackets inside the link; a bare address has none.

    Returns:
        The link, or None where the form cannot hold the URL.
    """
    if link.kind == "bare":
        angle = raw[link.start : link.start + 1] == "<"
        bad = not url or any(one.isspace() or one in '<>"`|[]*' for one in url)
        return None if bad or "://" not in url else f"<{url}>" if angle else url
    if raw[link.start] == "<":
        if not url or any(one.isspace() or one in "\"'<>" for one in url):
            return None
        opening = raw[link.start : link.target[0]] + url + raw[link.target[1] : link.text[0]]
        return opening + label + raw[link.text[1] : link.end]
    target = destination(url)
    return None if target is None else f"[{label}]({target})"

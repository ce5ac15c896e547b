"""The words of a link to a work, as they fit a new one: taken over where they name its kind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from diffkb.markdown.inline import destination
from diffkb.markdown.labels import is_label, is_venue, words_of
from diffkb.markdown.titles import text_of

if TYPE_CHECKING:
    from diffkb.markdown.spans import Span

_ARXIV_ID = re.compile(r"[0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?")
_DOI = re.compile(r"10\.[0-9]{4,9}/[^\s\])}>,;\"?#]++")
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
        fits: how surely they say what the new link leads to: 2 for sure, 1 perhaps, 0 not, so
            that others stand in their place.
    """

    text: str
    fits: int


def label_like(raw: str, link: Span, url: str) -> Label:
    """Returns the words of a link for another URL.

    Args:
        raw: the text the link lies in.
        link: the link.
        url: where the new one leads.
    """
    words = raw[slice(*link.text)]
    start, end = _core(words)
    core = words[start:end]
    new = _fitting(core if link.kind != "badge" else text_of(raw, link), link, url)
    if link.kind == "badge":
        return Label(new.text, new.fits)
    return Label(words[:start] + new.text + words[end:], new.fits)


def _core(words: str) -> tuple[int, int]:
    """Returns the span of a label's words without brackets and marks around them."""
    start = len(words) - len(words.lstrip(_OUTSIDE))
    return start, max(start, len(words.rstrip(_OUTSIDE)))


def _fitting(core: str, link: Span, url: str) -> Label:
    """Returns a label's own words, or others where they would say what is not so."""
    low = url.lower()
    number = _ARXIV_ID.search(url) if "arxiv.org" in low else None
    if _ARXIV_ID.search(core):
        if number:
            return Label(_ARXIV_ID.sub(number[0], core), 2)
        return Label(_plain_label(core), 0)
    if _DOI.search(core):
        doi = _DOI.search(url)
        return Label(_DOI.sub(lambda _: doi[0], core), 2) if doi else Label(_plain_label(core), 0)
    if not core or _EMOJI.fullmatch(core):
        same = _host(link.url) == _host(url)
        return Label(core, 2 if same else 1)
    words = words_of(core)
    named = [word for word in words if word in _HOSTS]
    if named and is_label(core) and len(words) == len(named):
        fits = any(part in low for word in named for part in _HOSTS[word])
        return Label(core, 2) if fits else Label(_plain_label(core), 0)
    if not is_label(core) or (is_venue(core) and not named) or _KINDS.intersection(words):
        return Label(_plain_label(core), 0)
    if any(any(one.isdigit() for one in word) for word in words):
        return Label(_plain_label(core), 0)
    return Label(core, 2)


def _host(url: str) -> str:
    """Returns the site of a URL."""
    return url.partition("://")[2].partition("/")[0].removeprefix("www.").lower()


def _plain_label(core: str) -> str:
    """Returns the word that fits every work, in upper or lower case as the other one is."""
    letters = [one for one in core if one.isalpha()]
    if letters and all(one.islower() for one in letters):
        return "paper"
    if len(letters) > 1 and all(one.isupper() for one in letters) and not core[0].isdigit():
        return "PAPER" if len(words_of(core)) == 1 and is_label(core) else "Paper"
    return "Paper"


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
        bad = not url or any(one.isspace() or one in "<>\"`|[]*" for one in url)
        return None if bad or "://" not in url else f"<{url}>" if angle else url
    if raw[link.start] == "<":
        if not url or any(one.isspace() or one in "\"'<>" for one in url):
            return None
        opening = raw[link.start : link.target[0]] + url + raw[link.target[1] : link.text[0]]
        return opening + label + raw[link.text[1] : link.end]
    target = destination(url)
    return None if target is None else f"[{label}]({target})"

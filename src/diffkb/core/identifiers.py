"""Identifiers: typed text and links read into arXiv ids, DOIs and OpenReview ids, and back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.arxiv_numbers import FORMS, WrongNumber, read_number, year_of
from diffkb.core.models import ARXIV, DOI, OPENREVIEW, URL, Identifier
from diffkb.errors import MalformedIdentifier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffkb.core.models import Kind

_WITHOUT_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
_PREFIX = r"(?is)(?:arxiv(?:\s*:\s*|\s+)|oai:arxiv\.org:|(?:doi:\s*)?10\.48550/arxiv\.)(.*)"
_LIKE_ARXIV = (
    r"(?is).*arxiv.*|.*\d\.\d.*|.*[a-z]/+[0-9]{2}.*|[0-9]{4}[-/][0-9]+|[0-9]{9}|[a-z-]*[0-9]{7}"
)
_DOI = r"10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+"

_LINK = r"(?s)([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?"
_ARXIV_HOST = r"(?:(?:www|export|browse|lanl|[a-z]{2})\.)?arxiv\.org|xxx\.lanl\.gov"
_ARXIV_PAGE = (
    r"/+(?:(?:abs|pdf|html|e-print|eprint|src|format|ps|dvi|bibtex|tb)(?:/+(.*))?"
    r"|ftp/[a-z-]+/papers/[0-9]{4}/([0-9]{4}\..*))"
)
_ID_IN_PATH = (
    r"(?:arxiv:)?([0-9]{4}\.[0-9]+(?:v[0-9]+)?|[a-z-]+(?:\.[a-z-]+)?/[0-9]{7}(?:v[0-9]+)?)"
    r"(?:\.pdf)?(?:/.*)?"
)
# Whole hosts, without "www.": one that merely ends or begins so is somebody else's.
_ELSEWHERE = {
    "alphaxiv.org": r"(?i)/(?:[a-z]{2}/)?(?:abs|overview|pdf|html|resources)/" + _ID_IN_PATH,
    "ar5iv.org": r"(?i)/(?:abs|html|pdf)/" + _ID_IN_PATH,
    "ar5iv.labs.arxiv.org": r"(?i)/(?:abs|html|pdf)/" + _ID_IN_PATH,
    "huggingface.co": r"(?i)/papers/" + _ID_IN_PATH,
    "hf.co": r"(?i)/papers/" + _ID_IN_PATH,
    "arxiv-vanity.com": r"(?i)/papers/" + _ID_IN_PATH,
    "api.semanticscholar.org": r"(?i)/(?:graph/)?(?:v1/)?(?:paper/)?" + _ID_IN_PATH,
    "doi.org": r"(?i)/(10\.48550/arxiv\..*)",
    "dx.doi.org": r"(?i)/(10\.48550/arxiv\..*)",
}
_NO_PAPERS = (
    (r"/list(?:/.*)?", "a listing is no paper"),
    (r"/a/.*", "an author's page is no paper"),
    (r"/search.*", "a search is no paper"),
    (r"/*", "the home page is no paper"),
)
_DOI_PAGES = {
    "doi.org": rf"/+(?:doi:)?({_DOI})",
    "dx.doi.org": rf"/+(?:doi:)?({_DOI})",
    "dl.acm.org": r"/doi/(?:[A-Za-z]+/)?(10\.[0-9.]+/[^/\s]+)(?:/.*)?",
    "link.springer.com": r"/(?:[a-z]+/){1,2}(10\.[0-9.]+/[^/\s]+)(?:/.*)?",
    "academic.oup.com": r".*/(10\.1093/[^/\s]+/[^/\s]+)(?:/.*)?",
    "biorxiv.org": r"/content/(10\.[0-9]+/[0-9.]*[0-9])(?:v[0-9]+.*|\.(?:full|abstract).*)?/*",
}
# Elsewhere a DOI stands in the path as it is; words for its forms may follow.
# As nearly all links of papers in lists are written: these need no taking apart.
_USUAL_ARXIV = re.compile(
    r"https?://(?:(?:www|browse|export)\.)?arxiv\.org/(?:abs|pdf|html)/"
    r"([0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?)(?:\.pdf)?"
)
_DOI_PATH = re.compile(r"/(10\.[0-9]{4,9}(?:\.[0-9]+)*+/[^\s/\"]++(?:/[^\s/\"]++)*+)/*+(?:\".*)?")
_FORMS = frozenset(
    "abs abstract citation epdf epub figures full fulltext html meta pdf pdfdirect references"
    " summary tables".split()
)
# Numbers that look like a DOI, and that nobody registered.
_NO_DOI = "10.5555/"
_OPENREVIEW_ID = r"[A-Za-z0-9_-]+"

_TRACKING = (
    "_ga _gl _hsenc _hsmi casa_token dclid fbclid gad_source gbraid gclid gclsrc igsh igshid mc_cid"
    " mc_eid mkt_tok msclkid oly_anon_id oly_enc_id ref_src ref_url srsltid ttclid twclid vero_id"
    " wbraid yclid"
)
_ANY = r"/+[^/].*"
# Where papers live, without "www.", and which paths there are papers.
_PAPER_PAGES = {
    "aaai.org": r"/(?:ojs|ocs|papers|Library)/.*",
    "academic.oup.com": r".*/article.*",
    "aclanthology.info": _ANY,
    "aclanthology.org": _ANY,
    "aclweb.org": r"/anthology/.*",
    "cell.com": r".*/(?:fulltext|abstract|pdf)/.*",
    "citeseerx.ist.psu.edu": _ANY,
    "direct.mit.edu": r".*/article.*",
    "dl.acm.org": _ANY,
    "drops.dagstuhl.de": _ANY,
    "ecva.net": r"/papers/.*",
    "eprint.iacr.org": r"/[0-9]{4}/[0-9]+.*",
    "epubs.siam.org": r"/doi/.*",
    "hal.archives-ouvertes.fr": r"/hal-.*",
    "hal.inria.fr": r"/hal-.*",
    "hal.science": r"/hal-.*",
    "ieeexplore.ieee.org": _ANY,
    "ijcai.org": r"/(?:proceedings|Abstract|papers?[0-9]*)/.*",
    "iopscience.iop.org": r"/article/.*",
    "isca-archive.org": _ANY,
    "isca-speech.org": r"/archive/.*",
    "jmlr.csail.mit.edu": r"/papers/.*",
    "jmlr.org": r"/(?:papers|proceedings)/.*",
    "journals.aps.org": r"/[a-z]+/(?:abstract|pdf)/.*",
    "journals.plos.org": r".*/article.*",
    "link.springer.com": _ANY,
    "mdpi.com": r"/[0-9-]+/.*",
    "medrxiv.org": r"/content/.*",
    "biorxiv.org": r"/content/.*",
    "nature.com": r"/(?:articles|[a-z]+/journal)/.*",
    "ncbi.nlm.nih.gov": r"/(?:pmc|pubmed)/.*",
    "ojs.aaai.org": r".*/article/.*",
    "onlinelibrary.wiley.com": r"/doi/.*",
    "openaccess.thecvf.com": _ANY,
    "openreview.net": r"/(?:forum|pdf|attachment|references)\b.*",
    "papers.neurips.cc": _ANY,
    "papers.nips.cc": _ANY,
    "pnas.org": r"/(?:doi|content)/.*",
    "proceedings.mlr.press": _ANY,
    "proceedings.mlsys.org": _ANY,
    "proceedings.neurips.cc": _ANY,
    "projecteuclid.org": _ANY,
    "pubmed.ncbi.nlm.nih.gov": r"/[0-9]+.*",
    "research.google": r"/pubs/.*",
    "science.org": r"/doi/.*",
    "sciencedirect.com": r"/science/article/.*",
    "semanticscholar.org": r"/paper/.*",
    "tandfonline.com": r"/doi/.*",
    "ui.adsabs.harvard.edu": r"/abs/.*",
    "usenix.org": r"/(?:conference|legacy|publications|system/files)/.*",
    "vldb.org": r"/pvldb/.*",
}
_SUFFIX = r"(?i)\.(?:pdf|ps|ps\.gz)$"
_PAPER_FILE = r"(?is)[^?#]*\.(?:pdf|ps)(?:\.gz)?(?:[?#].*)?"


@dataclass(frozen=True, slots=True)
class Ref:
    """What a person typed for a work, and what it means.

    Attributes:
        text: as typed.
        identifier: its normalised form, or None for a link that carries none.
        url: the link, where one was typed.
    """

    text: str
    identifier: Identifier | None
    url: str | None = None


class _Link(NamedTuple):
    """A link taken apart: scheme and host in lower case, the path decoded."""

    scheme: str
    host: str
    path: str
    query: str

    @property
    def site(self) -> str:
        """The host without the "www." that many links carry and others leave out."""
        return self.host.removeprefix("www.")


def parse_arxiv_id(text: str) -> Identifier:
    """Reads one arXiv identifier in any spelling: bare, with a prefix, as a stamp, DOI or link.

    Follows https://info.arxiv.org/help/arxiv_identifier.html. Where arXiv's own programs repair a
    number of the wrong width, this refuses it: the API finds nothing for it.

    Args:
        text: what was typed; outer blanks do not count.

    Returns:
        The canonical identifier: the archive in lower case and without a subject class.

    Raises:
        MalformedIdentifier: it is none; `why` says what is wrong with it.
    """
    body = _trimmed(text)
    link = _link(body)
    if link is None:
        return _read(_without_prefix(body), text)
    if link.scheme not in {"http", "https"}:
        raise MalformedIdentifier(text, "only http and https links are read")
    part = _arxiv_part(link)
    if part is None:
        raise MalformedIdentifier(text, _why_no_paper(link), hint=FORMS)
    return _read(part, text)


def parse_ref(text: str) -> Ref:
    """Reads what a person typed for one work.

    Args:
        text: an arXiv identifier in any spelling, a DOI, or an http(s) link.

    Returns:
        The reference; a link that carries an identifier gives both.

    Raises:
        MalformedIdentifier: it is none of these, or the link of an arXiv paper with a malformed
            identifier.
    """
    body = _trimmed(text)
    link = _link(body)
    if link is not None:
        return _ref_of_link(body, link, text)
    doi = _typed_doi(body)
    if doi is not None:
        return Ref(text, doi)
    try:
        return Ref(text, parse_arxiv_id(text))
    except MalformedIdentifier:
        if re.fullmatch(_LIKE_ARXIV, body) or not body:
            raise
    raise MalformedIdentifier(
        text,
        "it is no arXiv identifier, DOI or http(s) link",
        hint="such as 2006.11239, 10.1109/5.771073 or https://openreview.net/forum?id=…",
    )


# The same link is asked about when its list is read and when its rows are made.
@lru_cache(maxsize=4096)
def identifiers_in_url(url: str) -> tuple[Identifier, ...]:
    """Returns the identifiers a link carries; none for what cannot be read.

    An arXiv DOI is the arXiv identifier. DOIs are taken from doi.org and from the publishers that
    write them into their paths.
    """
    usual = _USUAL_ARXIV.fullmatch(url)
    if usual:
        return _arxiv_identifiers(usual[1])
    link = _link(_trimmed(url))
    if link is None or link.scheme not in {"http", "https"}:
        return ()
    part = _arxiv_part(link)
    return tuple(_other_identifiers(link)) if part is None else _arxiv_identifiers(part)


# The links of an entry often lead to one paper in several forms.
@lru_cache(maxsize=256)
def _arxiv_identifiers(part: str) -> tuple[Identifier, ...]:
    """Returns the identifier in a link of arXiv; none where there can be no such paper."""
    try:
        return (read_number(part),)
    except WrongNumber:
        return ()


def canonical_url(url: str) -> str:
    """Returns a link's identity: equal for links that lead to the same page.

    http counts as https; default port, fragment, tracking parameters and the slash at the end are
    dropped. What is no http(s) link is its own identity.
    """
    found = _pattern(_LINK).fullmatch(url.strip())
    if not found or found[1].lower() not in {"http", "https"}:
        return url
    host, path = found[2].strip().lower(), found[3]
    while (shorter := host.removesuffix(":80").removesuffix(":443").rstrip()) != host:
        host = shorter
    if not host:
        return url
    while (shorter := path.rstrip().rstrip("/")) != path:
        path = shorter
    kept = [piece for piece in (found[4] or "").split("&") if not _is_tracking(piece)]
    query = "?" + "&".join(kept) if kept else ""
    return f"https://{host}{path}{query}".strip()


@lru_cache(maxsize=4096)
def kind_of(url: str | None) -> Kind:
    """Says whether a link leads to a paper: by its identifier, its place, or its file type.

    An entry without a link names a paper.
    """
    if url is None or identifiers_in_url(url) or _pattern(_PAPER_FILE).fullmatch(url.strip()):
        return "paper"
    link = _link(_trimmed(url))
    pages = _PAPER_PAGES.get(link.site) if link else None
    return "paper" if link and pages and _pattern(pages).fullmatch(link.path) else "link"


def arxiv_year(identifier: Identifier) -> int:
    """Returns the year in an arXiv identifier, which is that of its first version."""
    archive, _, number = identifier.value.rpartition("/")
    return year_of(int(number[:2]), old=bool(archive))


def url_of(identifier: Identifier) -> str:
    """Returns the page of a work: https://arxiv.org/abs/…, https://doi.org/… and the like.

    A version stays: it is the one that is meant. `parse_ref` reads the identifier back.
    """
    if identifier.scheme == ARXIV:
        return f"https://arxiv.org/abs/{identifier}"
    if identifier.scheme == DOI:
        return f"https://doi.org/{_encoded(identifier.value)}"
    if identifier.scheme == OPENREVIEW:
        return f"https://openreview.net/forum?id={identifier.value}"
    if identifier.scheme == URL:
        return identifier.value
    raise ValueError(identifier.scheme)


def work(identifier: Identifier) -> Identifier:
    """Returns the identifier without its version: the identity of the work."""
    return Identifier(identifier.scheme, identifier.value)


def _trimmed(text: str) -> str:
    """Strips blanks from both ends, those without width that come with copy and paste too."""
    while (shorter := text.strip().strip(_WITHOUT_WIDTH)) != text:
        text = shorter
    return text


def _link(text: str) -> _Link | None:
    """Takes a link apart; one without scheme is seen by a host that is known."""
    found = _pattern(_LINK).fullmatch(text)
    if not found:
        host, slash, _ = text.partition("/")
        if not slash or not _is_known(host.lower()):
            return None
        found = _pattern(_LINK).fullmatch(f"https://{text}")
        if not found:
            return None
    scheme, host, path, query = found.groups()
    host = host.lower()
    if ":" in host:
        host = re.sub(r":(?:80|443)$", "", host)
    return _Link(scheme.lower(), host, _decoded(path), query or "")


def _is_known(host: str) -> bool:
    """Says whether links to that host are worth recognising without their scheme."""
    site = host.removeprefix("www.")
    known = {"openreview.net", "doi.org", "dx.doi.org"}
    return bool(_pattern(_ARXIV_HOST).fullmatch(host)) or site in _ELSEWHERE or site in known


def _decoded(path: str) -> str:
    """Resolves percent-encoding."""
    if "%" not in path:
        return path
    return re.sub(
        r"(?:%[0-9A-Fa-f]{2})+",
        lambda run: bytes.fromhex(run[0].replace("%", "")).decode("utf-8", "replace"),
        path,
    )


def _encoded(value: str) -> str:
    """Percent-encodes what a path may not hold, and a DOI may."""
    return re.sub(
        r"[^A-Za-z0-9._~!$&'()*+,;=:@/-]",
        lambda char: "".join(f"%{byte:02X}" for byte in char[0].encode("utf-8", "replace")),
        value,
    )


def _parameter(query: str, name: str) -> str | None:
    """Returns the first value of a parameter."""
    for piece in query.split("&"):
        key, _, value = piece.partition("=")
        if key == name:
            return _decoded(value)
    return None


def _is_tracking(piece: str) -> bool:
    """Says whether a `name=value` says nothing about the page; an empty piece does not either."""
    name = piece.partition("=")[0].strip().lower()
    return name.startswith("utm_") or name in _TRACKING.split() or not piece.strip()


def _arxiv_part(link: _Link) -> str | None:
    """Returns what stands where the link of an arXiv paper has its identifier."""
    if _pattern(_ARXIV_HOST).fullmatch(link.host):
        found = _pattern(_ARXIV_PAGE).fullmatch(link.path)
        return _bare(found[1] or found[2] or "") if found else None
    if link.site == "openreview.net" and link.path == "/forum":
        part = _parameter(link.query, "arxivid")
        return None if part is None else _bare(part)
    pattern = _ELSEWHERE.get(link.site)
    found = _pattern(pattern).fullmatch(link.path) if pattern else None
    return _bare(found[1]) if found else None


def _bare(part: str) -> str:
    """Strips what may surround an identifier in a path: a suffix, the sentence's full stop."""
    part = part.rstrip("/.,;:)] ")
    return _without_prefix(_pattern(_SUFFIX).sub("", part))


def _without_prefix(body: str) -> str:
    """Drops `arXiv:` and the like, once."""
    found = _pattern(_PREFIX).fullmatch(body)
    return found[1] if found else body


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """Returns a pattern ready for use; made when it is first needed, as there are many."""
    return re.compile(text, re.DOTALL)


def _why_no_paper(link: _Link) -> str:
    """Says why the link of a page gives no arXiv identifier."""
    if _pattern(_ARXIV_HOST).fullmatch(link.host):
        for pattern, why in _NO_PAPERS:
            if _pattern(pattern).fullmatch(link.path):
                return why
    return "this link carries no arXiv identifier"


def _other_identifiers(link: _Link) -> Iterator[Identifier]:
    """Yields the DOI and the OpenReview identifier a link carries."""
    pattern = _DOI_PAGES.get(link.site)
    found = _pattern(pattern).fullmatch(link.path) if pattern else None
    if pattern is None and (at := link.path.find("/10.")) >= 0:
        found = _DOI_PATH.fullmatch(link.path, at)
    if found and (link.site.endswith("doi.org") or not found[1].startswith(_NO_DOI)):
        yield _doi(_without_form(found[1]) if "doi.org" not in link.site else found[1])
    if link.site == "openreview.net" and link.path.rstrip("/") in {"/forum", "/pdf", "/attachment"}:
        forum = (_parameter(link.query, "id") or "").rstrip(".,;:)")
        if _pattern(_OPENREVIEW_ID).fullmatch(forum):
            yield Identifier(OPENREVIEW, forum)


def _without_form(path: str) -> str:
    """Returns a DOI without what says in which form a publisher shows its work."""
    prefix, *parts = path.split("/")
    while len(parts) > 1 and parts[-1].lower() in _FORMS:
        parts.pop()
    last, dot, form = parts[-1].rpartition(".")
    parts[-1] = last if dot and form.lower() in _FORMS else parts[-1]
    return "/".join([prefix, *parts])


def _doi(text: str) -> Identifier:
    """Makes a DOI, which is the same in either case, of text that is known to hold one."""
    return Identifier(DOI, text.rstrip(".,;").lower())


def _typed_doi(body: str) -> Identifier | None:
    """Reads a DOI typed without link, unless it is arXiv's."""
    found = re.fullmatch(rf"(?i)(?:doi:\s*)?({_DOI})", body)
    if not found or re.match(r"(?i)10\.48550/arxiv\.", found[1]):
        return None
    return _doi(found[1])


def _ref_of_link(body: str, link: _Link, text: str) -> Ref:
    """Reads a link that a person typed.

    Raises:
        MalformedIdentifier: as `parse_ref` says.
    """
    if link.scheme not in {"http", "https"}:
        raise MalformedIdentifier(text, "only http and https links are taken")
    if re.search(r"\s", body) or re.search(r"[,;]https?://", body):
        raise MalformedIdentifier(text, "it is more than one link", hint="give them one by one")
    if not re.search(r"\w", link.host):
        raise MalformedIdentifier(text, "the link names no host")
    url = body if "://" in body else f"https://{body}"
    part = _arxiv_part(link)
    if part is not None:
        return Ref(text, _read(part, text), url)
    return Ref(text, next(_other_identifiers(link), None), url)


def _read(body: str, text: str) -> Identifier:
    """Reads an arXiv identifier that stands alone.

    Raises:
        MalformedIdentifier: it is none; the error is about `text`.
    """
    try:
        return read_number(body)
    except WrongNumber as wrong:
        why = "it is empty" if not _trimmed(text) else wrong.why
        raise MalformedIdentifier(text, why, hint=wrong.hint) from None

"""arXiv: papers by their arXiv identifiers, from the Atom feed of its API."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from diffkb.core.arxiv_numbers import ARCHIVES
from diffkb.core.identifiers import (
    identifiers_in_url,
    parse_arxiv_id,
    parse_ref,
    work,
)
from diffkb.core.models import ARXIV, DOI, Author, Candidate, Identifier, Versions
from diffkb.errors import BadReply, MalformedIdentifier, RateLimited, UnknownWork
from diffkb.sources.base import NO_ADDRESSES, Request
from diffkb.sources.text import one_line, paragraphs, without_controls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from xml.etree.ElementTree import Element

    from diffkb.sources.base import Addresses, Outcome, Reply, Route

NAME = "arXiv"
ENDPOINT = "https://export.arxiv.org/api/query"
IDS_IN_A_REQUEST = 100
LIMIT = 20_000_000
REJECTED = range(400, 500)

ATOM = "{http://www.w3.org/2005/Atom}"
TITLE, SUMMARY = f"{ATOM}title", f"{ATOM}summary"
EXTENSION = "{http://arxiv.org/schemas/atom}"
TOTAL = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"

# https://arxiv.org/category_taxonomy: archives that are younger than the old identifiers.
YOUNG_ARCHIVES = frozenset({"econ", "eess", "q-fin", "stat"})
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.]+(?:Z|[+-][0-9]{2}:[0-9]{2}))?"

_WITHDRAWN = re.compile(
    r"(?i)(?:\b(?:this|the) +(?:[a-z-]+ +)?(?:paper|article|manuscript|submission|preprint|work"
    r"|version) +(?:has +been|have +been|is|was|is +being) +withdrawn\b|\Awithdrawn\b(?! +from\b)"
    r"|\bwithdrawn +by +(?:the +)?(?:authors?|arxiv|submitter)\b)[^.;\n]{0,300}"
)


class ArXiv:
    """The source for arXiv identifiers. See https://info.arxiv.org/help/api/user-manual.html."""

    name = NAME
    decides = True
    homepage = "https://info.arxiv.org/help/api/"
    examples = (
        "2006.11239",
        "arXiv:hep-th/9901001v3",
        "https://arxiv.org/pdf/2006.11239v2",
        "https://doi.org/10.48550/arXiv.2006.11239",
    )

    def match(self, text: str) -> Identifier | None:
        """Returns the arXiv identifier that `text` spells, or None."""
        try:
            return parse_arxiv_id(text)
        except MalformedIdentifier:
            return None

    def pdf(self, ref: Identifier) -> str | None:
        """Returns the address of the PDF of a version, or of the latest one."""
        return f"https://arxiv.org/pdf/{ref}"

    @property
    def routes(self) -> tuple[Route, ...]:
        """Itself, then DataCite, where arXiv registers its papers."""
        from diffkb.sources.datacite import ARXIV_ROUTE

        return (self, ARXIV_ROUTE)

    def requests(
        self,
        refs: Sequence[Identifier],
        urls: Addresses = NO_ADDRESSES,  # noqa: ARG002 - one shape for all routes
    ) -> list[Request]:
        """Returns a request for every hundred works; one in several versions is in one of them."""
        return [
            Request(
                url=ENDPOINT,
                # Without max_results the API answers for ten, however many were asked for.
                params=(("id_list", ",".join(map(str, batch))), ("max_results", str(len(batch)))),
                refs=tuple(batch),
                limit=LIMIT,
            )
            for batch in _batches(refs)
        ]

    def parse(self, reply: Reply, refs: Sequence[Identifier]) -> dict[Identifier, Outcome]:
        """Reads a feed in either shape arXiv has used, before November 2025 and since.

        Args:
            reply: with status 200, or one of a request that arXiv rejects.
            refs: as asked for; papers are told apart by identifier, for arXiv keeps no order.

        Returns:
            By identifier without version: a Candidate; UnknownWork for what the feed leaves out;
            BadReply for all if arXiv rejects the request.

        Raises:
            BadReply: this is no whole feed, or not all of it.
            RateLimited: arXiv says so in the text of its answer.
        """
        if reply.content.strip().lower().startswith(b"rate exceeded"):
            raise RateLimited(NAME)
        if reply.status in REJECTED and "xml" not in reply.headers.get("content-type", ""):
            return _rejected(refs, f"status {reply.status}")
        text = _checked_text(reply)
        root = _root(text)
        entries = _entries(text, root)
        for entry, element in entries:
            if _is_error(entry):
                return _rejected(refs, one_line(_text(element, SUMMARY)) or "it does not say why")
        if reply.status in REJECTED:
            return _rejected(refs, f"status {reply.status}")
        _check_complete(root, len(entries))
        papers = [
            _candidate(identifier, entry, element)
            for entry, element in entries
            if (identifier := _identifier(entry))
        ]
        return dict(_outcomes(refs, papers))


SOURCE = ArXiv()


def _batches(refs: Sequence[Identifier]) -> Iterator[list[Identifier]]:
    """Cuts the works into lists of a length that arXiv answers, the versions of one together."""
    versions: dict[Identifier, list[Identifier]] = {}
    for ref in dict.fromkeys(refs):
        versions.setdefault(work(ref), []).append(ref)
    batch: list[Identifier] = []
    for group in versions.values():
        if batch and len(batch) + len(group) > IDS_IN_A_REQUEST:
            yield batch
            batch = []
        batch += group
    if batch:
        yield batch


def _rejected(refs: Iterable[Identifier], why: str) -> dict[Identifier, Outcome]:
    """Says of each work that arXiv rejects the request; asking again would not help."""
    return {work(ref): BadReply(NAME, f"it rejects the request: {why}") for ref in refs}


def _checked_text(reply: Reply) -> str:
    """Returns the answer's text if it may be given to a parser of XML.

    Raises:
        BadReply: it is empty, something else, or would have the parser expand entities.
    """
    if not reply.content.strip():
        raise BadReply(NAME, "it is empty")
    kind = one_line(reply.headers.get("content-type", "").partition(";")[0])
    if "xml" not in (kind or ""):
        raise BadReply(NAME, f"it is {kind or 'of no type'} instead of a feed")
    try:
        text = reply.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadReply(NAME, "it is not UTF-8") from error
    if "\0" in text:
        # UTF-16 may look so, and the parser of XML would recognise it unasked.
        raise BadReply(NAME, "it is not UTF-8")
    if re.search(r"<!(?:DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise BadReply(NAME, "it declares a document type, which no feed of arXiv does")
    return text


def _root(text: str) -> Element:
    """Returns the feed's root.

    This decides whether the answer is whole: feedparser finds an entry in a feed that breaks off,
    and an empty feed in a page of HTML.

    Raises:
        BadReply: it breaks off, or is no Atom feed.
    """
    from xml.etree import ElementTree as ET

    # The encoding is given, so that no declaration can choose another one than was checked.
    parser = ET.XMLParser(encoding="utf-8")  # noqa: S314 - without a document type it is harmless
    try:
        root = ET.fromstring(text.encode(), parser)  # noqa: S314 - as above
    except ET.ParseError as error:
        raise BadReply(NAME, "it breaks off, or is no XML") from error
    if root.tag != f"{ATOM}feed":
        raise BadReply(NAME, "it is no Atom feed")
    return root


def _entries(text: str, root: Element) -> list[tuple[Any, Element]]:
    """Returns each entry as feedparser reads it, for id, dates and categories, and as it stands.

    feedparser is given a file: a string could be an address to it, or a path.

    Raises:
        BadReply: feedparser fails, or finds other entries than there are.
    """
    from io import BytesIO

    import feedparser

    try:
        feed = feedparser.parse(
            BytesIO(text.encode()),
            response_headers={"content-type": "application/atom+xml; charset=utf-8"},
        )
    except Exception as error:
        # It has no errors of its own: an entry inside a link is a KeyError, others will be others.
        raise BadReply(NAME, "its entries cannot be read") from error
    elements = root.findall(f"{ATOM}entry")
    if len(feed.entries) != len(elements):
        raise BadReply(NAME, "its entries are nested")
    return list(zip(feed.entries, elements, strict=True))


def _is_error(entry: Any) -> bool:
    """Says whether an entry is an error in the shape of a paper; papers may be titled "Error"."""
    return entry.get("title") == "Error" and _identifier(entry) is None


def _check_complete(root: Element, count: int) -> None:
    """Refuses a page that leaves out what it counts, which overloaded servers send.

    Until November 2025 missing papers were counted too: that shape has ids of plain http.

    Raises:
        BadReply: there should be more entries.
    """
    total = root.findtext(TOTAL, "").strip()
    is_current = root.findtext(f"{ATOM}id", "").strip().startswith("https:")
    if is_current and re.fullmatch(r"[0-9]{1,9}", total) and int(total) > count:
        raise BadReply(NAME, f"it holds {count} of {total} papers")


def _identifier(entry: Any) -> Identifier | None:
    """Returns the paper an entry is about; entries for missing papers used to have no id."""
    found = identifiers_in_url(entry.get("id", ""))
    return found[0] if found and found[0].scheme == ARXIV else None


def _candidate(identifier: Identifier, entry: Any, element: Element) -> Candidate:
    """Reads the entry of a paper."""
    terms = [tag.get("term") or "" for tag in entry.get("tags", ())]
    categories = tuple(dict.fromkeys(filter(_is_category, terms)))
    marked = element.find(f"{EXTENSION}primary_category")
    primary = "" if marked is None else marked.get("term", "")
    abstract = paragraphs(_text(element, SUMMARY))
    comment = one_line(_text(element, f"{EXTENSION}comment"))
    return Candidate(
        source=NAME,
        identifiers=(work(identifier),),
        title=one_line(_text(element, TITLE)),
        authors=tuple(_authors(element)),
        abstract=abstract,
        published=_date(entry, "published"),
        updated=_date(entry, "updated"),
        version=identifier.version,
        category=primary if _is_category(primary) else next(iter(categories), None),
        categories=categories,
        comment=comment,
        journal_ref=one_line(_text(element, f"{EXTENSION}journal_ref")),
        withdrawn=withdrawal(comment, abstract),
        versions=Versions(published=tuple(_dois(element))),
    )


def withdrawal(comment: str | None, abstract: str | None) -> str | None:
    """Returns the words in which a record says that its paper was withdrawn, or None.

    A withdrawal is a version like the others: only what authors or moderators write tells it, in
    the comment and in place of the abstract (https://info.arxiv.org/help/withdraw.html).

    Args:
        comment: beside the paper.
        abstract: a whole one may speak of what else was withdrawn.
    """
    for text in (comment, abstract):
        if text and (found := _WITHDRAWN.search(text)):
            return one_line(found[0])
    return None


def _text(element: Element, tag: str) -> str:
    """Returns the text of an element as it stands.

    feedparser would repair it: letters such as "Ã©" to the one they may have been, control
    characters to those of Windows-1252.
    """
    found = element.find(tag)
    return "" if found is None else "".join(found.itertext())


def _is_category(term: str) -> bool:
    """Tells arXiv's categories from the subject classes of mathematics and computing."""
    return term.partition(".")[0] in ARCHIVES | YOUNG_ARCHIVES


def _authors(element: Element) -> Iterator[Author]:
    """Yields the authors; arXiv does not tell family and given names apart."""
    for author in element.iterfind(f"{ATOM}author"):
        if name := one_line(_text(author, f"{ATOM}name")):
            yield Author(name)


def _date(entry: Any, name: str) -> str | None:
    """Returns a date as it is given, if it is one."""
    # `in` first: asked for a missing "updated", feedparser warns and gives "published".
    value = str(entry[name]).strip() if name in entry.keys() else ""  # noqa: SIM118 - see above
    return value if re.fullmatch(_DATE, value) else None


def _dois(element: Element) -> Iterator[Identifier]:
    """Yields the DOIs of published versions; feedparser keeps only the last of several."""
    seen = set()
    for doi in element.iterfind(f"{EXTENSION}doi"):
        for text in without_controls(doi.text or "").split():
            try:
                identifier = parse_ref(text).identifier
            except MalformedIdentifier:
                continue
            if identifier and identifier.scheme == DOI and identifier not in seen:
                seen.add(identifier)
                yield identifier


def _outcomes(
    refs: Sequence[Identifier], papers: Sequence[Candidate]
) -> Iterator[tuple[Identifier, Outcome]]:
    """Yields for each work the latest of the versions asked for that arXiv has."""
    asked: dict[Identifier, list[int | None]] = {}
    for ref in refs:
        asked.setdefault(work(ref), []).append(ref.version)
    for key, versions in asked.items():
        found = [paper for paper in papers if paper.identifiers[0] == key]
        fitting = [paper for paper in found if _fits(paper.version, versions)]
        if fitting:
            yield key, max(fitting, key=lambda paper: paper.version or 0)
        else:
            yield key, _unknown(key, versions)


def _fits(version: int | None, versions: Sequence[int | None]) -> bool:
    """Says whether that version was asked for; None asks for the latest, whichever it is."""
    return version is None or None in versions or version in versions


def _unknown(key: Identifier, versions: Sequence[int | None]) -> UnknownWork:
    """Says that arXiv has no such paper, or not in that version."""
    latest = max(version or 0 for version in versions)
    if None in versions or not latest:
        return UnknownWork(NAME, key.value)
    error = UnknownWork(NAME, str(Identifier(ARXIV, key.value, latest)))
    error.hint = f"it may have no version {latest}: `{key.value}` means the latest"
    return error

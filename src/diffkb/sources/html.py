"""Pages of the web: what the tags of one say, and the sources that ask for one page a work."""

from __future__ import annotations

import codecs
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from diffkb.core.identifiers import canonical_url, parse_ref, work
from diffkb.core.models import URL, Identifier
from diffkb.core.text import storable
from diffkb.errors import BadReply, MalformedIdentifier, RateLimited, UnknownWork
from diffkb.sources.base import NO_ADDRESSES, Request
from diffkb.sources.records import each, rejected, type_of
from diffkb.sources.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from diffkb.core.models import Candidate
    from diffkb.sources.base import Addresses, Outcome, Reply, Route

# Pages with their pictures inside are large; the tags that count stand at the beginning.
LIMIT = 10_000_000
PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
LONGEST_LINE = 2_000
MOST_LINKS = 10_000
GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})

# https://html.spec.whatwg.org/#determining-the-character-encoding
_DECLARED = re.compile(
    rb"(?i)<meta\b[^>]{0,200}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([a-z0-9_:.-]{1,40})"
)
_BEFORE_CHARSET = 4096
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Python knows encodings of other kinds, too: "zlib" or "unicode_escape".
_CHARSET = re.compile(
    r"utf-?8|utf-?16(?:[lb]e)?|us-ascii|ascii|latin-?1|iso-?8859-?[0-9]{1,2}|(?:windows-|cp)[0-9]{3,5}"
    r"|koi8-[ru]|gbk|gb2312|gb18030|big5(?:-hkscs)?|euc-(?:jp|kr)|shift[_-]jis|iso-2022-jp"
)
# What browsers take these for: https://encoding.spec.whatwg.org/#names-and-labels
_AS_WINDOWS = re.compile(r"us-ascii|ascii|latin-?1|iso-?8859-?1")
_WINDOWS = "cp1252"
_ENDS = re.compile(r"(?i)</(?:head|body|html)\s*+>(?:\s*+<!--[^<>]*+-->)*+\s*+\Z")
_LEADS_ON = re.compile(r"(?i)\s*[0-5]\s*[;,]\s*url")
# Pages that stand in for the one that was asked for, whatever their status says.
_INSTEAD = re.compile(
    r"(?:(?:error|http|status)\W{0,3}){0,2}[45][0-9]{2}(?:\W+(?:error|not|page|bad|forbidden|access"
    r"|unauthori[sz]ed|too|internal|service|gateway|server|client|sorry|moved).*)?"
    r"|(?:an |server |application |internal server |unknown |system )?error(?: occurred)?"
    r"|(?:sorry\W+)?(?:page|file|site|document|post|article)?(?: was| is)? ?not found"
    r"|(?:site |scheduled |under |down for )?maintenance(?: mode)?|(?:access|permission) denied"
    r"|request rejected|(?:service )?(?:temporarily )?unavailable|forbidden|unauthori[sz]ed"
    r"|bad (?:gateway|request)|too many requests|rate limit(?:ed| exceeded)|just a moment"
    r"|one moment(?:\W+please)?|please wait|loading|redirecting|moved(?: permanently| temporarily)?"
    r"|object moved|attention required|checking your browser.*"
    r"|making sure you(?:.re| are) not a bot|(?:verify|verifying|prove|confirm)\b.*\bhuman"
    r"|(?:human |bot |security |age )?verification(?: required)?|(?:re)?captcha|ddos.guard"
    r"|(?:security|robot|bot) (?:check|challenge)|are you a (?:robot|human)"
    r"|(?:sign|log) ?in(?: to .*)?|untitled(?: document| page)?|javascript is (?:disabled|required)"
)


class Place(NamedTuple):
    """Where a link leads: the host in lower case and without "www.", the path, the parameters."""

    site: str
    path: str
    query: str


class Page(NamedTuple):
    """What the tags of a page say.

    Attributes:
        url: where it was found.
        metas: (name in lower case, content) of each tag that has both, in order.
        title: the text of <title>.
        heading: that of the first <h1>.
        abstract: that of the element which is marked as it.
        canonical: the address the page gives as its own.
        links: the addresses the page leads to.
        scripts: (type, text) of each script in the page.
    """

    url: str
    metas: tuple[tuple[str, str], ...]
    title: str | None
    heading: str | None
    abstract: str | None
    canonical: str | None
    links: tuple[str, ...]
    scripts: tuple[tuple[str, str], ...]

    def every(self, *names: str) -> Iterator[str]:
        """Yields what the tags of these names say, in the order of the names, then the page."""
        for wanted in names:
            for name, content in self.metas:
                if name == wanted and (text := clean(content)):
                    yield text

    def first(self, *names: str) -> str | None:
        """Returns what the first of these tags says."""
        return next(self.every(*names), None)


def clean(text: str | None) -> str | None:
    """Returns a line of text as a base can hold it; None for what is longer than any title."""
    line = one_line(storable(text or ""))
    return line if line and len(line) <= LONGEST_LINE else None


def place_of(url: str) -> Place | None:
    """Takes a link apart; None for what is no link to a page."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    return Place(host.removeprefix("www."), parts.path, parts.query)


def link_of(text: str) -> str | None:
    """Returns the link that a person typed, if it carries no identifier of another kind."""
    try:
        ref = parse_ref(text)
    except MalformedIdentifier:
        return None
    return None if ref.identifier else ref.url


def read_page(reply: Reply, source: str) -> Page:
    """Reads a page.

    lxml reads it, piece by piece and without keeping a tree: the other readers of HTML for Python
    take minutes, or crash, on pages that are made for it, and the one of the standard library does
    so until its latest patches (python/cpython#135462, #153030).

    Args:
        reply: with the page.
        source: the name of the service, for errors.

    Raises:
        BadReply: it is empty, something else, or breaks off before the page's own content.
    """
    from lxml import etree  # type: ignore[import-untyped]

    if not reply.content.strip():
        raise BadReply(source, "it is empty")
    if not is_page(reply):
        raise BadReply(source, f"it is {type_of(reply) or 'of no type'} instead of a page")
    reader = _Reader(reply.url)
    parser = etree.HTMLParser(target=reader, encoding="utf-8")
    # A tag that breaks off at its first character would be text, and text is the body's.
    text = re.sub(r"<[/!?]?\Z", "", _text(reply).replace("\0", ""))
    try:
        parser.feed(text.encode())
        parser.close()
    except etree.LxmlError as error:
        raise BadReply(source, "it is no page that can be read") from error
    is_whole = bool(_ENDS.search(text, max(len(text) - 1000, 0)))
    if not reader.has_body and not is_whole:
        raise BadReply(source, "it breaks off, or is an empty page")
    # The head is all there; what stands in the body may be cut.
    return reader.page() if is_whole else reader.page()._replace(abstract=None)


def is_page(reply: Reply) -> bool:
    """Says whether an answer is a page of HTML by its type, or looks so and has none."""
    kind = type_of(reply).lower()
    return kind in PAGE_TYPES or (not kind and reply.content.lstrip().startswith(b"<"))


def check_rate(reply: Reply, source: str) -> None:
    """Refuses an answer that asks for fewer requests in its text alone.

    Raises:
        RateLimited: it does.
    """
    if reply.content[:100].strip().lower().startswith((b"rate exceeded", b"too many requests")):
        raise RateLimited(source)


def stands_in(page: Page) -> bool:
    """Says whether a page is not the one asked for: an error, a check for robots, a way on."""
    title = (clean(page.title) or "").casefold().strip(" .!?…:|-–")
    main = re.split(r"\s+[|·–—-]\s+", title)[0].strip(" .!?…")
    if any(_INSTEAD.fullmatch(part) for part in (title, main)):
        return True
    return any(name == "refresh" for name, _ in page.metas)


def _text(reply: Reply) -> str:
    """Decodes a page: by its first bytes, its header, its own word; UTF-8 if it can be."""
    content = reply.content
    for mark, marked in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content.decode(marked, "replace")
    header = re.search(
        r"(?i)charset\s*=\s*[\"']?([^\s\"';]+)", reply.headers.get("content-type", "")
    )
    declared = _DECLARED.search(content[:_BEFORE_CHARSET])
    inside = declared[1].decode("ascii") if declared else ""
    for charset in (header[1] if header else "", inside):
        if (encoding := _encoding(charset, inside=charset == inside)) is not None:
            return content.decode(encoding, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode(_WINDOWS, "replace")


def _encoding(charset: str, *, inside: bool) -> str | None:
    """Returns Python's name of a character set, or None for one that pages are not written in."""
    name = charset.strip().lower()
    if not _CHARSET.fullmatch(name):
        return None
    if _AS_WINDOWS.fullmatch(name):
        return _WINDOWS
    if inside and "16" in name and name.startswith("utf"):
        # The declaration could not be read if it were true.
        return "utf-8"
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


class _Reader:
    """Takes from a page what counts, while lxml reads it."""

    def __init__(self, url: str) -> None:
        self.has_body = False
        self._url = url
        self._metas: list[tuple[str, str]] = []
        self._scripts: list[tuple[str, str]] = []
        self._links: list[str] = []
        self._canonical: str | None = None
        self._texts: dict[str, str] = {}
        self._open: dict[str, list[str]] = {}
        self._ends: dict[str, int] = {}
        self._depth = 0
        self._kind = ""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Takes note of an element."""
        self._depth += 1
        if tag == "body":
            self.has_body = True
        elif tag == "meta":
            self._meta(attributes)
        elif tag == "link" and "canonical" in attributes.get("rel", "").lower().split():
            self._canonical = self._canonical or attributes.get("href")
        elif tag == "a" and len(self._links) < MOST_LINKS and attributes.get("href"):
            self._links.append(attributes["href"])
        elif tag == "script" and "src" not in attributes:
            self._kind = attributes.get("type", "").lower()
            self._listen("script")
        self._maybe_listen(tag, attributes)

    def _maybe_listen(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begins to take the text of an element that counts, unless there was one."""
        names = {attributes.get("id", ""), *attributes.get("class", "").split()}
        if tag == "title" and not self.has_body and "title" not in self._texts:
            self._listen("title")
        elif tag == "h1" and "h1" not in self._texts:
            self._listen("h1")
        elif names & {"abstract", "paper-abstract"} and not self._texts.get("abstract"):
            self._listen("abstract")
        elif tag == "p" and self._texts.get("abstract") == "":
            # A paragraph in a paragraph: the outer one ends where the inner begins.
            self._listen("abstract")

    def _listen(self, name: str) -> None:
        """Begins to take text."""
        if name not in self._open:
            self._open[name], self._ends[name] = [], self._depth

    def _meta(self, attributes: Mapping[str, str]) -> None:
        """Takes a tag of the head."""
        content = attributes.get("content")
        names = (attributes.get("name"), attributes.get("property"), attributes.get("itemprop"))
        for name in dict.fromkeys(names):
            if name and content:
                self._metas.append((name.strip().lower(), content))
        is_refresh = attributes.get("http-equiv", "").strip().lower() == "refresh"
        if is_refresh and content and _LEADS_ON.match(content):
            self._metas.append(("refresh", content))

    def end(self, tag: str) -> None:  # noqa: ARG002 - lxml's protocol
        """Ends what an element began."""
        for name in [name for name, depth in self._ends.items() if depth == self._depth]:
            text = "".join(self._open.pop(name))
            del self._ends[name]
            if name == "script":
                self._scripts.append((self._kind, text))
            else:
                self._texts[name] = text.strip()
        self._depth -= 1

    def data(self, text: str) -> None:
        """Takes a piece of text."""
        for parts in self._open.values():
            parts.append(text)

    def close(self) -> None:
        """Does nothing: lxml's protocol."""

    def page(self) -> Page:
        """Returns what was read."""
        return Page(
            url=self._url,
            metas=tuple(self._metas),
            title=self._texts.get("title"),
            heading=self._texts.get("h1"),
            abstract=self._texts.get("abstract"),
            canonical=self._canonical,
            links=tuple(_joined(self._url, self._links)),
            scripts=tuple(self._scripts),
        )


def _joined(url: str, links: Sequence[str]) -> Iterator[str]:
    """Yields links as addresses."""
    for link in links:
        try:
            yield urljoin(url, link.strip())
        except ValueError:
            continue


class PageRoute:
    """A route that asks for one page a work.

    Attributes:
        name: as people know it.
        decides: whether what it has no page for does not exist.
        refuses_programs: whether turning programs away is usual: a site does so again.
    """

    name: str
    decides = True
    refuses_programs = True

    def address(self, ref: Identifier, url: str | None) -> str:
        """Returns the page to ask for.

        Args:
            ref: the work.
            url: the address a person gave for it, if any.
        """
        raise NotImplementedError

    def read(self, page: Page, ref: Identifier) -> Candidate:
        """Returns what a page says about a work.

        Raises:
            BadReply: nothing, and asking again may help.
        """
        raise NotImplementedError

    def requests(self, refs: Sequence[Identifier], urls: Addresses = NO_ADDRESSES) -> list[Request]:
        """Returns a request for each page."""
        return [
            Request(
                url=self.address(ref, urls.get(ref)).partition("#")[0],
                params=(),
                refs=(ref,),
                limit=LIMIT,
                headers={"Accept": "text/html, application/xhtml+xml, */*;q=0.5"},
            )
            for ref in dict.fromkeys(map(work, refs))
        ]

    def parse(self, reply: Reply, refs: Sequence[Identifier]) -> dict[Identifier, Outcome]:
        """Reads a page.

        Args:
            reply: with status 200, or one that says there is no such page.
            refs: the one that was asked for.

        Returns:
            A Candidate; UnknownWork if there is no such page; BadReply if it is no page.

        Raises:
            BadReply: this is not the page, and asking again may help.
            RateLimited: the answer says so.
        """
        check_rate(reply, self.name)
        if reply.status in GONE:
            return each(refs, lambda ref: self._no_page(reply, ref))
        if reply.status != HTTPStatus.OK:
            return rejected(self.name, reply, refs)
        if reply.content.strip() and not is_page(reply):
            why = f"it is {type_of(reply) or 'of no type'} instead of a page"
            return each(refs, lambda _: BadReply(self.name, why))
        page = read_page(reply, self.name)
        if stands_in(page):
            raise BadReply(self.name, f"it is another page: {clean(page.title) or 'it leads on'}")
        return {work(ref): self.read(page, work(ref)) for ref in refs}

    def _no_page(self, reply: Reply, ref: Identifier) -> UnknownWork:
        """Says that a page does not exist."""
        error = UnknownWork(self.name, str(ref))
        error.message = f"{self.name} has no page {ref} (status {reply.status})"
        error.args = (error.message,)
        error.hint = "look for a slip in the link; with --no-fetch it is added unseen"
        return error


class PageSource(PageRoute):
    """A source whose works are pages, by the links of some site.

    Attributes:
        homepage: the site's.
        examples: links of which each is claimed by this source alone.
    """

    homepage: str
    examples: tuple[str, ...]

    @property
    def routes(self) -> tuple[Route, ...]:
        """Only itself."""
        return (self,)

    def page(self, place: Place) -> str | None:
        """Returns the address of the page that a link means; None if it means none here."""
        raise NotImplementedError

    def match(self, text: str) -> Identifier | None:
        """Returns the identifier of the page that `text` links to, or None."""
        url = link_of(text)
        place = place_of(url) if url else None
        if url is None or place is None or self.page(place) is None:
            return None
        return Identifier(URL, canonical_url(url))

    def pdf(self, ref: Identifier) -> str | None:
        """Returns the address itself where it is that of a PDF; most others do not tell."""
        place = place_of(ref.value)
        return ref.value if place and place.path.lower().endswith(".pdf") else None

    def address(self, ref: Identifier, url: str | None) -> str:
        """Returns the page to ask for."""
        given = url or ref.value
        place = place_of(given)
        return (self.page(place) if place else None) or given

    def identifiers(self, ref: Identifier, *others: Identifier | None) -> tuple[Identifier, ...]:
        """Returns all names of a work: that asked for, the page's if it is another, and others."""
        page = Identifier(URL, canonical_url(self.address(ref, None)))
        return tuple(dict.fromkeys(work(one) for one in (ref, page, *others) if one))


def json_in(text: str) -> Any:
    """Returns the JSON in a script; None for what is none."""
    import json

    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None

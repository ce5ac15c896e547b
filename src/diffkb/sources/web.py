"""The web: any page that no other source answers for, by its title and what else it says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from diffkb.core.identifiers import canonical_url, identifiers_in_url, work
from diffkb.core.models import ARXIV, DOI, URL, Author, Candidate, Identifier
from diffkb.core.text import words
from diffkb.sources.citation_tags import TITLE, author_of, date_of, read_tags
from diffkb.sources.html import PageSource, clean, json_in, link_of, place_of
from diffkb.sources.http import Unchanging

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from diffkb.sources.html import Page, Place

MOST_SUGGESTIONS = 20
# What they do not resolve is no page of theirs.
RESOLVERS = frozenset({"doi.org", "dx.doi.org"})
DC_TITLES = ("dc.title", "dcterms.title")
DC_AUTHORS = ("dc.creator", "dcterms.creator")
DC_DATES = ("dc.date", "dc.date.issued", "dcterms.issued", "dcterms.created", "dcterms.date")
# https://schema.org/CreativeWork
WORKS = frozenset(
    "Article BlogPosting Book Chapter CreativeWork Dataset LearningResource NewsArticle Report"
    " ScholarlyArticle SocialMediaPosting SoftwareSourceCode TechArticle Thesis".split()
)
_SEPARATOR = re.compile(r"\s+(?:[|·•»—–-]|::)\s+|\s*[|·]\s*")
_YEAR_IN_PATH = re.compile(r"/((?:19|20)[0-9]{2})(?=[/-])")
_SAME_PAGE = re.compile(r"(?i)/(?:index|default)\.(?:html?|php)$|\.(?:html?|php|aspx?)$|/amp$")


class Web(PageSource):
    """The source for pages without one of their own.

    What a page says about itself is believed only where it speaks of the address it was found at:
    pages made from a template keep the tags of another one.
    """

    name = "web page"
    homepage = "https://ogp.me/"
    examples = (
        "https://vdeborto.github.io/publication/schrodinger_bridge/",
        "https://mlg.eng.cam.ac.uk/blog/2024/01/20/flow-matching.html#fn:log_pdf",
        "http://sohldickstein.com",
    )

    def page(self, place: Place) -> str | None:  # noqa: ARG002 - every page is one
        """Returns nothing: a page is asked for as it was linked to."""
        return None

    def match(self, text: str) -> Identifier | None:
        """Returns the identifier of the page, or None if another source answers for it."""
        from diffkb.sources import all_sources

        url = link_of(text)
        place = place_of(url) if url else None
        if url is None or place is None or place.site in RESOLVERS:
            return None
        others = (source for source in all_sources() if source.name != self.name)
        if any(source.match(text) for source in others):
            return None
        return Identifier(URL, canonical_url(url))

    def read(self, page: Page, ref: Identifier) -> Candidate:
        """Returns what a page says about itself.

        Raises:
            Unchanging: it has no title.
        """
        if page.first(TITLE):
            return read_tags(page, (ref,), self.name)
        believed = _speaks_of_itself(page)
        data = _structured(page) if believed else {}
        title = _title(page, data, believed=believed)
        if title is None:
            raise Unchanging(self.name, "it has no title")
        return Candidate(
            source=self.name,
            identifiers=(ref,),
            title=title,
            authors=tuple(_authors(page, data, believed=believed)),
            published=_date(page, data) if believed else None,
            venue=_site_name(page, title) if believed else None,
        )


SOURCE = Web()


def suggestions(page: Page) -> tuple[Identifier, ...]:
    """Returns the papers that a page links to, which may or may not be what it is about.

    Args:
        page: as read.
    """
    found: dict[Identifier, None] = {}
    for link in page.links:
        for identifier in identifiers_in_url(link):
            if identifier.scheme in {ARXIV, DOI}:
                found[work(identifier)] = None
        if len(found) >= MOST_SUGGESTIONS:
            break
    return tuple(found)


def _speaks_of_itself(page: Page) -> bool:
    """Says whether the addresses that a page gives as its own are where it was found."""
    stated = (page.canonical, page.first("og:url"))
    return all(_is_same_page(one, page.url) for one in stated if one)


def _is_same_page(stated: str, url: str) -> bool:
    """Says whether two addresses lead to one page, as far as they show it; parameters may go."""
    try:
        places = place_of(urljoin(url, stated)), place_of(url)
    except ValueError:
        return False
    paths = [_SAME_PAGE.sub("", place.path.rstrip("/")) for place in places if place]
    sites = {place.site for place in places if place}
    return len(paths) == len(places) and len(sites) == 1 and paths[0].lower() == paths[1].lower()


def _structured(page: Page) -> Mapping[str, Any]:
    """Returns the first work that the JSON-LD of a page describes; {} if there is none."""
    for kind, script in page.scripts:
        if kind.startswith("application/ld+json"):
            for thing in _things(json_in(script)):
                types = thing.get("@type")
                names = types if isinstance(types, list) else [types]
                where = thing.get("url")
                is_here = not isinstance(where, str) or _is_same_page(where, page.url)
                if is_here and any(isinstance(one, str) and one in WORKS for one in names):
                    return thing
    return {}


def _things(value: Any) -> Iterator[dict[str, Any]]:
    """Yields the objects at the top of JSON-LD: one, a list, or a graph."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            yield one
            graph = one.get("@graph")
            if isinstance(graph, list):
                yield from (thing for thing in graph if isinstance(thing, dict))


def _title(page: Page, data: Mapping[str, Any], *, believed: bool) -> str | None:
    """Returns the title of a page, without the name of its site."""
    shown = _without_site(clean(page.title), page)
    social = _without_site(page.first("og:title"), page) if believed else None
    if social and social.endswith(("...", "…")) and shown:
        social = None
    tagged = _text(data.get("headline")) or _text(data.get("name")) or page.first(*DC_TITLES)
    return tagged or social or shown or clean(page.heading)


def _without_site(title: str | None, page: Page) -> str | None:
    """Drops the name of the site at the end of a title, where the page shows that it is one."""
    if title is None:
        return None
    parts = list(_SEPARATOR.finditer(title))
    for cut in parts:
        rest, site = title[: cut.start()].strip(), title[cut.end() :]
        if rest and _is_site_name(site, rest, page):
            return rest
    return title


def _is_site_name(site: str, rest: str, page: Page) -> bool:
    """Says whether the end of a title is the site's name: by its tags, heading or address."""
    place = place_of(page.url)
    host = "".join(words(place.site)) if place else ""
    squeezed = "".join(words(site))
    named = page.first("og:site_name", "application-name")
    if words(site) == words(named or "") or (len(squeezed) > 2 and squeezed in host):  # noqa: PLR2004
        return True
    return bool(words(rest)) and words(rest) in (
        words(clean(page.heading) or ""),
        words(page.first("og:title") or ""),
    )


def _authors(page: Page, data: Mapping[str, Any], *, believed: bool) -> Iterator[Author]:
    """Yields the authors from the first place that names any."""
    creators = [author_of(text) for text in page.every(*DC_AUTHORS)]
    plain = ("author", "article:author") if believed else ("author",)
    for names in (
        [Author(name) for name in _names(data.get("author"))],
        creators,
        [Author(name) for text in page.every(*plain) for name in _people(text)],
    ):
        if found := [author for author in names if author]:
            yield from dict.fromkeys(found)
            return


def _names(value: Any) -> Iterator[str]:
    """Yields names in JSON-LD: texts or objects, one or a list."""
    for one in value if isinstance(value, list) else [value]:
        name = _text(one.get("name") if isinstance(one, dict) else one)
        if name and not _is_link(name):
            yield name


def _people(text: str) -> Iterator[str]:
    """Yields the names in a tag that holds one or several; links are none."""
    names = [name.strip() for name in re.split(r"\s*[,;]\s*|\s+and\s+|\s+&\s+", text)]
    if not all(len(name.split()) > 1 for name in names):
        names = [text]
    yield from (name for name in names if name and not _is_link(name))


def _is_link(text: str) -> bool:
    """Says whether a text is an address instead of a name."""
    return bool(re.match(r"(?i)https?:|www\.|@", text))


def _text(value: Any) -> str | None:
    """Returns a value of JSON-LD that is text."""
    return clean(value) if isinstance(value, str) else None


def _date(page: Page, data: Mapping[str, Any]) -> str | None:
    """Returns when a page was published, unless what it says of that disagrees."""
    texts = (
        _text(data.get("datePublished")),
        page.first("article:published_time", "og:article:published_time"),
        page.first(*DC_DATES, "date", "datepublished"),
    )
    dates = [found for text in texts if (found := date_of(text))]
    in_path = _YEAR_IN_PATH.search(page.url)
    years = {date[:4] for date in dates} | ({in_path[1]} if in_path else set())
    return max(dates, key=len) if dates and len(years) == 1 else None


def _site_name(page: Page, title: str) -> str | None:
    """Returns the name of the site, unless that is the page itself."""
    name = page.first("og:site_name")
    return name if name and words(name) != words(title) else None

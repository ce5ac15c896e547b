"""Notion: published pages, by the words in their addresses, for their HTML says nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from diffkb.core.models import Candidate
from diffkb.core.text import words
from diffkb.errors import BadReply
from diffkb.sources.html import PageSource, clean

if TYPE_CHECKING:
    from diffkb.core.models import Identifier
    from diffkb.sources.html import Page, Place

_SITE = re.compile(r"(?:[a-z0-9-]+\.)?notion\.(?:site|so|com)")
_PAGE = re.compile(r"/(?:[^/]+/)?([^/]+)-[0-9a-f]{32}/*")


class Notion(PageSource):
    """The source for pages at notion.site and notion.so whose addresses hold their titles."""

    name = "Notion"
    homepage = "https://www.notion.com/help/public-pages-and-web-publishing"
    examples = (
        "https://gsunshine.notion.site/Consistency-Models-Made-Easy-954205c0b4a24c009f78719f43b419cc",
        "https://www.notion.so/example/Reading-group-0123456789abcdef0123456789abcdef?pvs=4",
    )

    def page(self, place: Place) -> str | None:
        """Returns the page as it is linked to."""
        if not _SITE.fullmatch(place.site) or not _PAGE.fullmatch(place.path):
            return None
        query = f"?{place.query}" if place.query else ""
        return f"https://{place.site}{place.path}{query}"

    def read(self, page: Page, ref: Identifier) -> Candidate:
        """Returns the title: the page's own where it is given, else the words of the address.

        Raises:
            BadReply: this is no page of Notion.
        """
        found = _PAGE.fullmatch("/" + ref.value.partition("?")[0].split("/", 3)[-1])
        title = clean(unquote(found[1]).replace("-", " ")) if found else None
        own = page.first("og:title") or clean(page.title)
        if own and title and words(own) == words(title):
            title = own
        elif title is None or "notion" not in words(own or ""):
            raise BadReply(self.name, "it is no page of Notion")
        return Candidate(source=self.name, identifiers=self.identifiers(ref), title=title)


SOURCE = Notion()

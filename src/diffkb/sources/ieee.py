"""IEEE Xplore: papers by their number there, from the JSON inside their pages."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from diffkb.core.models import DOI, Author, Candidate
from diffkb.errors import BadReply
from diffkb.sources.citation_tags import date_of
from diffkb.sources.html import PageSource, clean
from diffkb.sources.markup import line, prose
from diffkb.sources.records import Record, identifier_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffkb.core.models import Identifier
    from diffkb.sources.html import Page, Place

_DOCUMENT = re.compile(r"/(?:abstract/)?document/([0-9]+)(?:/[a-z-]*)*")
_BY_NUMBER = re.compile(r"/(?:stamp/stamp|xpl/articleDetails|xpls/abs_all|stampPDF/getPDF)\.jsp")
_ARTICLE_NUMBER = re.compile(r"(?:.*&)?arnumber=([0-9]+)(?:&.*)?", re.IGNORECASE)
_BEGINNING = re.compile(r"xplGlobal\.document\.metadata\s*=\s*(?=\{)")
LONGEST_ABSTRACT = 200_000


class IEEE(PageSource):
    """The source for links to ieeexplore.ieee.org.

    Its pages have no citation tags, and its interface wants a key.
    """

    name = "IEEE Xplore"
    homepage = "https://ieeexplore.ieee.org/"
    examples = (
        "https://ieeexplore.ieee.org/abstract/document/10446531?casa_token=FBEMqWOGRTcAAAAA:S_ve43",
        "https://ieeexplore.ieee.org/document/9056993/",
        "https://ieeexplore.ieee.org/stamp/stamp.jsp?tp=&arnumber=10446531",
    )

    def page(self, place: Place) -> str | None:
        """Returns the page of a paper, without the tokens that links to it carry."""
        if place.site != "ieeexplore.ieee.org":
            return None
        found = _DOCUMENT.fullmatch(place.path)
        if found is None and _BY_NUMBER.fullmatch(place.path):
            found = _ARTICLE_NUMBER.fullmatch(place.query)
        return f"https://ieeexplore.ieee.org/document/{found[1]}" if found else None

    def read(self, page: Page, ref: Identifier) -> Candidate:
        """Returns what the JSON says.

        Raises:
            BadReply: there is none, as on the pages that programs get, or it is another paper's.
        """
        record = Record(_metadata(page), self.name, "metadata")
        number = self.address(ref, None).rpartition("/")[2]
        if clean(record.text("articleNumber")) not in {None, number}:
            raise BadReply(self.name, "it is the page of another paper")
        title = clean(line(record.text("title")))
        if title is None:
            raise BadReply(self.name, "it gives no title")
        doi = identifier_of(record.text("doi"))
        return Candidate(
            source=self.name,
            identifiers=self.identifiers(ref, doi if doi and doi.scheme == DOI else None),
            title=title,
            authors=tuple(_authors(record)),
            abstract=prose(record.text("abstract", LONGEST_ABSTRACT)),
            published=date_of(record.year("publicationYear")),
            venue=clean(line(record.text("publicationTitle"))),
        )


SOURCE = IEEE()


def _metadata(page: Page) -> object:
    """Returns the JSON that a script assigns; what follows it is no part of it.

    Raises:
        BadReply: there is none, or it breaks off.
    """
    for _, script in page.scripts:
        if found := _BEGINNING.search(script):
            try:
                return json.JSONDecoder().raw_decode(script, found.end())[0]
            except (ValueError, RecursionError) as error:
                raise BadReply(SOURCE.name, "its metadata break off") from error
    raise BadReply(SOURCE.name, "it is a page without metadata")


def _authors(record: Record) -> Iterator[Author]:
    """Yields the authors, whose names IEEE gives in two parts."""
    for author in record.records("authors"):
        given, family = clean(author.text("firstName")), clean(author.text("lastName"))
        if name := clean(author.text("name")) or " ".join(filter(None, (given, family))):
            yield Author(name, family, given) if family and given else Author(name)

"""Citation tags: what the pages of proceedings and journals say for Google Scholar to read.

See https://scholar.google.com/intl/en/scholar/inclusion.html#indexing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffkb.core.models import Author, Candidate
from diffkb.errors import BadReply
from diffkb.sources.html import PageSource, clean
from diffkb.sources.records import identifier_of, iso_date
from diffkb.sources.text import paragraphs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffkb.core.models import Identifier
    from diffkb.sources.html import Page

TITLE = "citation_title"
DATES = (
    "citation_publication_date",
    "citation_date",
    "citation_online_date",
    "citation_cover_date",
    "citation_year",
)
VENUES = (
    "citation_conference_title",
    "citation_journal_title",
    "citation_inbook_title",
    "citation_book_title",
)
_DATE = re.compile(r"([0-9]{4})(?:([/.-])([0-9]{1,2})(?:\2([0-9]{1,2}))?)?(?:[T ].*)?")
_SUFFIX = re.compile(r"(?i)(?:jr|sr)\.?|i{2,3}|iv")


class TaggedSource(PageSource):
    """A site whose pages carry citation tags."""

    def read(self, page: Page, ref: Identifier) -> Candidate:
        """Returns what the tags say.

        Raises:
            BadReply: the page has none, as those that stand in for a missing one.
        """
        return read_tags(page, self.identifiers(ref), self.name)


def read_tags(page: Page, identifiers: tuple[Identifier, ...], source: str) -> Candidate:
    """Reads the citation tags of a page.

    Institutions, addresses and ORCID iDs stand between the authors and are passed over.

    Args:
        page: of one work.
        identifiers: the work's, as far as known; those in the tags are added.
        source: the name of the service.

    Raises:
        BadReply: there is no title.
    """
    title = page.first(TITLE)
    if title is None:
        raise BadReply(source, "it is a page without the tags that describe a paper")
    stated = map(identifier_of, map(_spelt, page.every("citation_doi")))
    on_arxiv = (identifier_of(f"arXiv:{text}") for text in page.every("citation_arxiv_id"))
    found = (one for one in (*stated, *on_arxiv) if one)
    abstract = dict(page.metas).get("citation_abstract") or page.abstract
    return Candidate(
        source=source,
        identifiers=tuple(dict.fromkeys((*identifiers, *found))),
        title=title,
        authors=tuple(tagged_authors(page)),
        abstract=paragraphs(abstract),
        published=next(filter(None, map(date_of, page.every(*DATES))), None),
        venue=page.first(*VENUES),
    )


def tagged_authors(page: Page) -> Iterator[Author]:
    """Yields the authors in the citation tags, in their order."""
    for text in page.every("citation_author", "citation_authors"):
        for name in text.split(";"):
            if author := author_of(name):
                yield author


def author_of(text: str) -> Author | None:
    """Reads a name: "Family, Given" is split, "Given Family" is kept as it is."""
    name = clean(text)
    if not name:
        return None
    family, *rest = (part.strip() for part in name.split(","))
    suffixes = [part for part in rest if _SUFFIX.fullmatch(part)]
    given = " ".join(part for part in rest if part and part not in suffixes)
    if not family or not given:
        whole = name.strip(" ,")
        return Author(whole) if whole else None
    return Author(" ".join([given, family, *suffixes]), family, given)


def date_of(text: str | None) -> str | None:
    """Reads a date: `2024`, `2024/3`, `2024/03/05` or `2024-03-05`, with or without a time."""
    found = _DATE.fullmatch((text or "").strip())
    if not found:
        return None
    year, _, month, day = found.groups()
    return iso_date(int(year), *(int(part) for part in (month, day) if part))


def _spelt(doi: str) -> str:
    """Returns a DOI as it is typed."""
    return re.sub(r"(?i)^(?:https?://(?:dx\.)?doi\.org/|doi:)\s*", "", doi)

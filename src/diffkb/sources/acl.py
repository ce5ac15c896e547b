"""ACL Anthology: papers on computational linguistics, from their pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffkb.sources.citation_tags import TaggedSource

if TYPE_CHECKING:
    from diffkb.core.models import Identifier
    from diffkb.sources.html import Place

# https://aclanthology.org/info/ids/
_ID = r"([0-9]{4}\.[a-z0-9_]+-[a-z0-9_]+\.[0-9]+|[A-Z][0-9]{2}-[0-9]{4,5})"
_PAPERS = {
    "aclanthology.org": re.compile(rf"/+{_ID}(?:v[0-9]+)?(?:\.(?:pdf|bib))?/*"),
    "aclanthology.info": re.compile(rf"/+(?:papers/)?{_ID}(?:/.*)?"),
    "aclweb.org": re.compile(rf"/+anthology/(?:papers/[^/]+/[^/]+/)?{_ID}(?:\.(?:pdf|bib))?/*"),
}


class AclAnthology(TaggedSource):
    """The source for links to aclanthology.org and to where it used to be."""

    name = "ACL Anthology"
    homepage = "https://aclanthology.org/"
    examples = (
        "https://aclanthology.org/2021.naacl-main.208/",
        "https://aclanthology.org/N04-1001.pdf",
        "https://www.aclweb.org/anthology/N19-1423/",
    )

    def page(self, place: Place) -> str | None:
        """Returns the page of a paper."""
        pattern = _PAPERS.get(place.site)
        found = pattern.fullmatch(place.path) if pattern else None
        return f"https://aclanthology.org/{found[1]}/" if found else None

    def pdf(self, ref: Identifier) -> str | None:
        """Returns the address of the PDF, which is that of the page with a suffix."""
        return f"{self.address(ref, None).rstrip('/')}.pdf"


SOURCE = AclAnthology()

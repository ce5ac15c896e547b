"""NeurIPS: papers of its proceedings, from their pages; all of the site's hosts show the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffkb.sources.citation_tags import TaggedSource

if TYPE_CHECKING:
    from diffkb.sources.html import Place

_SITES = frozenset({"papers.nips.cc", "papers.neurips.cc", "proceedings.neurips.cc"})
_PAPER = re.compile(
    r"/(paper(?:_files/paper)?/[0-9]{4})/(?:hash|file)/([0-9a-f]{32})"
    r"-(?:Abstract|Paper)((?:-[A-Za-z_]+)?)\.(?:html|pdf)"
)
_OLD_PAPER = re.compile(r"(/paper/[0-9]+-[^/]+?)(?:\.pdf)?")


class NeurIPS(TaggedSource):
    """The source for links to the proceedings, of the page or of the PDF."""

    name = "NeurIPS"
    homepage = "https://proceedings.neurips.cc/"
    examples = (
        "https://papers.nips.cc/paper/2020/hash/4c5bcfec8584af0d967f1ab10179ca4b-Abstract.html",
        (
            "https://proceedings.neurips.cc/paper_files/paper/2020/file/"
            "4c5bcfec8584af0d967f1ab10179ca4b-Paper.pdf"
        ),
        "https://papers.nips.cc/paper/5423-generative-adversarial-nets",
    )

    def page(self, place: Place) -> str | None:
        """Returns the page of a paper, at the host of the link."""
        if place.site not in _SITES:
            return None
        if found := _PAPER.fullmatch(place.path):
            folder, number, track = found.groups()
            return f"https://{place.site}/{folder}/hash/{number}-Abstract{track}.html"
        if found := _OLD_PAPER.fullmatch(place.path):
            return f"https://{place.site}{found[1]}"
        return None


SOURCE = NeurIPS()

"""NeurIPS: papers of its proceedings, from their pages; all of the site's hosts show the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffkb.sources.citation_tags import TaggedSource
from diffkb.sources.html import place_of

if TYPE_CHECKING:
    from diffkb.core.models import Identifier
    from diffkb.sources.html import Place

_SITES = frozenset({"papers.nips.cc", "papers.neurips.cc", "proceedings.neurips.cc"})
_PAPER = re.compile(
    r"/(paper(?:_files/paper)?/[0-9]{4})/(?:hash|file)/([0-9a-f]{32})"
    r"-(?:Abstract|Paper)((?:-[A-Za-z_]+)?)\.(?:html|pdf)"
)
# Since then the conference is named among its tracks.
FIRST_WITH_TRACK = 2022
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

    def pdf(self, ref: Identifier) -> str | None:
        """Returns the address of the PDF, which names its track where the page may not."""
        place = place_of(ref.value)
        found = _PAPER.fullmatch(place.path) if place else None
        if place is None or found is None:
            return f"{self.address(ref, None)}.pdf"
        folder, number, track = found.groups()
        if not track and int(folder[-len("2022") :]) >= FIRST_WITH_TRACK:
            track = "-Conference"
        return f"https://{place.site}/{folder}/file/{number}-Paper{track}.pdf"


SOURCE = NeurIPS()

"""PMLR: papers of the Proceedings of Machine Learning Research, from their pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffkb.sources.citation_tags import TaggedSource

if TYPE_CHECKING:
    from diffkb.core.models import Identifier
    from diffkb.sources.html import Place

# From the volumes of 2017 on.
FIRST_IN_FOLDERS = 54
# The PDF lies in a folder of its own; in older volumes it does not.
_PAPER = re.compile(r"/([vr][0-9]+)/(?!index\.)([A-Za-z0-9_-]+)(?:\.html|\.pdf|/(?:\2)\.pdf)")


class Pmlr(TaggedSource):
    """The source for links to proceedings.mlr.press, of the page or of the PDF."""

    name = "PMLR"
    homepage = "https://proceedings.mlr.press/"
    examples = (
        "https://proceedings.mlr.press/v202/wang23ah.html",
        "https://proceedings.mlr.press/v37/sohl-dickstein15.pdf",
        "https://proceedings.mlr.press/v202/wang23ah/wang23ah.pdf",
    )

    def page(self, place: Place) -> str | None:
        """Returns the page of a paper."""
        found = _PAPER.fullmatch(place.path)
        if place.site != "proceedings.mlr.press" or not found:
            return None
        return f"https://proceedings.mlr.press/{found[1]}/{found[2]}.html"

    def pdf(self, ref: Identifier) -> str | None:
        """Returns the address of the PDF: that which is linked to, else by the volume's age."""
        if linked := super().pdf(ref):
            return linked
        volume, paper = self.address(ref, None).removesuffix(".html").rsplit("/", 2)[1:]
        is_old = volume[0] == "v" and int(volume[1:]) < FIRST_IN_FOLDERS
        folder = "" if is_old else f"{paper}/"
        return f"https://proceedings.mlr.press/{volume}/{folder}{paper}.pdf"


SOURCE = Pmlr()

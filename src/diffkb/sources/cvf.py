"""CVF: papers of CVPR, ICCV and WACV with their workshops, from the pages of CVF Open Access."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffkb.sources.citation_tags import TaggedSource

if TYPE_CHECKING:
    from diffkb.core.models import Identifier
    from diffkb.sources.html import Place

CONTENT = "https://openaccess.thecvf.com/content"
_PAPER = re.compile(
    r"(/content[^/]*/(?:[^/]+/){0,3})(?:html|papers)((?:/[^/]+){0,2}/[^/]+_paper)\.(?:html|pdf)"
)


class Cvf(TaggedSource):
    """The source for links to openaccess.thecvf.com, of the page or of the PDF."""

    name = "CVF"
    homepage = "https://openaccess.thecvf.com/"
    examples = (
        (
            f"{CONTENT}/WACV2024/html/Shi_Conditional_Velocity_Score_Estimation_for_Image_Restoration"
            "_WACV_2024_paper.html"
        ),
        (
            f"{CONTENT}/ICCV2023W/RCV/html/Reddy_Quantized_Generative_Models_for_Solving_Inverse"
            "_Problems_ICCVW_2023_paper.html"
        ),
        (
            f"{CONTENT}_CVPR_2019/papers/Karras_A_Style-Based_Generator_Architecture_for_Generative"
            "_Adversarial_Networks_CVPR_2019_paper.pdf"
        ),
    )

    def page(self, place: Place) -> str | None:
        """Returns the page of a paper, which lies beside its PDF."""
        found = _PAPER.fullmatch(place.path)
        if place.site != "openaccess.thecvf.com" or not found:
            return None
        return f"https://openaccess.thecvf.com{found[1]}html{found[2]}.html"

    def pdf(self, ref: Identifier) -> str | None:
        """Returns the address of the PDF, which lies in a folder beside that of the page."""
        found = _PAPER.search(ref.value)
        return f"https://openaccess.thecvf.com{found[1]}papers{found[2]}.pdf" if found else None


SOURCE = Cvf()

"""DOI: works by their DOI, from the agency that registered it or through doi.org."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.core.identifiers import parse_ref
from diffkb.core.models import DOI
from diffkb.errors import MalformedIdentifier
from diffkb.sources import crossref, datacite, doi_org

if TYPE_CHECKING:
    from diffkb.core.models import Identifier
    from diffkb.sources.base import Route


class Doi:
    """The source for DOIs but arXiv's, which mean the paper there."""

    name = "DOI"
    homepage = "https://www.doi.org/the-identifier/resources/handbook/"
    examples = (
        "10.1109/5.771073",
        "doi:10.1371/journal.pone.0033693",
        "https://doi.org/10.5281/zenodo.5513598",
        "https://dl.acm.org/doi/10.1145/3184558.3186235",
    )
    routes: tuple[Route, ...] = (crossref.ROUTE, datacite.ROUTE, doi_org.ROUTE)

    def match(self, text: str) -> Identifier | None:
        """Returns the DOI that `text` spells, or None."""
        try:
            found = parse_ref(text).identifier
        except MalformedIdentifier:
            return None
        return found if found and found.scheme == DOI else None

    def pdf(self, ref: Identifier) -> str | None:  # noqa: ARG002 - one shape for all sources
        """Returns None: where a publisher keeps PDFs no DOI tells."""
        return None


SOURCE = Doi()

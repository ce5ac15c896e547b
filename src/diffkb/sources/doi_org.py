"""doi.org: works by DOI from whichever agency registered it.

See https://www.crossref.org/documentation/retrieve-metadata/content-negotiation/.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from diffkb.core.identifiers import url_of, work
from diffkb.errors import BadReply
from diffkb.sources.base import NO_ADDRESSES, Request
from diffkb.sources.csl import read_csl
from diffkb.sources.records import LIMIT, Record, each, json_of, rejected, type_of, unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffkb.core.models import Identifier
    from diffkb.sources.base import Addresses, Outcome, Reply

NAME = "doi.org"
CSL_TYPE = "application/vnd.citationstyles.csl+json"
HOSTS = frozenset({"doi.org", "www.doi.org", "dx.doi.org"})
UNKNOWN = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST})
SAYS_UNKNOWN = re.compile(rb"(?i)not found|not a doi")


class DoiOrg:
    """The route that asks the resolver of all DOIs, which sends on to the agency of each."""

    name = NAME
    decides = True

    def requests(
        self,
        refs: Sequence[Identifier],
        urls: Addresses = NO_ADDRESSES,  # noqa: ARG002 - one shape for all routes
    ) -> list[Request]:
        """Returns a request for each DOI."""
        return [
            Request(url_of(ref), (), (ref,), LIMIT, {"Accept": CSL_TYPE})
            for ref in dict.fromkeys(map(work, refs))
        ]

    def parse(self, reply: Reply, refs: Sequence[Identifier]) -> dict[Identifier, Outcome]:
        """Reads a record of CSL JSON, or the page that says there is no such DOI.

        Args:
            reply: of doi.org, or of where it led.
            refs: the one that was asked for.

        Returns:
            A Candidate; UnknownWork if doi.org itself has no such DOI; BadReply if the agency does
            not give records, or gives one that is no good.

        Raises:
            BadReply: this is no JSON, and asking again may help.
        """
        is_own = (urlsplit(reply.url).hostname or "") in HOSTS
        if reply.status in UNKNOWN and is_own and SAYS_UNKNOWN.search(reply.content):
            return unknown(NAME, refs)
        if reply.status != HTTPStatus.OK:
            return rejected(NAME, reply, refs)
        if not is_own and "json" not in (kind := type_of(reply)):
            # A page about the work: its agency knows no records, and will not learn it.
            why = f"the DOI leads to {kind or 'something of no type'} instead of a record"
            return each(refs, lambda _: BadReply(NAME, why))
        record = Record(json_of(reply, NAME), NAME)
        return each(refs, lambda ref: read_csl(record, ref, NAME))


ROUTE = DoiOrg()

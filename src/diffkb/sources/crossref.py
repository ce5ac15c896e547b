"""Crossref: works by the DOIs that most publishers register there."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from diffkb.core.identifiers import work
from diffkb.core.models import ARXIV, DOI, Versions
from diffkb.errors import BadReply
from diffkb.sources.base import NO_ADDRESSES, Request
from diffkb.sources.csl import read_csl
from diffkb.sources.records import LIMIT, Record, each, identifier_of, json_of, rejected, unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from diffkb.core.models import Identifier
    from diffkb.sources.base import Addresses, Outcome, Reply

NAME = "Crossref"
ENDPOINT = "https://api.crossref.org/works/"


class Crossref:
    """The route that asks Crossref. See https://api.crossref.org/swagger-ui/index.html."""

    name = NAME
    # Other agencies register DOIs too.
    decides = False

    def requests(
        self,
        refs: Sequence[Identifier],
        urls: Addresses = NO_ADDRESSES,  # noqa: ARG002 - one shape for all routes
    ) -> list[Request]:
        """Returns a request for each DOI."""
        return [
            Request(ENDPOINT + quote(ref.value, safe=""), (), (ref,), LIMIT)
            for ref in dict.fromkeys(map(work, refs))
        ]

    def parse(self, reply: Reply, refs: Sequence[Identifier]) -> dict[Identifier, Outcome]:
        """Reads the record of a work.

        Args:
            reply: with status 200, or one of a request that Crossref rejects.
            refs: the one that was asked for.

        Returns:
            A Candidate; UnknownWork if Crossref did not register the DOI; BadReply if it rejects
            the request, or its record is no good.

        Raises:
            BadReply: this is no answer of Crossref, and asking again may help.
        """
        if reply.status == HTTPStatus.NOT_FOUND and _says_unknown(reply):
            return unknown(NAME, refs)
        if reply.status != HTTPStatus.OK:
            return rejected(NAME, reply, refs)
        message = _message(reply)
        versions = other_versions(message)
        return each(refs, lambda ref: replace(read_csl(message, ref, NAME), versions=versions))


ROUTE = Crossref()


def other_versions(message: Record) -> Versions:
    """Returns the other versions that a record states by itself; none where it is malformed.

    See https://www.crossref.org/documentation/schema-library/markup-guide-metadata-segments/relationships/.
    """
    try:
        relation = message.record("relation")
        preprints = [*_related(relation, "has-preprint"), *_on_arxiv(message)]
        published = _related(relation, "is-preprint-of")
        own = identifier_of(message.text("DOI"))
        return Versions(_distinct(preprints, own), _distinct(published, own))
    except BadReply:
        return Versions()


def _says_unknown(reply: Reply) -> bool:
    """Tells Crossref's word, which is no JSON whatever its type says, from a page of others."""
    return reply.content.strip().lower().startswith(b"resource not found")


def _message(reply: Reply) -> Record:
    """Returns the record in its envelope.

    Raises:
        BadReply: there is none.
    """
    answer = Record(json_of(reply, NAME), NAME)
    return Record(answer.raw("message"), NAME, "message")


def _related(relation: Record, name: str) -> Iterator[Identifier | None]:
    """Yields the works in such a relation that have an identifier."""
    for other in relation.records(name):
        yield identifier_of(other.text("id"))


def _on_arxiv(message: Record) -> Iterator[Identifier | None]:
    """Yields the work on arXiv where its other names or its full text are there."""
    for name in message.texts("alternative-id"):
        if name.strip().lower().startswith("arxiv:"):
            yield identifier_of(name)
    for link in message.records("link"):
        found = identifier_of(link.text("URL"))
        yield found if found and found.scheme == ARXIV else None


def _distinct(found: Iterable[Identifier | None], own: Identifier | None) -> tuple[Identifier, ...]:
    """Returns the works by arXiv identifier or DOI, each once, but not the record's own."""
    works = (work(one) for one in found if one and one.scheme in {ARXIV, DOI})
    return tuple(one for one in dict.fromkeys(works) if one != own)

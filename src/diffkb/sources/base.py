"""What a source of metadata is, and what passes between it and the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from diffkb.core.models import Candidate
from diffkb.errors import DiffkbError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffkb.core.models import Identifier

Outcome = Candidate | DiffkbError


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a source.

    Attributes:
        url: without its parameters.
        params: (name, value) of each parameter, in order.
        headers: what the source needs beside the User-Agent.
        refs: the works it asks for.
        limit: the most bytes that an answer may have when unpacked.
        method: of HTTP.
        content: the body.
    """

    url: str
    params: tuple[tuple[str, str], ...]
    refs: tuple[Identifier, ...]
    limit: int
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, read to its end.

    Attributes:
        status: of HTTP.
        headers: by their names in lower case.
        content: the bytes, unpacked.
        url: the address that answered.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes
    url: str


Addresses = Mapping["Identifier", str]
NO_ADDRESSES: Addresses = MappingProxyType({})


class Route(Protocol):
    """One service that can be asked about works; pure but for what `http` does for it.

    Attributes:
        name: as people know the service.
        decides: whether a work that it does not know does not exist.
    """

    # A service that is known to turn programs away says `refuses_programs = True`.

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def decides(self) -> bool: ...  # noqa: D102

    def requests(self, refs: Sequence[Identifier], urls: Addresses = NO_ADDRESSES) -> list[Request]:
        """Returns the questions to ask, as few as the service's limits allow.

        Args:
            refs: the works.
            urls: the address a person gave for a work, where an identifier alone does not say
                where it is shown.
        """

    def parse(self, reply: Reply, refs: Sequence[Identifier]) -> dict[Identifier, Outcome]:
        """Reads an answer.

        Args:
            reply: with a status that is not about the source's or the network's state.
            refs: what the request asked for.

        Returns:
            By identifier without version, for each of `refs`, what the source says of it.

        Raises:
            SourceError: the answer is unusable as a whole, and asking again may help.
        """


class Source(Protocol):
    """A kind of reference, and the services that answer for it.

    Attributes:
        name: as people know it.
        homepage: the page of its interface.
        examples: references of which each is claimed by this source alone.
        routes: whom to ask, in this order: the next one where one could not say.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def homepage(self) -> str: ...  # noqa: D102

    @property
    def examples(self) -> tuple[str, ...]: ...  # noqa: D102

    @property
    def routes(self) -> tuple[Route, ...]: ...  # noqa: D102

    def match(self, text: str) -> Identifier | None:
        """Returns what a reference means, or None if the source does not answer for it."""

    def pdf(self, ref: Identifier) -> str | None:
        """Returns where the PDF of a work lies, if its identifier tells that; asks nobody."""


class Enriching(Route):
    """A service that is asked about works alone: other sources answer for references.

    Attributes:
        decides: never: what such a service does not know may exist.
        examples: none, it claims no reference.
    """

    decides = False
    examples: tuple[str, ...] = ()

    def match(self, text: str) -> Identifier | None:  # noqa: ARG002 - one shape for all sources
        """Returns None: it is asked about works, not for references."""
        return None

    def pdf(self, ref: Identifier) -> str | None:  # noqa: ARG002 - as above
        """Returns None: other sources keep the PDFs."""
        return None

    @property
    def routes(self) -> tuple[Route, ...]:
        """Only itself."""
        return (self,)

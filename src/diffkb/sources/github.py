"""GitHub: repositories and folders inside them, from its interface, then from their pages."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

from diffkb.core.identifiers import canonical_url, work
from diffkb.core.models import URL, Candidate, Identifier
from diffkb.errors import BadReply
from diffkb.sources.base import NO_ADDRESSES, Request
from diffkb.sources.citation_tags import date_of
from diffkb.sources.html import PageRoute, check_rate, clean, link_of, place_of
from diffkb.sources.records import Record, each, json_of, rejected, unknown
from diffkb.sources.text import paragraphs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffkb.sources.base import Addresses, Outcome, Reply, Route
    from diffkb.sources.html import Page

NAME = "GitHub"
API = "https://api.github.com/repos"
LIMIT = 2_000_000

_OWNER = r"[A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9]))*"
_PATH = re.compile(rf"/+({_OWNER})/+([A-Za-z0-9._-]+?)(?:\.git)?(?:/+(?:tree|blob)/+([^/].*))?")
_FULL_NAME = re.compile(rf"{_OWNER}/[A-Za-z0-9._-]+")
# Pages of GitHub itself; none of these can be a person's name there.
_NO_OWNERS = frozenset(
    "about account advisories apps blog business codespaces collections contact copilot customer"
    " customer-stories dashboard discussions edu education enterprise events explore features"
    " github-copilot gist home issues join login logout marketplace mobile new notifications"
    " organizations orgs pricing pulls readme resources search security sessions settings site"
    " solutions sponsors stars suggestions team topics trending users watching why-github".split()
)


class Repository(NamedTuple):
    """What a link means: a repository, and the place in it, with the branch before the path."""

    owner: str
    name: str
    place: str | None

    @property
    def full_name(self) -> str:
        """The name in the form "owner/name"."""
        return f"{self.owner}/{self.name}"

    def title(self, name: str, branch: str | None) -> str:
        """Returns what to call it: the repository's name, with the folder where one is meant.

        A branch may hold a slash itself; without knowing it, its name is the first part.
        """
        if self.place is None:
            return name
        known = branch is not None and f"{self.place}/".startswith(f"{branch}/")
        start = len(branch or "") if known else len(self.place.partition("/")[0])
        folder = self.place[start:].strip("/")
        return f"{name}/{folder}" if folder else name


class Api:
    """The route that asks GitHub's interface; without a key it answers 60 times an hour."""

    name = NAME
    # What it does not know may be moved, or shown to people only.
    decides = False
    refuses_programs = True

    def requests(
        self,
        refs: Sequence[Identifier],
        urls: Addresses = NO_ADDRESSES,  # noqa: ARG002 - one shape for all routes
    ) -> list[Request]:
        """Returns a request for each link, of a folder for the repository that holds it."""
        found = ((ref, _repository(ref.value)) for ref in dict.fromkeys(map(work, refs)))
        return [
            Request(
                url=f"{API}/{quote(meant.owner)}/{quote(meant.name)}",
                params=(),
                refs=(ref,),
                limit=LIMIT,
                headers={"Accept": "application/vnd.github+json"},
            )
            for ref, meant in found
            if meant
        ]

    def parse(self, reply: Reply, refs: Sequence[Identifier]) -> dict[Identifier, Outcome]:
        """Reads what GitHub says of a repository.

        Args:
            reply: with status 200, or one of a request that is rejected.
            refs: the one that was asked for.

        Returns:
            A Candidate; UnknownWork if there is no such repository for everyone to see; BadReply
            if the request is rejected, or the answer is no good.

        Raises:
            BadReply: this is no answer of GitHub, and asking again may help.
            RateLimited: the answer says so.
        """
        check_rate(reply, NAME)
        if reply.status == HTTPStatus.NOT_FOUND:
            json_of(reply, NAME)
            return unknown(NAME, refs)
        if reply.status != HTTPStatus.OK:
            return rejected(NAME, reply, refs)
        record = Record(json_of(reply, NAME), NAME)
        return each(refs, lambda ref: _candidate(record, ref))


class RepositoryPage(PageRoute):
    """The route to a repository's page."""

    name = NAME

    def address(self, ref: Identifier, url: str | None) -> str:
        """Returns the page that was linked to."""
        return url or ref.value

    def read(self, page: Page, ref: Identifier) -> Candidate:
        """Returns the name and the description that the page's title holds.

        Raises:
            BadReply: this is another page.
        """
        meant = _repository(ref.value)
        shown = _repository(canonical_url(page.url)) or meant
        title = page.first("og:title") or clean(page.title) or ""
        if meant is None or shown is None or shown.full_name.casefold() not in title.casefold():
            raise BadReply(NAME, "it is not the page of that repository")
        about = (page.first("og:description") or "").removesuffix(f" - {shown.full_name}")
        is_stock = not about or about.startswith("Contribute to ")
        return Candidate(
            source=NAME,
            identifiers=_identifiers(ref, meant, shown.full_name),
            title=meant.title(shown.name, None),
            abstract=None if is_stock or meant.place else about,
        )


class GitHub:
    """The source for links to repositories on GitHub, and to what lies in them."""

    name = NAME
    homepage = "https://docs.github.com/rest/repos/repos#get-a-repository"
    examples = (
        "https://github.com/diff-usion/Awesome-Diffusion-Models",
        (
            "https://github.com/labmlai/annotated_deep_learning_paper_implementations"
            "/tree/master/labml_nn/diffusion/ddpm"
        ),
        "https://www.github.com/yang-song/score_sde.git",
    )
    routes: tuple[Route, ...] = (Api(), RepositoryPage())

    def match(self, text: str) -> Identifier | None:
        """Returns the identifier of the repository's page, or None."""
        url = link_of(text)
        if url is None or _repository(url) is None:
            return None
        return Identifier(URL, canonical_url(url))

    def pdf(self, ref: Identifier) -> str | None:
        """Returns the address of a PDF in a repository, whose own page only shows it."""
        is_file = "/blob/" in ref.value and ref.value.lower().endswith(".pdf")
        return ref.value.replace("/blob/", "/raw/", 1) if is_file else None


SOURCE = GitHub()


def _repository(url: str) -> Repository | None:
    """Returns what a link means; issues, releases and the like are pages of their own."""
    place = place_of(url)
    found = _PATH.fullmatch(unquote(place.path).rstrip("/")) if place else None
    if place is None or place.site != "github.com" or not found:
        return None
    owner, name, inside = found.groups()
    if owner.lower() in _NO_OWNERS or name in {".", ".."}:
        return None
    return Repository(owner, name, inside)


def _candidate(record: Record, ref: Identifier) -> Candidate:
    """Reads what GitHub says of a repository.

    Raises:
        BadReply: it does not say which one.
    """
    meant, name = _repository(ref.value), clean(record.text("name"))
    full_name = record.text("full_name") or ""
    if meant is None or name is None or not _FULL_NAME.fullmatch(full_name):
        raise BadReply(NAME, "it does not say which repository it is about")
    if meant.place is not None:
        # The dates and the description are those of the whole.
        title = clean(meant.title(name, record.text("default_branch")))
        return Candidate(NAME, _identifiers(ref, meant, full_name), title)
    return Candidate(
        source=NAME,
        identifiers=_identifiers(ref, meant, full_name),
        title=name,
        abstract=paragraphs(record.text("description")),
        published=date_of(record.text("created_at")),
        updated=date_of(record.text("pushed_at")),
        comment="archived" if record.raw("archived") is True else None,
    )


def _identifiers(ref: Identifier, meant: Repository, full_name: str) -> tuple[Identifier, ...]:
    """Returns the names of a repository: as it was asked for, and its new one if it moved."""
    if meant.place is not None or full_name.casefold() == meant.full_name.casefold():
        return (ref,)
    return (ref, Identifier(URL, f"https://github.com/{full_name}"))

"""OpenReview: submissions by their id, from both versions of its interface and from their pages.

It turns away programs that are not logged in, at times all of them: then nothing is lost but the
tries. See https://docs.openreview.net/reference/api-v2.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from diffkb.core.identifiers import parse_ref, url_of, work
from diffkb.core.models import OPENREVIEW, Author, Candidate
from diffkb.errors import BadReply, MalformedIdentifier
from diffkb.sources.base import NO_ADDRESSES, Request
from diffkb.sources.citation_tags import read_tags
from diffkb.sources.html import PageRoute, check_rate, clean
from diffkb.sources.records import Record, each, identifier_of, iso_date, json_of, rejected, unknown
from diffkb.sources.text import paragraphs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from diffkb.core.models import Identifier
    from diffkb.sources.base import Addresses, Outcome, Reply, Route
    from diffkb.sources.html import Page

NAME = "OpenReview"
LIMIT = 5_000_000
DATES = ("pdate", "odate", "cdate")
LONGEST_ABSTRACT = 200_000
_UNDECIDED = re.compile(r"(?i)(?:submitted to|under review|.*\b(?:desk )?(?:reject|withdr[ae]w)).*")
_NOT_ACCEPTED = re.compile(r".*(?:rejected|withdrawn)[^/]*|.*/submission", re.IGNORECASE)
_DOI_LINK = re.compile(r"(?i)https?://(?:dx\.)?doi\.org/.*")


class Notes:
    """The route to one version of the interface; a venue's submissions are in one of the two.

    Args:
        host: of that version.
    """

    name = NAME
    decides = False
    refuses_programs = True

    def __init__(self, host: str) -> None:
        self._host = host

    def requests(
        self,
        refs: Sequence[Identifier],
        urls: Addresses = NO_ADDRESSES,  # noqa: ARG002 - one shape for all routes
    ) -> list[Request]:
        """Returns a request for each submission."""
        return [
            Request(f"https://{self._host}/notes", (("id", ref.value),), (ref,), LIMIT)
            for ref in dict.fromkeys(map(work, refs))
        ]

    def parse(self, reply: Reply, refs: Sequence[Identifier]) -> dict[Identifier, Outcome]:
        """Reads a note in either shape: `"title": "…"` or `"title": {"value": "…"}`.

        Args:
            reply: with status 200, or one of a request that is rejected.
            refs: the one that was asked for.

        Returns:
            A Candidate; UnknownWork if this version has no such note; BadReply if it rejects the
            request, or the note is no good.

        Raises:
            BadReply: this is no answer of OpenReview, and asking again may help.
            RateLimited: the answer says so.
        """
        check_rate(reply, NAME)
        if reply.status == HTTPStatus.NOT_FOUND and _says_unknown(reply):
            return unknown(NAME, refs)
        if reply.status != HTTPStatus.OK:
            return rejected(NAME, reply, refs)
        answer = Record(json_of(reply, NAME), NAME)
        if not isinstance(answer.raw("notes"), list):
            raise BadReply(NAME, "it holds no notes")
        notes = {note.text("id"): note for note in answer.records("notes")}
        if not notes:
            return unknown(NAME, refs)
        return each(refs, lambda ref: _candidate(notes.get(ref.value), ref))


class Forum(PageRoute):
    """The route to the page of a submission."""

    name = NAME

    def address(self, ref: Identifier, url: str | None) -> str:  # noqa: ARG002 - one shape
        """Returns the page that shows a submission with its reviews."""
        return url_of(ref)

    def read(self, page: Page, ref: Identifier) -> Candidate:
        """Returns what the citation tags of the page say.

        Raises:
            BadReply: it has none, as the page that looks for robots.
        """
        return read_tags(page, (ref,), NAME)


class OpenReview:
    """The source for OpenReview's ids."""

    name = NAME
    homepage = "https://docs.openreview.net/reference/api-v2"
    examples = (
        "https://openreview.net/forum?id=tplXNcHZs1",
        "https://openreview.net/forum?id=9_gsMA8MRKQ",
        "https://openreview.net/pdf?id=Ec2rYpP42y",
        "https://openreview.net/attachment?id=ZL5wlFMg0Y&name=pdf",
        "https://openreview.net/forum?id=tplXNcHZs1&noteId=abcdefghij",
    )
    routes: tuple[Route, ...] = (
        Notes("api2.openreview.net"),
        Notes("api.openreview.net"),
        Forum(),
    )

    def match(self, text: str) -> Identifier | None:
        """Returns the id in a link to OpenReview, or None."""
        try:
            found = parse_ref(text).identifier
        except MalformedIdentifier:
            return None
        return found if found and found.scheme == OPENREVIEW else None

    def pdf(self, ref: Identifier) -> str | None:
        """Returns the address of the latest PDF of a submission."""
        return f"https://openreview.net/pdf?id={ref.value}"


SOURCE = OpenReview()


def _says_unknown(reply: Reply) -> bool:
    """Tells OpenReview's own word from that of another."""
    try:
        return Record(json_of(reply, NAME), NAME).text("name") == "NotFoundError"
    except BadReply:
        return False


def _candidate(note: Record | None, ref: Identifier) -> Candidate:
    """Reads a note.

    Raises:
        BadReply: it is another one, or no submission.
    """
    if note is None:
        raise BadReply(NAME, f"it is about another note than {ref}")
    content = _Content(note.record("content"))
    title = clean(content.text("title"))
    if title is None:
        raise BadReply(NAME, f"{ref} is a note without a title")
    venue = clean(content.text("venue"))
    is_accepted = not (
        _NOT_ACCEPTED.fullmatch(content.text("venueid") or "") or _UNDECIDED.fullmatch(venue or "")
    )
    return Candidate(
        source=NAME,
        identifiers=tuple(dict.fromkeys((ref, *_dois(note, content)))),
        title=title,
        authors=tuple(content.authors()),
        abstract=paragraphs(content.text("abstract", LONGEST_ABSTRACT)),
        published=next(filter(None, (_day(note.raw(name)) for name in DATES)), None),
        venue=venue if is_accepted else None,
        comment=None if is_accepted else venue,
    )


class _Content:
    """The fields of a note in either shape."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def raw(self, name: str) -> Any:
        """Returns a field as it is."""
        value = self._record.raw(name)
        return value.get("value") if isinstance(value, dict) else value

    def text(self, name: str, longest: int = 10_000) -> str | None:
        """Returns a field that is text."""
        return Record({name: self.raw(name)}, NAME).text(name, longest)

    def authors(self) -> Iterator[Author]:
        """Yields the authors: names, or objects in records that were imported."""
        value = self.raw("authors")
        if value is not None and not isinstance(value, list):
            raise BadReply(NAME, "its authors are no list")
        for one in value or ():
            full = one.get("fullname") if isinstance(one, dict) else one
            name = clean(Record({"author": full}, NAME).text("author"))
            if name and name != "Anonymous":
                yield Author(name)


def _dois(note: Record, content: _Content) -> Iterator[Identifier]:
    """Yields the other names of a work that OpenReview imported."""
    link = content.text("html") or ""
    for text in (*note.texts("externalIds"), link if _DOI_LINK.fullmatch(link) else ""):
        found = identifier_of(text) if re.match(r"(?i)doi:|arxiv:|https?:", text) else None
        if found and found.scheme != OPENREVIEW:
            yield work(found)


def _day(milliseconds: object) -> str | None:
    """Returns the day of a time in milliseconds since 1970, in UTC."""
    if not isinstance(milliseconds, int | float) or isinstance(milliseconds, bool):
        return None
    try:
        day = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return iso_date(day.year, day.month, day.day)

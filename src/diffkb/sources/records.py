"""Answers in JSON: objects whose fields are checked, and what they make of each work."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

from diffkb.core.identifiers import parse_ref, work
from diffkb.core.text import storable
from diffkb.errors import BadReply, MalformedIdentifier, UnknownWork
from diffkb.sources.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from diffkb.core.models import Candidate, Identifier
    from diffkb.sources.base import Outcome, Reply

# Records list what they cite, and collaborations of thousands with their affiliations.
LIMIT = 10_000_000
LONGEST_LINE = 10_000
LONGEST_TEXT = 200_000
YEARS = range(1450, 2101)

_ISO_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?(?![0-9])")


def each(
    refs: Iterable[Identifier], read: Callable[[Identifier], Outcome]
) -> dict[Identifier, Outcome]:
    """Reads what an answer says of each work.

    Args:
        refs: the works, in any versions.
        read: raises BadReply where the answer says nothing usable of a work. Unlike one that
            `parse` raises it is that work's alone, and not asked about again.

    Returns:
        The outcomes by identifier without version.
    """
    outcomes: dict[Identifier, Outcome] = {}
    for ref in dict.fromkeys(map(work, refs)):
        try:
            outcomes[ref] = read(ref)
        except BadReply as error:
            outcomes[ref] = error
        outcome = outcomes[ref]
        if isinstance(outcome, BadReply):
            outcome.ref = str(ref)
    return outcomes


def unknown(source: str, refs: Iterable[Identifier]) -> dict[Identifier, Outcome]:
    """Says of each work that a service does not know it."""
    return each(refs, lambda ref: UnknownWork(source, str(ref)))


def rejected(source: str, reply: Reply, refs: Iterable[Identifier]) -> dict[Identifier, Outcome]:
    """Says of each work that a service rejects the request; asking again would not help."""
    why = f"it rejects the request: status {reply.status}"
    return each(refs, lambda _: BadReply(source, why))


def checked(candidate: Candidate) -> Candidate:
    """Returns a candidate that says something.

    Raises:
        BadReply: it has neither title nor authors.
    """
    if not (candidate.title or candidate.authors):
        raise BadReply(candidate.source, "it gives neither title nor authors")
    return candidate


def json_of(reply: Reply, source: str) -> Any:
    """Returns what an answer says in JSON.

    Raises:
        BadReply: it is empty, of another type, or breaks off.
    """
    if not reply.content.strip():
        raise BadReply(source, "it is empty")
    if "json" not in (kind := type_of(reply)):
        raise BadReply(source, f"it is {kind or 'of no type'} instead of JSON")
    try:
        return json.loads(reply.content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadReply(source, "it is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise BadReply(source, "it breaks off, or is no JSON") from error


def type_of(reply: Reply) -> str:
    """Returns the type of an answer in words for people, without its parameters."""
    return (one_line(reply.headers.get("content-type", "").partition(";")[0]) or "")[:80]


class Record:
    """A JSON object; each field is absent, of the type it must have, or makes the record no good.

    Args:
        value: what should be an object.
        source: the name of the service, for errors.
        what: the object is, for errors.

    Raises:
        BadReply: it is no object. The methods raise it for a field of another type.
    """

    def __init__(self, value: object, source: str, what: str = "answer") -> None:
        if not isinstance(value, dict):
            raise BadReply(source, f"its {what} is no object")
        self.source = source
        self._fields: dict[str, Any] = value

    def odd(self, name: str, what: str) -> BadReply:
        """Makes the error for a field that is not what it must be."""
        return BadReply(self.source, f"its {name} is no {what}")

    def raw(self, name: str) -> Any:
        """Returns a field as it is; None if it is absent."""
        return self._fields.get(name)

    def text(self, name: str, longest: int = LONGEST_LINE) -> str | None:
        """Returns a field that is text."""
        return self._checked(name, self.raw(name), longest)

    def texts(self, name: str) -> list[str]:
        """Returns a field that is one text or a list of them."""
        value = self.raw(name)
        values = value if isinstance(value, list) else [value]
        checked = (self._checked(name, one, LONGEST_LINE) for one in values)
        return [one for one in checked if one is not None]

    def _checked(self, name: str, value: object, longest: int) -> str | None:
        """Returns a text as a base can hold it."""
        if value is None:
            return None
        if not isinstance(value, str):
            raise self.odd(name, "text")
        if len(value) > longest:
            raise BadReply(self.source, f"its {name} is longer than {longest} characters")
        return storable(value)

    def year(self, name: str) -> str | None:
        """Returns a field that is a year, as a number or as text."""
        value = self.raw(name)
        if value is None:
            return None
        number = whole(value)
        if number is None:
            raise self.odd(name, "year")
        return str(number) if number in YEARS else None

    def record(self, name: str) -> Record:
        """Returns a field that is an object; an empty one if it is absent."""
        value = self.raw(name)
        return Record({} if value is None else value, self.source, name)

    def records(self, name: str) -> list[Record]:
        """Returns a field that is a list of objects."""
        value = self.raw(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.odd(name, "list")
        return [Record(one, self.source, name) for one in value]


def whole(value: object) -> int | None:
    """Returns a whole number, which may be spelt as text."""
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,4}\s*", value):
        return int(value)
    return value if isinstance(value, int) else None


def identifier_of(text: str | None) -> Identifier | None:
    """Returns the identifier that a service spells in any way, or None."""
    try:
        return parse_ref(text or "").identifier
    except MalformedIdentifier:
        return None


def check_identity(record: Record, stated: str | None, ref: Identifier) -> None:
    """Refuses a record that is not about the work that was asked for.

    Raises:
        BadReply: the DOI it states is another one, or missing.
    """
    if stated is None:
        raise BadReply(record.source, "it does not say which work it is about")
    if stated.strip().lower() != ref.value and identifier_of(stated) != ref:
        raise BadReply(record.source, f"it is about {one_line(stated)} instead of {ref}")


def with_subtitle(title: str | None, subtitle: str | None) -> str | None:
    """Joins both, unless the title ends so already, as many publishers deposit it."""
    if not title or not subtitle or title.lower().endswith(subtitle.lower()):
        return title or subtitle
    return f"{title.rstrip(' :')}: {subtitle}"


def earliest(dates: Iterable[str | None]) -> str | None:
    """Returns the earliest date; of one in a year and that year itself, the one."""
    known = filter(None, dates)
    return min(known, key=lambda one: f"{one}-99-99", default=None)


def iso_date(year: int | None, month: int | None = None, day: int | None = None) -> str | None:
    """Returns a date as precise as it can be; None without a year that makes sense."""
    if year is None or year not in YEARS:
        return None
    try:
        first = date(year, month or 0, 1)
    except ValueError:
        return f"{year}"
    try:
        return first.replace(day=day or 0).isoformat()
    except ValueError:
        return first.isoformat()[:7]


def iso_beginning(text: str | None) -> str | None:
    """Returns the date that a text begins with: of a time its day, of a range the first."""
    found = _ISO_DATE.match((text or "").strip())
    return iso_date(*(int(part) for part in found.groups() if part)) if found else None

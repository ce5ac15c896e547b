"""doi.org: works by DOI from whichever agency registered it, and CSL JSON, which the others speak.

See https://www.crossref.org/documentation/retrieve-metadata/content-negotiation/ and
https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html.
"""

from __future__ import annotations

import json
import re
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from diffkb.core.identifiers import parse_ref, url_of, work
from diffkb.core.models import Author, Candidate
from diffkb.core.text import storable
from diffkb.errors import BadReply, MalformedIdentifier, UnknownWork
from diffkb.sources.base import NO_ADDRESSES, Request
from diffkb.sources.text import one_line, paragraphs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from diffkb.core.models import Identifier
    from diffkb.sources.base import Addresses, Outcome, Reply

NAME = "doi.org"
CSL_TYPE = "application/vnd.citationstyles.csl+json"
# Records list what they cite, and collaborations of thousands with their affiliations.
LIMIT = 10_000_000
HOSTS = frozenset({"doi.org", "www.doi.org", "dx.doi.org"})
UNKNOWN = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST})
SAYS_UNKNOWN = re.compile(rb"(?i)not found|not a doi")

LONGEST_LINE = 10_000
LONGEST_TEXT = 200_000
YEARS = range(1450, 2101)
DATES = ("published", "published-print", "published-online", "issued")
PROCEEDINGS = frozenset({"proceedings-article", "paper-conference"})
CHAPTERS = frozenset({"book-chapter", "chapter", *PROCEEDINGS})

_TAG = re.compile(r"<(/?)((?:[A-Za-z][\w.-]*+:)?)([A-Za-z][A-Za-z0-9-]*+)(?:\s[^<>]*+)?(/?)>")
_SPACES = frozenset({"jats:", "mml:", "m:"})
# Only these: elsewhere what stands in pointed brackets is text, as in "List<T>".
_ELEMENTS = frozenset(
    "b big bold br code div em font i inline-formula italic li list list-item monospace ol p"
    " roman sans-serif sc scp sec small span strong sub sup title tt u ul underline"
    " alternatives annotation annotation-xml math menclose mfenced mfrac mi mmultiscripts mn mo"
    " mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup"
    " mtable mtd mtext mtr munder munderover none semantics tex-math".split()
)
_BLOCKS = frozenset("br div li list list-item ol p sec title ul".split())
# A formula in other words, beside the one in MathML.
_REPEATED = frozenset({"annotation", "annotation-xml", "tex-math"})
_ENTITY = re.compile(r"&(?:#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));")
_ESCAPED_TAG = re.compile(r"(?i)</?(?:i|b|em|strong|sub|sup)>")
_ISO_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?(?![0-9])")
_HEADINGS = frozenset({"abstract", "summary"})


class Versions(NamedTuple):
    """Which other works a record itself says are the same one in another version.

    Attributes:
        preprints: of the work.
        published: what became of it, if it is a pre-print.
    """

    preprints: tuple[Identifier, ...] = ()
    published: tuple[Identifier, ...] = ()


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


def type_of(reply: Reply) -> str:
    """Returns the type of an answer in words for people, without its parameters."""
    return (one_line(reply.headers.get("content-type", "").partition(";")[0]) or "")[:80]


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
        number = _whole(value)
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


def identifier_of(text: str | None) -> Identifier | None:
    """Returns the identifier that a service spells in any way, or None."""
    try:
        return parse_ref(text or "").identifier
    except MalformedIdentifier:
        return None


def line(markup: str | None) -> str | None:
    """Returns text on one line, without the tags of HTML, JATS and MathML, its entities read.

    Args:
        markup: as publishers deposit it; what is no tag of theirs stays.
    """
    return one_line(_read_entities(" ".join(_blocks(markup or ""))))


def prose(markup: str | None) -> str | None:
    """Returns text like `line`, in its paragraphs and without the heading "Abstract"."""
    blocks = _blocks(markup or "")
    if len(blocks) == 1:
        return paragraphs(_read_entities(blocks[0]))
    parts = [part for block in blocks if (part := one_line(_read_entities(block)))]
    if parts and parts[0].rstrip(".:").lower() in _HEADINGS:
        del parts[0]
    return "\n\n".join(parts) or None


def _blocks(markup: str) -> list[str]:
    """Cuts text at the tags that begin and end a paragraph, and drops the others."""
    blocks: list[list[str]] = [[]]
    has_math = "math>" in markup.replace("tex-math>", "")
    repeated = None
    end = 0
    for tag in _TAG.finditer(markup):
        closes, space, name = tag[1], tag[2].lower(), tag[3].lower()
        if space not in _SPACES and (space or name not in _ELEMENTS):
            continue
        if repeated is None:
            blocks[-1].append(markup[end : tag.start()])
        end = tag.end()
        if name in _BLOCKS:
            blocks.append([])
        elif name == repeated and closes:
            repeated = None
        elif repeated is None and name in _REPEATED and not (closes or tag[4]):
            repeated = name if has_math else None
    if repeated is None:
        blocks[-1].append(markup[end:])
    return ["".join(block) for block in blocks]


def _read_entities(text: str) -> str:
    """Reads the entities, once; tags for letters that were deposited as entities go too."""
    read = _ENTITY.sub(_character, text)
    return _ESCAPED_TAG.sub("", read) if "&lt;" in text else read


def _character(entity: re.Match[str]) -> str:
    """Returns what an entity stands for, itself if that is nothing."""
    from html import unescape
    from html.entities import html5

    if entity[3]:
        return html5.get(f"{entity[3]};", entity[0])
    return unescape(entity[0])


def read_csl(record: Record, ref: Identifier, source: str) -> Candidate:
    """Reads a record of CSL JSON, in the forms of doi.org and of Crossref.

    Args:
        record: of the work.
        ref: the DOI that was asked for.
        source: the name of the service.

    Raises:
        BadReply: it is about another work, says nothing of it, or is malformed.
    """
    check_identity(record, record.text("DOI"), ref)
    return checked(
        Candidate(
            source=source,
            identifiers=(ref,),
            title=_title(record),
            authors=tuple(_authors(record)),
            abstract=prose(record.text("abstract", LONGEST_TEXT)),
            published=earliest(_date(record, name) for name in DATES) or _date(record, "posted"),
            venue=_venue(record),
        )
    )


def check_identity(record: Record, stated: str | None, ref: Identifier) -> None:
    """Refuses a record that is not about the work that was asked for.

    Raises:
        BadReply: the DOI it states is another one, or missing.
    """
    if stated is None:
        raise BadReply(record.source, "it does not say which work it is about")
    if stated.strip().lower() != ref.value and identifier_of(stated) != ref:
        raise BadReply(record.source, f"it is about {one_line(stated)} instead of {ref}")


def checked(candidate: Candidate) -> Candidate:
    """Returns a candidate that says something.

    Raises:
        BadReply: it has neither title nor authors.
    """
    if not (candidate.title or candidate.authors):
        raise BadReply(candidate.source, "it gives neither title nor authors")
    return candidate


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


def _title(record: Record) -> str | None:
    """Returns the title with its subtitle; both are lists at Crossref."""
    title = next(filter(None, map(line, record.texts("title"))), None)
    return with_subtitle(title, next(filter(None, map(line, record.texts("subtitle"))), None))


def _authors(record: Record) -> Iterator[Author]:
    """Yields the authors in their order."""
    for author in record.records("author"):
        given, family = line(author.text("given")), _family(author)
        names = (given, family, line(author.text("suffix")))
        if family:
            yield Author(" ".join(filter(None, names)), family, given)
        elif name := line(author.text("name")) or line(author.text("literal")) or given:
            yield Author(name)


def _family(author: Record) -> str | None:
    """Returns the family name with its particles."""
    names = ("dropping-particle", "non-dropping-particle", "family")
    family = line(author.text("family"))
    return family and " ".join(filter(None, (line(author.text(name)) for name in names)))


def _date(record: Record, name: str) -> str | None:
    """Returns a date given in parts: `{"date-parts": [[2024, 3]]}`; the first may be null."""
    field = record.record(name)
    ranges = field.raw("date-parts")
    if ranges is None:
        return None
    if not isinstance(ranges, list) or not all(isinstance(one, list) for one in ranges):
        raise record.odd(name, "date")
    parts = ranges[0] if ranges else []
    numbers = [_whole(part) for part in parts if part is not None]
    if None in numbers:
        raise record.odd(name, "date")
    return iso_date(*numbers[:3]) if numbers else None


def _whole(value: object) -> int | None:
    """Returns a whole number, which may be spelt as text."""
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,4}\s*", value):
        return int(value)
    return value if isinstance(value, int) else None


def _venue(record: Record) -> str | None:
    """Returns the conference, or what the work appeared in.

    A chapter has the series first and the book last.
    """
    kind = record.text("type") or ""
    titles = [title for text in record.texts("container-title") if (title := line(text))]
    event = _event(record) if kind in PROCEEDINGS else None
    if event or not titles:
        return event
    return titles[-1] if kind in CHAPTERS else titles[0]


def _event(record: Record) -> str | None:
    """Returns the name of the conference: text in CSL, an object at Crossref."""
    if isinstance(record.raw("event"), str):
        return line(record.text("event"))
    return line(record.record("event").text("name"))

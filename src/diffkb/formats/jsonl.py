"""JSON lines: an entry a line, in the shape an entry has in every answer of `--json`."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

from diffkb.core.identifiers import parse_ref
from diffkb.core.models import ARXIV, DOI, OPENREVIEW, Author, Fields, Identifier, Link, Record
from diffkb.errors import MalformedIdentifier
from diffkb.formats import NoRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from diffkb.core.models import Entry, Kind
    from diffkb.core.references import Reference
    from diffkb.formats import Style

NAME = "jsonl"
# Halves of surrogate pairs stand for bytes that are no UTF-8; JSON has no word for them.
SURROGATES = re.compile("[\ud800-\udfff]")
# https://docs.openreview.net/: letters, digits, minus and underscore.
OPENREVIEW_ID = re.compile(r"[\w-]{1,100}", re.ASCII)

T = TypeVar("T")

# What a value has to be, for people.
KINDS: dict[type, str] = {str: "text", int: "whole number", bool: "truth value", list: "list"}


def write(references: Iterable[Reference], style: Style) -> Iterator[str]:
    """Yields a line for each entry, with what else it had where it was imported from.

    Args:
        references: the entries.
        style: how; private notes come as `private`.
    """
    for one in references:
        private = {"private": one.private} if style.private else {}
        yield _line(entry_object(one.entry) | private | one.extra.get(NAME, {}))


def write_entries(entries: Iterable[Entry]) -> Iterator[str]:
    """Yields a line for each entry."""
    return map(_line, map(entry_object, entries))


def _line(values: dict[str, Any]) -> str:
    """Returns an object as a line."""
    return SURROGATES.sub("\ufffd", json.dumps(values, ensure_ascii=False)) + "\n"


def entry_object(entry: Entry) -> dict[str, Any]:
    """Returns an entry as JSON holds it; what is not known is null."""
    return asdict(entry)


def read_record(line: bytes) -> Record:
    """Reads a line as `write` writes it; what is missing is null, and unknown keys are kept.

    Raises:
        NoRecord: it is no such entry; the message says why.
    """
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise NoRecord("it is no JSON") from error
    if not isinstance(found, dict):
        raise NoRecord("it is no JSON object")
    values = _Values(found)
    title = values.take("title", str)
    if title is None or not title.strip():
        raise NoRecord("it has no `title`")
    links = tuple(
        Link(one.need("label", str), one.need("url", str)) for one in values.objects("links")
    )
    fields = Fields(
        title=" ".join(title.split()),
        url=values.take("url", str),
        links=links,
        year=values.take("year", int),
        wr=values.take("wr", int),
        read=values.take("read", bool),
        tags=tuple(values.texts("tags")),
        note=values.take("note", str),
    )
    return Record(
        fields,
        identifiers=tuple(_identifiers(values)),
        kind=values.choice("kind", ("paper", "link")),
        document=values.take("document", str),
        section=tuple(values.texts("section")),
        authors=tuple(_authors(values)),
        venue=values.take("venue", str),
        published=values.take("published", str),
        abstract=values.take("abstract", str),
        key=values.take("key", str),
        pending=bool(values.take("pending", bool)),
        private=values.take("private", str),
        # Another base has other ids, and where the year stands is for its list to decide.
        extra=values.rest(without=("id", "year_from", "line", "end_line")),
    )


def _identifiers(values: _Values) -> Iterator[Identifier]:
    """Yields the identifiers that keys of their own give."""
    for key, scheme in (("arxiv_id", ARXIV), ("doi", DOI)):
        value = values.take(key, str)
        if value is None:
            continue
        try:
            identifier = parse_ref(value).identifier
        except MalformedIdentifier as error:
            raise NoRecord(f"`{key}` is none: {value}") from error
        if identifier is None or identifier.scheme != scheme:
            raise NoRecord(f"`{key}` is none: {value}")
        yield identifier
    if (value := values.take("openreview_id", str)) is not None:
        if not OPENREVIEW_ID.fullmatch(value):
            raise NoRecord(f"`openreview_id` is none: {value}")
        yield Identifier(OPENREVIEW, value)


def _authors(values: _Values) -> Iterator[Author]:
    """Yields the authors: objects with a name, or names alone."""
    for one in values.take("authors", list) or ():
        if isinstance(one, str):
            yield Author(one)
        elif isinstance(one, dict):
            named = _Values(one)
            family, given = named.take("family", str), named.take("given", str)
            name = named.take("name", str) or " ".join(filter(None, (given, family)))
            if not name:
                raise NoRecord("an author has no `name`")
            yield Author(name, family, given)
        else:
            raise NoRecord("`authors` is no list of authors")


class _Values:
    """The values of a JSON object, each taken out as what it has to be."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def take(self, key: str, kind: type[T]) -> T | None:
        """Returns a value that may be missing or null.

        Raises:
            NoRecord: it is something else.
        """
        value = self._values.pop(key, None)
        if value is None:
            return None
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise NoRecord(f"`{key}` is no {KINDS[kind]}")
        return value

    def need(self, key: str, kind: type[T]) -> T:
        """Returns a value that has to be there."""
        value = self.take(key, kind)
        if value is None:
            raise NoRecord(f"`{key}` is missing")
        return value

    def choice(self, key: str, choices: tuple[Kind, ...]) -> Kind | None:
        """Returns one of a few words."""
        value = self.take(key, str)
        for one in choices:
            if value == one:
                return one
        if value is not None:
            raise NoRecord(f"`{key}` is none of {', '.join(choices)}")
        return None

    def texts(self, key: str) -> list[str]:
        """Returns a list of texts, empty where it is missing."""
        found = self.take(key, list) or []
        if not all(isinstance(one, str) for one in found):
            raise NoRecord(f"`{key}` is no list of texts")
        return found

    def objects(self, key: str) -> list[_Values]:
        """Returns a list of objects, empty where it is missing."""
        found = self.take(key, list) or []
        if not all(isinstance(one, dict) for one in found):
            raise NoRecord(f"`{key}` is no list of objects")
        return [_Values(dict(one)) for one in found]

    def rest(self, *, without: tuple[str, ...]) -> dict[str, Any]:
        """Returns what nobody took."""
        return {key: value for key, value in self._values.items() if key not in without}

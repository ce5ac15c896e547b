"""Which entries a person asks for: options become a condition on the base."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.query import (
    EVERYTHING,
    SORT_FIELDS,
    And,
    Between,
    Fitting,
    InDocument,
    InSection,
    Missing,
    Not,
    Or,
    SortKey,
    Within,
    is_everything,
)
from diffkb.errors import BadValue, DocumentNotFound, SectionNotFound, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from diffkb.core.query import Condition
    from diffkb.store.reader import Document, Reader

# A year, or a range of years of which one end may be missing.
YEARS = re.compile(r"(?P<low>\d{1,4})|(?P<from>\d{1,4})?\.\.(?P<to>\d{1,4})?", re.ASCII)


class Wish(NamedTuple):
    """What a person asks for, as they typed it; None and empty leave a matter open."""

    query: Sequence[str] = ()
    section: str | None = None
    document: str | None = None
    year: str | None = None
    min_wr: int | None = None
    max_wr: int | None = None
    unrated: bool = False
    include_unrated: bool = False
    sort: Sequence[str] = ()
    limit: int | None = None


class Selection(NamedTuple):
    """A wish as the base understands it.

    Attributes:
        condition: which entries.
        whatever_wr: the same without a filter that left unrated entries out; None where none did.
        order: by what to sort before the list's own order.
        limit: at most so many.
    """

    condition: Condition
    whatever_wr: Condition | None
    order: tuple[SortKey, ...]
    limit: int | None


def select(reader: Reader, wish: Wish, saved: Mapping[str, str] | None = None) -> Selection:
    """Makes a selection of a wish.

    Args:
        reader: the base.
        wish: what was typed.
        saved: queries by the name they are saved under.

    Raises:
        BadQuery, BadValue, UsageError: a part of it cannot be read.
        SectionNotFound, DocumentNotFound: there is no such section or document.
    """
    asked, query_order = _read_query(wish.query, saved)
    parts = [] if is_everything(asked) else [resolve(reader, asked)]
    if wish.document is not None:
        parts.append(InDocument(find_document(reader.documents(), wish.document).id))
    if wish.section is not None:
        parts.append(_within(reader, wish.section, wish.document))
    if wish.year is not None:
        parts.append(parse_years(wish.year))
    rest = And(tuple(parts))
    rated = _by_wr(wish)
    condition = And((*parts, rated)) if rated else rest
    whatever_wr = rest if isinstance(rated, Between) else None
    order = (*query_order, *parse_order(wish.sort))
    return Selection(condition, whatever_wr, order, wish.limit)


def _read_query(
    arguments: Sequence[str], saved: Mapping[str, str] | None
) -> tuple[Condition, tuple[SortKey, ...]]:
    """Returns the condition and the order of a query; most listings have none to be read."""
    if not arguments:
        return EVERYTHING, ()
    from diffkb.core.grammar import join_arguments, read_query

    return read_query(join_arguments(arguments), saved)


def resolve(reader: Reader, condition: Condition) -> Condition:
    """Returns a condition with sections and lines looked up, and its patterns looked at.

    Raises:
        SectionNotFound: there is no such section.
        BadPattern: a regular expression cannot be read.
    """
    resolved = condition
    match condition:
        case InSection(name):
            resolved = _within(reader, name, None)
        case Between("line", low, high):
            resolved = Within(tuple(reader.spans_of_lines(low, high)))
        case Missing("line"):
            # Every entry stands somewhere.
            resolved = Or(())
        case Not(part):
            resolved = Not(resolve(reader, part))
        case And(parts):
            resolved = And(tuple(resolve(reader, part) for part in parts))
        case Or(parts):
            resolved = Or(tuple(resolve(reader, part) for part in parts))
        case Fitting(_, pattern):
            from diffkb.store.functions import check_pattern

            check_pattern(pattern)
    return resolved


def find_document(documents: Sequence[Document], name: str) -> Document:
    """Returns the document of that name, whatever its case.

    Raises:
        DocumentNotFound: there is none.
    """
    for document in documents:
        if document.name.casefold() == name.strip().casefold():
            return document
    raise DocumentNotFound(name, [document.name for document in documents])


def parse_years(text: str) -> Between:
    """Reads `2023`, `2020..2022`, `2022..` or `..2019`.

    Raises:
        BadValue: it is none of these.
    """
    found = YEARS.fullmatch(text.strip())
    if found is None or text.strip() == "..":
        raise BadValue("--year", text, "a year such as 2023, or a range such as 2020..2022")
    if found["low"]:
        return Between("year", int(found["low"]), int(found["low"]))
    low, high = (int(year) if year else None for year in (found["from"], found["to"]))
    if low is not None and high is not None and low > high:
        raise BadValue("--year", text, "a range that begins with its first year")
    return Between("year", low, high)


def parse_order(keys: Sequence[str]) -> tuple[SortKey, ...]:
    """Reads sort keys such as `year-` or `title,wr-`.

    Raises:
        BadValue: a field that nothing is sorted by.
    """
    order = []
    for key in ",".join(keys).split(","):
        if not (name := key.strip()):
            continue
        field = name.rstrip("+-").lower()
        if field not in SORT_FIELDS or len(name) > len(field) + 1:
            raise BadValue("--sort", name, f"one of {', '.join(SORT_FIELDS)}, each with + or -")
        order.append(SortKey(field, descending=name.endswith("-")))
    return tuple(order)


def missed_scale(reader: Reader, condition: Condition) -> tuple[int, int] | None:
    """Returns lowest and highest WR of the lists, where a WR is asked for that is on no scale.

    Args:
        reader: the base.
        condition: what is asked for.

    Returns:
        None where every WR that is asked for is on the scale of some list.
    """
    asked = list(_asked_wrs(condition))
    if not asked:
        return None
    # Loaded here: of all that is listed only what asks for WR and finds nothing needs it.
    from diffkb.markdown.dialect import WR_SCALE, Dialect

    scales = [Dialect.from_json(one.dialect).scale or WR_SCALE for one in reader.documents()]
    low = min((low for low, _ in scales), default=WR_SCALE[0])
    high = max((high for _, high in scales), default=WR_SCALE[1])
    off = any(
        (one.low is not None and one.low > high) or (one.high is not None and one.high < low)
        for one in asked
    )
    return (low, high) if off else None


def _asked_wrs(condition: Condition) -> Iterator[Between]:
    """Yields the bounds of WR that a condition asks for, those it excludes left out."""
    match condition:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _asked_wrs(part)
        case Between("wr"):
            yield condition


def _within(reader: Reader, name: str, document: str | None) -> Within:
    """Returns the condition for the sections of a name, or of a path."""
    chosen = find_document(reader.documents(), document).id if document else None
    if spans := reader.spans_named(name, chosen):
        return Within(tuple(spans))
    outline = reader.outline(chosen)
    nodes = outline.find(name)
    if not nodes:
        raise SectionNotFound(name, outline.nearest(name))
    return Within(tuple(outline.span(node) for node in nodes))


def _by_wr(wish: Wish) -> Condition | None:
    """Returns the condition on WR; None without one."""
    bounded = wish.min_wr is not None or wish.max_wr is not None
    if wish.unrated:
        if bounded:
            raise UsageError(
                "unrated entries have no WR to be bounded",
                hint="--include-unrated adds them to those that --min-wr and --max-wr leave",
            )
        return Missing("wr")
    if not bounded:
        return None
    rated = Between("wr", wish.min_wr, wish.max_wr)
    return Or((rated, Missing("wr"))) if wish.include_unrated else rated

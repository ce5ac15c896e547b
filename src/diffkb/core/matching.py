"""Whether a condition holds for plain values: what the SQL of `store.sql` must agree with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from diffkb.core.fields import EXACT, SEARCHED
from diffkb.core.query import (
    And,
    Between,
    By,
    Dated,
    Fitting,
    Holding,
    InDocument,
    InSection,
    Missing,
    Named,
    Not,
    Or,
    Phrase,
    Within,
    Written,
)
from diffkb.core.text import fold, words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from diffkb.core.models import Author
    from diffkb.core.outline import Span
    from diffkb.core.query import Condition, OnField


class Record(NamedTuple):
    """An entry as plain values.

    Attributes:
        values: of each field, as many as it has; authors are `Author`, numbers `int`.
        document_id: its document.
        position: where in the document it stands.
    """

    values: Mapping[str, Sequence[Any]]
    document_id: int = 1
    position: int = 0


def matches(condition: Condition, record: Record, search: Callable[[str, str], bool]) -> bool:
    """Says whether a condition holds for an entry.

    Args:
        condition: without names of sections, which only a base can resolve.
        record: the entry.
        search: says whether a regular expression finds something in a text.
    """
    match condition:
        case And(parts):
            holds = all(matches(part, record, search) for part in parts)
        case Or(parts):
            holds = any(matches(part, record, search) for part in parts)
        case Not(part):
            holds = not matches(part, record, search)
        case Within(spans):
            holds = any(_is_within(span, record) for span in spans)
        case InDocument(document_id):
            holds = record.document_id == document_id
        case Missing(field):
            holds = not record.values.get(field)
        case InSection(name):
            raise ValueError(f"the section {name} is not resolved")
        case _:
            holds = any(
                _holds(condition, value, search)
                for field in fields_of(condition)
                for value in record.values.get(field, ())
            )
    return holds


def fields_of(condition: OnField) -> tuple[str, ...]:
    """Returns the fields whose values a condition is about."""
    if isinstance(condition, By):
        return ("author",)
    return SEARCHED if condition.field is None else (condition.field,)


def _is_within(span: Span, record: Record) -> bool:
    """Says whether an entry stands in a stretch."""
    if record.document_id != span.document_id or record.position < span.low:
        return False
    return span.high is None or record.position < span.high


def _holds(condition: OnField, value: Any, search: Callable[[str, str], bool]) -> bool:
    """Says whether a condition on a field holds for one of its values."""
    match condition:
        case Between(_, low, high):
            holds = (low is None or value >= low) and (high is None or value <= high)
        case Dated(_, low, high):
            holds = is_dated(value, low, high)
        case Phrase(_, sought, prefix):
            holds = has_phrase(_text(value), sought, prefix=prefix)
        case Named(field, name, prefix):
            holds = is_named(field, value, name, prefix=prefix)
        case Holding(_, text):
            holds = text in fold(value)
        case Written(_, text):
            holds = _text(value) == text
        case Fitting(_, pattern):
            holds = search(pattern, _text(value))
        case By():
            holds = is_by(condition, value)
    return holds


def _text(value: Any) -> str:
    """Returns a value as text; of an author the whole name."""
    return str(getattr(value, "name", value))


def has_phrase(text: str, sought: Sequence[str], *, prefix: bool) -> bool:
    """Says whether words stand side by side in a text, the last one perhaps going on.

    Args:
        text: as it is written.
        sought: folded words.
        prefix: whether the last one may go on.
    """
    found = words(text)
    length = len(sought)
    return any(
        _is_phrase(found[start : start + length], sought, prefix=prefix)
        for start in range(len(found) - length + 1)
    )


def _is_phrase(found: Sequence[str], sought: Sequence[str], *, prefix: bool) -> bool:
    """Says whether as many words are those that are sought."""
    if not prefix:
        return list(found) == list(sought)
    return list(found[:-1]) == list(sought[:-1]) and found[-1].startswith(sought[-1])


def is_dated(value: str, low: str | None, high: str | None) -> bool:
    """Says whether a time lies between bounds, each as exact as it is written."""
    return (low is None or value >= low) and (high is None or value[: len(high)] <= high)


def is_named(field: str, value: str, name: str, *, prefix: bool) -> bool:
    """Says whether a label is the one that is sought; a host also stands for those below it."""
    folded = value if field in EXACT else fold(value)
    if prefix:
        return folded.startswith(name)
    return folded == name or (field == "host" and folded.endswith(f".{name}"))


def is_by(by: By, author: Author) -> bool:
    """Says whether an author is the person that is sought.

    Where nobody told the family name from the given ones, it is what the name ends with.
    """
    family, given = _apart(author)
    if family is not None:
        length = len(by.family)
        fits = len(family) >= length and _is_phrase(family[:length], by.family, prefix=by.prefix)
        return fits and _begin_with(given, by.given)
    start = len(given) - len(by.family)
    return (
        start >= 0
        and _is_phrase(given[start:], by.family, prefix=by.prefix)
        and _begin_with(given[:start], by.given)
    )


def _apart(author: Author) -> tuple[list[str] | None, list[str]]:
    """Returns the words of the family and the given names; None and all where nobody knows."""
    if author.family is not None:
        return words(author.family), words(author.given or "")
    family, comma, given = author.name.partition(",")
    return (words(family), words(given)) if comma else (None, words(author.name))


def _begin_with(names: Sequence[str], beginnings: Sequence[str]) -> bool:
    """Says whether names begin, one by one, with what was typed of them."""
    if len(beginnings) > len(names):
        return False
    return all(name.startswith(one) for name, one in zip(names, beginnings, strict=False))

"""What entries are asked for: conditions as values, and the order of the answer.

A query's text is read by `core.grammar`, asked of a base by `store.sql`, and of plain values by
`core.matching`; the two must select the same entries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from diffkb.core.outline import Span


class Between(NamedTuple):
    """A number between two bounds, both included; None leaves a side open."""

    field: str
    low: int | None = None
    high: int | None = None


class Dated(NamedTuple):
    """A date between two bounds, each as exact as it is written: 2026-01 is the whole month."""

    field: str
    low: str | None = None
    high: str | None = None


class Missing(NamedTuple):
    """A field that has no value."""

    field: str


class Phrase(NamedTuple):
    """Folded words that stand side by side in one text of a field.

    Attributes:
        field: the field; None means any of the texts that every search looks through.
        words: at least one.
        prefix: whether the last one may go on.
    """

    field: str | None
    words: tuple[str, ...]
    prefix: bool = False


class Named(NamedTuple):
    """A label, whatever its case and diacritics.

    Attributes:
        field: the field.
        name: the folded label.
        prefix: whether it may go on.
    """

    field: str
    name: str
    prefix: bool = False


class Holding(NamedTuple):
    """A link that holds a folded text anywhere."""

    field: str
    text: str


class Written(NamedTuple):
    """A value that is exactly this, each character as it stands."""

    field: str
    value: str


class Fitting(NamedTuple):
    """A value in which a regular expression finds something; its syntax is that of RE2."""

    field: str
    pattern: str


class By(NamedTuple):
    """A work by a person.

    Attributes:
        family: folded words that the family name is, or begins with.
        given: folded words that the given names begin with; empty means whichever.
        prefix: whether the family name may go on.
    """

    family: tuple[str, ...]
    given: tuple[str, ...] = ()
    prefix: bool = False


class InSection(NamedTuple):
    """An entry below a heading that a person named; resolved to `Within`."""

    name: str


class Within(NamedTuple):
    """An entry that stands in one of these stretches."""

    spans: tuple[Span, ...]


class InDocument(NamedTuple):
    """An entry of that document."""

    document_id: int


class Not(NamedTuple):
    """The condition does not hold."""

    part: Condition


class And(NamedTuple):
    """Every condition holds; with none, everything does."""

    parts: tuple[Condition, ...]


class Or(NamedTuple):
    """At least one condition holds; with none, nothing does."""

    parts: tuple[Condition, ...]


# Those that ask for the values of a field.
OnField = Between | Dated | Phrase | Named | Holding | Written | Fitting | By

Condition = OnField | Missing | InSection | Within | InDocument | Not | And | Or

EVERYTHING = And(())


def is_everything(condition: Condition) -> bool:
    """Says whether a condition asks for nothing.

    Conditions of two kinds are equal where their parts are, as tuples are: `And(()) == Or(())`.
    """
    return isinstance(condition, And) and not condition.parts


class SortKey(NamedTuple):
    """A field to sort by; entries without a value come last, whichever way."""

    field: str
    descending: bool = False


SORT_FIELDS = ("year", "wr", "title", "added", "changed", "published", "id")

"""What entries are asked for: conditions as values, and the order of the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from diffkb.core.outline import Span

NumberField = Literal["year", "wr"]


class Between(NamedTuple):
    """A number between two bounds, both included; None leaves a side open."""

    field: NumberField
    low: int | None = None
    high: int | None = None


class Missing(NamedTuple):
    """A field that has no value."""

    field: NumberField


class Within(NamedTuple):
    """An entry that stands in one of these stretches."""

    spans: tuple[Span, ...]


class InDocument(NamedTuple):
    """An entry of that document."""

    document_id: int


class And(NamedTuple):
    """Every condition holds; with none, everything does."""

    parts: tuple[Condition, ...]


class Or(NamedTuple):
    """At least one condition holds; with none, nothing does."""

    parts: tuple[Condition, ...]


Condition = Between | Missing | Within | InDocument | And | Or

EVERYTHING = And(())


class SortKey(NamedTuple):
    """A field to sort by; entries without a value come last, whichever way."""

    field: str
    descending: bool = False


SORT_FIELDS = ("year", "wr", "title", "added", "changed", "published", "id")

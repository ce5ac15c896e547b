"""The values behind a field's name in a query, each kind of field in its own way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from diffkb.core.fields import ALIASES, EXACT, FIELDS
from diffkb.core.identifiers import parse_ref
from diffkb.core.query import (
    And,
    Between,
    By,
    Dated,
    Fitting,
    Holding,
    InSection,
    Missing,
    Named,
    Not,
    Or,
    Phrase,
    Written,
)
from diffkb.core.text import fold, words
from diffkb.errors import MalformedIdentifier

if TYPE_CHECKING:
    from collections.abc import Callable

    from diffkb.core.query import Condition

_BACKWARDS = "`{}` runs backwards"
_NUMBER = re.compile(r"-?[0-9]{1,18}")
_DATE = re.compile(r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?")
_ITEM = re.compile(r'"((?:[^"\\]|\\.)*+)"|([^,]*)', re.DOTALL)
_YES = {"yes": "yes", "true": "yes", "no": "no", "false": "no"}
BY_SIZE = frozenset({">=", "<=", ">", "<"})
# What is written freely; numbers and dates have but one way to be equal.
EXACT_KINDS = frozenset({"text", "author", "link", "label"})


class Value(NamedTuple):
    """One of the values of a term; in quotation marks, every character stands for itself."""

    text: str
    quoted: bool

    @property
    def is_prefix(self) -> bool:
        """Whether it may go on."""
        return not self.quoted and self.text.endswith("*")


def read_term(field: str, operator: str, text: str) -> Condition:
    """Reads what stands behind a field's name.

    Args:
        field: a name of FIELDS, or "has".
        operator: one of those of the grammar.
        text: the values with their quotation marks.

    Raises:
        ValueError: it does not fit the field; its text says why.
    """
    if not text:
        raise ValueError(f"nothing stands behind `{field}{operator}`")
    if field == "has":
        return _has(text)
    kind = FIELDS[field].kind
    if operator in BY_SIZE and kind not in {"number", "date"}:
        raise ValueError(f"`{field}` has no size to compare")
    is_exact = (operator == ":=" and kind in EXACT_KINDS) or (operator == "=" and kind == "text")
    if is_exact or operator == ":~":
        return _exact(field, operator, _whole(text))
    if kind in {"text", "author", "link", "section"}:
        return _single(field, _whole(text))
    if operator in BY_SIZE:
        return _compared(field, operator, _whole(text))
    found = [_one(field, value) for value in _items(text)]
    return found[0] if len(found) == 1 else Or(tuple(found))


def _has(text: str) -> Condition:
    """Returns the condition that a field has a value."""
    name = ALIASES.get(text.lower(), text.lower())
    if name not in FIELDS or FIELDS[name].kind == "section":
        raise ValueError(f"there is no field `{text}` to have")
    return Not(Missing(name))


def _whole(text: str) -> Value:
    """Returns all that stands behind a field's name as one value."""
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        return Value(text[1:-1].replace('\\"', '"'), quoted=True)
    return Value(text, quoted=False)


def _items(text: str) -> list[Value]:
    """Returns the values between commas."""
    values = []
    at = 0
    while at <= len(text):
        found = _ITEM.match(text, at)
        if found is None or (found.end() < len(text) and text[found.end()] != ","):
            raise ValueError("behind a quotation stands a comma or nothing")
        quoted = found[1] is not None
        value = (found[1] or "").replace('\\"', '"') if quoted else found[2]
        if not value:
            raise ValueError("a value is missing between the commas")
        values.append(Value(value, quoted))
        at = found.end() + 1
    return values


def _exact(field: str, operator: str, value: Value) -> Condition:
    """Returns the condition that a value is, or fits, what was typed."""
    kind = FIELDS[field].kind
    if kind == "section":
        raise ValueError("a section is named, without `~`")
    if kind in {"number", "flag"}:
        raise ValueError(f"`{field}` is no text that a pattern could fit")
    return (Fitting if operator == ":~" else Written)(field, value.text)


def _single(field: str, value: Value) -> Condition:
    """Returns the condition for a field whose value may hold commas."""
    if (presence := _presence(field, value)) is not None:
        return presence
    kind = FIELDS[field].kind
    if kind == "section":
        return InSection(value.text)
    if kind == "link":
        return Holding(field, fold(value.text))
    found = tuple(words(value.text))
    if not found:
        raise ValueError("there is no letter or digit to look for")
    if kind == "author":
        family, _, given = value.text.partition(",")
        by = By(tuple(words(family)), tuple(words(given)), value.is_prefix)
        if not by.family:
            raise ValueError("a family name is missing before the comma")
        return by
    return Phrase(field, found, value.is_prefix)


def _one(field: str, value: Value) -> Condition:
    """Returns the condition for one of several values."""
    if (presence := _presence(field, value)) is not None:
        return presence
    return _READERS[FIELDS[field].kind](field, value)


def _presence(field: str, value: Value) -> Condition | None:
    """Returns the condition for `none` and `any`; None for other values."""
    if value.quoted or value.text.lower() not in {"none", "any"}:
        return None
    if FIELDS[field].kind == "section":
        return None
    missing = Missing(field)
    return missing if value.text.lower() == "none" else Not(missing)


def _number(field: str, value: Value) -> Condition:
    """Reads a number, or a range of numbers."""
    low, high = map(_int, _range(value.text, _NUMBER, "number", "3, or a range such as 2..3"))
    if low is not None and high is not None and low > high:
        raise ValueError(_BACKWARDS.format(value.text))
    return Between(field, low, high)


def _date(field: str, value: Value) -> Condition:
    """Reads a date, or a range of dates."""
    low, high = _range(value.text, _DATE, "date", "2026, 2026-01 or 2026-01-31, or a range")
    if low and high and low > high and not low.startswith(high):
        raise ValueError(_BACKWARDS.format(value.text))
    return Dated(field, low, high)


def _range(
    text: str, form: re.Pattern[str], what: str, example: str
) -> tuple[str | None, str | None]:
    """Reads a value as both bounds, or a range of which one end may be missing."""
    low, dots, high = text.partition("..")
    ends = [low, high] if dots else [low]
    if not any(ends) or not all(form.fullmatch(end) for end in ends if end):
        raise ValueError(f"`{text}` is no {what} such as {example}")
    return (low or None, high or None) if dots else (low, low)


def _int(text: str | None) -> int | None:
    """Returns a number; none stays none."""
    return None if text is None else int(text)


def _compared(field: str, operator: str, value: Value) -> Condition:
    """Returns the condition of a comparison by size."""
    if FIELDS[field].kind == "number":
        if not _NUMBER.fullmatch(value.text):
            raise ValueError(f"`{value.text}` is no number")
        number = int(value.text)
        step = 1 if operator in {">", "<"} else 0
        if operator.startswith(">"):
            return Between(field, number + step, None)
        return Between(field, None, number - step)
    if not _DATE.fullmatch(value.text):
        raise ValueError(f"`{value.text}` is no date such as 2026, 2026-01 or 2026-01-31")
    if operator in {">=", "<="}:
        bounds = (value.text, None) if operator == ">=" else (None, value.text)
        return Dated(field, *bounds)
    bounds = (None, value.text) if operator == ">" else (value.text, None)
    return And((Not(Dated(field, *bounds)), Not(Missing(field))))


def _label(field: str, value: Value) -> Condition:
    """Reads a label; an identifier in any of its spellings."""
    text = value.text[:-1] if value.is_prefix else value.text
    if field in EXACT:
        return Named(field, text if value.is_prefix else _normalised(field, text), value.is_prefix)
    return Named(field, fold(text), value.is_prefix)


def _normalised(scheme: str, text: str) -> str:
    """Returns an identifier as the base holds it; what is none stays as it is."""
    try:
        identifier = parse_ref(text).identifier
    except MalformedIdentifier:
        return text
    return identifier.value if identifier and identifier.scheme == scheme else text


def _flag(field: str, value: Value) -> Condition:
    """Reads yes or no."""
    word = _YES.get(value.text.lower())
    if word is None:
        raise ValueError(f"`{field}` is yes or no, not `{value.text}`")
    return Named(field, word)


_READERS: dict[str, Callable[[str, Value], Condition]] = {
    "number": _number,
    "date": _date,
    "label": _label,
    "flag": _flag,
}

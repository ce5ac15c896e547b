"""Conditions on the fields of an entry as SQL; e is the entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from diffkb.core.fields import EXACT, SEARCHED
from diffkb.core.query import And, Between, By, Dated, Fitting, Holding, Named, Or, Phrase, Written

if TYPE_CHECKING:
    from diffkb.core.query import Condition, OnField

Clause = tuple[str, list[Any]]

# What SQLite's integers reach to; no number in a base is greater.
GREATEST = 2**63 - 1

# So many ids in a row are few.
FEW_IDS = 1_000

# A chosen fact of the entry's paper.
FACT = "(SELECT value FROM facts WHERE paper_id = e.paper_id AND name = '{name}' AND chosen)"
_NOTE = "(SELECT text FROM notes WHERE entry_id = e.id AND kind = '{kind}')"
_STATE = "(SELECT state = 'pending' FROM papers WHERE id = e.paper_id)"

# Fields of which an entry has one value at most.
VALUES = {
    "id": "e.id",
    "title": "e.title",
    "year": "e.year",
    "wr": "e.wr",
    "kind": "e.kind",
    "url": "e.url",
    "key": "e.citation_key",
    "added": "e.added",
    "changed": "e.changed",
    "document": "(SELECT name FROM documents WHERE id = e.document_id)",
    "note": _NOTE.format(kind="listed"),
    "private": _NOTE.format(kind="private"),
    "official": FACT.format(name="title"),
    "abstract": FACT.format(name="abstract"),
    "published": FACT.format(name="published"),
    "venue": f"coalesce(e.venue, {FACT.format(name='venue')})",
    "host": "host(e.url)",
    "read": "CASE e.read WHEN 1 THEN 'yes' WHEN 0 THEN 'no' END",
    "pending": f"iif(coalesce({_STATE}, 0), 'yes', 'no')",
}


class Many(NamedTuple):
    """A field of which an entry may have many values.

    Attributes:
        rows: what stands behind FROM, with its condition on the entry.
        value: the column of the value.
    """

    rows: str
    value: str


_CATEGORIES = f"labels({FACT.format(name='categories')})"
_IDENTIFIERS = "identifiers v WHERE v.paper_id = e.paper_id AND v.scheme = '{scheme}'"
_AUTHORS = (
    "facts f JOIN authors v ON v.fact_id = f.id"
    " WHERE f.paper_id = e.paper_id AND f.name = 'authors' AND f.chosen"
)
# Where no source names the authors, those that the list shows.
_WRITTEN_AUTHORS = (
    "(SELECT e.authors AS name, NULL AS family, NULL AS given) v"
    f" WHERE v.name IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {_AUTHORS})"
)
MANY = {
    "tag": [Many("tags v WHERE v.entry_id = e.id", "v.name")],
    "category": [Many(f"json_each({_CATEGORIES}) v WHERE 1", "v.value")],
    "source": [Many("facts v WHERE v.paper_id = e.paper_id", "v.source")],
    "mentioned": [Many("json_each(coalesce(e.mentioned, '[]')) v WHERE 1", "v.value")],
    "author": [Many(_AUTHORS, "v.name"), Many(_WRITTEN_AUTHORS, "v.name")],
    **{
        scheme: [Many(_IDENTIFIERS.format(scheme=scheme), "v.value")]
        for scheme in ("arxiv", "doi", "openreview")
    },
}


def compile_missing(field: str) -> Clause:
    """Returns the expression for a field without a value."""
    if field in VALUES:
        return f"{VALUES[field]} IS NULL", []
    found = " OR ".join(f"EXISTS (SELECT 1 FROM {many.rows})" for many in MANY[field])
    return f"NOT ({found})", []


def compile_on_field(condition: OnField) -> Clause:
    """Returns the expression for a condition that one of a field's values holds."""
    if isinstance(condition, Phrase) and is_of_words(condition):
        return compile_words(condition)
    if isinstance(condition, By):
        return _by(condition)
    if isinstance(condition, Named) and condition.field in EXACT and not condition.prefix:
        return _identified(condition)
    field = condition.field or ""
    if field in VALUES:
        return _holds(condition, VALUES[field])
    clauses = [_exists(many, _holds(condition, many.value)) for many in MANY[field]]
    text = " OR ".join(clause for clause, _ in clauses)
    return text, [parameter for _, parameters in clauses for parameter in parameters]


def fitting(number: int) -> int:
    """Returns a number that a person typed, or the nearest one that SQLite can compare with."""
    return max(-GREATEST, min(number, GREATEST))


def _exists(many: Many, clause: Clause) -> Clause:
    """Returns the expression that one of many values holds a condition."""
    text, parameters = clause
    return f"EXISTS (SELECT 1 FROM {many.rows} AND {text})", parameters


def _holds(condition: OnField, value: str) -> Clause:
    """Returns the expression that a value holds a condition."""
    match condition:
        case Between(_, low, high):
            clause = _between(value, low, high)
        case Dated(_, low, high):
            clause = _dated(value, low, high)
        case Phrase(_, sought, prefix):
            clause = f"has_phrase({value}, ?, ?)", [" ".join(sought), prefix]
        case Named():
            clause = _named(condition, value)
        case Holding(_, text):
            clause = f"instr(fold({value}), ?) > 0", [text]
        case Written(_, text):
            clause = f"{value} = ?", [text]
        case Fitting(_, pattern):
            clause = f"finds(?, {value})", [pattern]
        case By():
            raise TypeError(condition)
    return clause


def _between(value: str, low: int | None, high: int | None) -> Clause:
    """Returns the expression for a number between bounds; without any, for one that is there."""
    bounds = [(f"{value} >= ?", low), (f"{value} <= ?", high)]
    given = [(text, bound) for text, bound in bounds if bound is not None]
    if not given:
        return f"{value} IS NOT NULL", []
    return " AND ".join(text for text, _ in given), [fitting(bound) for _, bound in given]


def _dated(value: str, low: str | None, high: str | None) -> Clause:
    """Returns the expression for a time between bounds, each as exact as it is written."""
    texts, parameters = [f"{value} IS NOT NULL"], []
    if low is not None:
        texts.append(f"{value} >= ?")
        parameters.append(low)
    if high is not None:
        texts.append(f"substr({value}, 1, {len(high)}) <= ?")
        parameters.append(high)
    return " AND ".join(texts), parameters


def _named(condition: Named, value: str) -> Clause:
    """Returns the expression for a label."""
    name = condition.name
    folded = value if condition.field in EXACT else f"fold({value})"
    if condition.prefix:
        return f"substr({folded}, 1, {len(name)}) = ?", [name]
    if condition.field == "host":
        return f"({folded} = ? OR substr({folded}, -{len(name) + 1}) = ?)", [name, f".{name}"]
    return f"{folded} = ?", [name]


def _identified(condition: Named) -> Clause:
    """Returns the expression for a work's identifier, by its index."""
    return (
        "e.paper_id IN (SELECT paper_id FROM identifiers WHERE scheme = ? AND value = ?)",
        [condition.field, condition.name],
    )


def required_words(condition: Condition) -> str | None:
    """Returns what the index must hold of every entry for which a condition holds.

    Returns:
        An expression for the index; None where there may be entries without any such word.
    """
    match condition:
        case And(parts):
            found = [one for one in map(required_words, parts) if one is not None]
            return f"({' AND '.join(found)})" if found else None
        case Or(parts):
            each = [required_words(part) for part in parts]
            found = [one for one in each if one is not None]
            return f"({' OR '.join(found)})" if found and len(found) == len(each) else None
        case Phrase() if is_of_words(condition):
            return match_expression(condition)
        case By(family, _, prefix):
            return match_expression(Phrase("author", family, prefix))
        case _:
            return None


def is_of_words(condition: Condition) -> bool:
    """Says whether `required_words` is all that a condition asks for."""
    match condition:
        case And(parts) | Or(parts):
            return bool(parts) and all(map(is_of_words, parts))
        case Phrase(field):
            return field is None or field in SEARCHED
        case _:
            return False


def is_looked_up(condition: Condition) -> bool:
    """Says whether a condition leads to few entries by the base's own keys."""
    match condition:
        case And(parts):
            return any(map(is_looked_up, parts))
        case Or(parts):
            return bool(parts) and all(map(is_looked_up, parts))
        case Named(field, _, prefix):
            return field in EXACT and not prefix
        case Between("id", int(low), int(high)):
            return high - low < FEW_IDS
        case _:
            return False


def match_expression(phrase: Phrase) -> str:
    """Returns a phrase as the index is asked for it.

    See https://www.sqlite.org/fts5.html#full_text_query_syntax; folded words hold no character
    that has a meaning there.
    """
    column = f"{{{phrase.field}}} : " if phrase.field else ""
    return f'{column}"{" ".join(phrase.words)}"{" *" if phrase.prefix else ""}'


def compile_words(condition: Condition) -> Clause:
    """Returns the expression for words in the indexed texts.

    Args:
        condition: one that `is_of_words`, and asks for at least one.
    """
    return "e.id IN (SELECT rowid FROM search WHERE search MATCH ?)", [required_words(condition)]


def _by(by: By) -> Clause:
    """Returns the expression for a person: found by the index, then looked at name by name."""
    text, parameters = compile_words(Phrase("author", by.family, by.prefix))
    import json

    person = json.dumps(by)
    is_by = "is_by(v.name, v.family, v.given, ?)"
    either = " OR ".join(_exists(many, (is_by, []))[0] for many in MANY["author"])
    return f"{text} AND ({either})", [*parameters, person, person]

"""Conditions as SQL with bound parameters; e is the entry, b its block."""

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
from diffkb.store.columns import FACT, fitting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffkb.core.outline import Span
    from diffkb.core.query import Condition, OnField

Clause = tuple[str, list[Any]]

# So many ids in a row are few.
FEW_IDS = 1_000

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


def compile_condition(condition: Condition) -> Clause:
    """Returns a condition as an SQL expression, with its parameters.

    Raises:
        ValueError: it names a section that is not resolved.
    """
    match condition:
        case And(parts):
            clause = _all_of(parts)
        case Or(parts) if parts and is_of_words(condition):
            clause = compile_words(condition)
        case Or(parts):
            clause = _joined("OR", [compile_condition(part) for part in parts], "0")
        case Not(part):
            text, parameters = compile_condition(part)
            # What nobody knows does not hold: without this, unrated entries would be lost.
            clause = f"({text}) IS NOT TRUE", parameters
        case Within(spans):
            clause = _joined("OR", [_within(span) for span in spans], "0")
        case InDocument(document_id):
            clause = "b.document_id = ?", [document_id]
        case Missing(field):
            clause = compile_missing(field)
        case InSection(name):
            raise ValueError(f"the section {name} is not resolved")
        case _:
            clause = compile_on_field(condition)
    return clause


def _all_of(parts: Sequence[Condition]) -> Clause:
    """Returns the expression that conditions hold together; the index is asked once for all."""
    of_words = tuple(part for part in parts if is_of_words(part))
    others = [compile_condition(part) for part in parts if not is_of_words(part)]
    in_index = [compile_words(And(of_words))] if of_words else []
    return _joined("AND", [*in_index, *others], "1")


def needs_functions(condition: Condition) -> bool:
    """Says whether the expression of a condition calls functions that SQL must be taught."""
    match condition:
        case And(parts) | Or(parts):
            return any(map(needs_functions, parts))
        case Not(part):
            return needs_functions(part)
        case Missing(field):
            return field in {"host", "category"}
        case Between() | Dated() | Within() | InDocument():
            return False
        case _:
            return True


def _within(span: Span) -> Clause:
    """Returns the expression for a place in a stretch of a document."""
    if span.high is None:
        return "b.document_id = ? AND b.position >= ?", [span.document_id, span.low]
    return (
        "b.document_id = ? AND b.position >= ? AND b.position < ?",
        [span.document_id, span.low, span.high],
    )


def _joined(word: str, clauses: list[Clause], empty: str) -> Clause:
    """Joins expressions by AND or OR."""
    if not clauses:
        return empty, []
    text = f" {word} ".join(f"({text})" for text, _ in clauses)
    return text, [parameter for _, parameters in clauses for parameter in parameters]


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

"""Queries: the base finds what plain Python finds, by the laws of logic, whatever was changed."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select
from tests.journal import index_of

from diffkb.core.fields import FIELDS
from diffkb.core.grammar import read_query
from diffkb.core.matching import Record, matches
from diffkb.core.models import Author
from diffkb.core.outline import Span
from diffkb.core.query import EVERYTHING, And, InDocument, Not, Or, Within
from diffkb.store.functions import finds
from diffkb.store.reader import Reader
from diffkb.store.tables import (
    AuthorRow,
    BlockRow,
    DocumentRow,
    EntryRow,
    FactRow,
    IdentifierRow,
    NoteRow,
    PaperRow,
    TagRow,
)
from diffkb.store.writer import UnitOfWork

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from diffkb.core.query import Condition

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
LONG_AGO = "2020-01-02T03:04:05Z"

WORDS = st.sampled_from(
    "flow Flow matching Schrödinger schrodinger straße 扩散模型 snake_case or C++ x:y flowing (a"
    " AND 2021 İstanbul Œuvre e\u0301tude".split()
)
TEXT = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
MAYBE_TEXT = st.none() | TEXT
AUTHOR = st.sampled_from(
    [
        Author("Yang Song", "Song", "Yang"),
        Author("Song, Yang"),
        Author("Jiaming Song"),
        Author("Erwin Schrödinger", "Schrödinger", "Erwin"),
        Author("Song Han", "Han", "Song"),
        Author("Aäron van den Oord", "van den Oord", "Aäron"),
        Author("宋飏"),
        Author("OpenAI"),
    ]
)
URL = st.sampled_from(
    [
        "https://arxiv.org/abs/2006.11239",
        "https://www.arxiv.org/pdf/2006.11239v2",
        "http://GitHub.com/a/b?q=%41",
        "papers/local file.pdf",
        "http://[broken",
        "https://例え.jp/道",
    ]
)
DATE = st.sampled_from(["2020-06-19", "2021-01-31", "2026-01-01"])
PLAIN = st.fixed_dictionaries(
    {
        "title": TEXT,
        "note": MAYBE_TEXT,
        "private": MAYBE_TEXT,
        "venue": MAYBE_TEXT,
        "url": st.none() | URL,
        "year": st.none() | st.integers(2019, 2023),
        "wr": st.none() | st.integers(0, 3),
        "kind": st.sampled_from(["paper", "link"]),
        "read": st.none() | st.booleans(),
        "added": DATE.map(lambda day: f"{day}T03:04:05Z"),
        "tag": st.lists(st.sampled_from(["Survey", "survey", "tool", "étude"]), unique=True),
        "mentioned": st.lists(URL, max_size=2),
        "written": st.none() | AUTHOR.map(lambda one: one.name),
        "work": st.none()
        | st.fixed_dictionaries(
            {
                "state": st.sampled_from(["pending", "fetched", "unfetched"]),
                "official": MAYBE_TEXT,
                "abstract": MAYBE_TEXT,
                "venue": MAYBE_TEXT,
                "categories": st.none() | st.sampled_from(["cs.LG stat.ML", "cs.CV"]),
                "published": st.none() | DATE,
                "authors": st.none() | st.lists(AUTHOR, min_size=1, max_size=3),
                "arxiv": st.none() | st.sampled_from(["2006.11239", "hep-th/9901001"]),
                "doi": st.none() | st.just("10.1000/Test"),
            }
        ),
    }
)
BASES = st.lists(PLAIN, max_size=6)

VALUES = {
    "text": TEXT | st.sampled_from(["fl*", "扩散", "none", "any", "schr*", "flow matching"]),
    "author": st.sampled_from(
        ["song", "Song, Yang", "Song, Y", "so*", "schrodinger", "van den Oord", "none", "any", "宋"]
    ),
    "link": st.sampled_from(["arxiv.org", "2006.11239v2", "ABS", "none", "any", "%41"]),
    "number": st.sampled_from(["2", "2020..2022", "..2", "2021..", "1,3", "none", "any", "1..99"])
    | st.integers(-(10**18) + 1, 10**18 - 1).map(str),
    "date": st.sampled_from(["2020", "2020-06", "2020-06-19..2021-01", "..2020", "2021..", "none"]),
    "flag": st.sampled_from(["yes", "no", "none", "any"]),
}
LABELS = {
    "tag": "survey SURVEY,tool sur* s* é* none",
    "category": "cs.LG cs.* CS* stat.ml,cs.cv any",
    "arxiv": "arXiv:2006.11239v3 2006.11239 2006* hep-th/9901001 none",
    "doi": "10.1000/test https://doi.org/10.1000/TEST 10.* any",
    "openreview": "none any abc",
    "host": "arxiv.org GitHub.com www.* 例え.jp org none",
    "source": "arxiv ARXIV,crossref a* none",
    "document": "first second s* First,Second",
    "key": "none any a*",
    "kind": "paper link paper,link p*",
}
# Sections and lines are looked up before a base is asked.
LOOKED_UP = {"section", "line"}
SOUGHT = [name for name in FIELDS if name not in LOOKED_UP]


def quoted(text: str) -> str:
    """Gives a value as it must be typed to stay one term."""
    return f'"{text}"' if set(text) & set(' ()"') else text


@st.composite
def terms(draw: st.DrawFn) -> str:
    """Gives a term: a word, a phrase, or a field with a value of its kind."""
    if draw(st.booleans()):
        return quoted(
            draw(st.sampled_from(["flow", "schrodinger", "扩散", "fl*", "flow matching"]))
        )
    field = draw(st.sampled_from(SOUGHT))
    kind = FIELDS[field].kind
    operators = [":", ":", "="] + [":~"] * (kind not in {"number", "flag"})
    operator = draw(st.sampled_from([*operators, ":="]))
    if operator == ":~":
        pattern = draw(st.sampled_from(["^f", "(?i)FLOW", "g$", "[0-9]{4}", "é|ö"]))
        return f'{field}:~"{pattern}"'
    value = draw(st.sampled_from(LABELS[field].split()) if kind == "label" else VALUES[kind])
    if kind in {"number", "date"} and value[0].isdigit() and value.isdigit():
        operator = draw(st.sampled_from([":", ">=", "<=", ">", "<", ":="]))
    return f"{field}{operator}{quoted(value)}"


QUERIES = st.recursive(
    terms(),
    lambda inner: (
        st.tuples(inner, inner).map(lambda two: f"({two[0]} or {two[1]})")
        | st.tuples(inner, inner).map(lambda two: f"{two[0]} {two[1]}")
        | inner.map(lambda one: f"not ({one})")
        | inner.map(lambda one: f"-({one})")
    ),
    max_leaves=5,
)


def write_base(base: Path, plain: list[dict[str, Any]]) -> None:
    """Writes entries as rows: each a block, its work beside it."""
    with UnitOfWork(base, command="make") as unit:
        add = unit.session.add
        add(DocumentRow(id=1, name="first", dialect="{}", added="t", changed="t"))
        add(DocumentRow(id=2, name="Second", dialect="{}", added="t", changed="t"))
        unit.session.flush()
        for number, one in enumerate(plain, start=1):
            add(
                BlockRow(
                    id=number, document_id=place(number)[0], position=number, kind="entry", raw=b""
                )
            )
            if one["work"]:
                add(PaperRow(id=number, state=one["work"]["state"]))
            unit.session.flush()
            add(entry_row(number, one))
            unit.session.flush()
            for kind, text in (("listed", one["note"]), ("private", one["private"])):
                if text is not None:
                    add(NoteRow(entry_id=number, kind=kind, text=text))
            for name in one["tag"]:
                add(TagRow(entry_id=number, name=name))
            if one["work"]:
                write_work(unit, number, one["work"])


def place(number: int) -> tuple[int, int]:
    """Gives the document and the position of an entry."""
    return 2 - number % 2, number


def entry_row(number: int, one: dict[str, Any]) -> EntryRow:
    """Gives the row of an entry."""
    return EntryRow(
        id=number,
        document_id=place(number)[0],
        block_id=number,
        paper_id=number if one["work"] else None,
        kind=one["kind"],
        title=one["title"],
        url=one["url"],
        year=one["year"],
        wr=one["wr"],
        read=one["read"],
        venue=one["venue"],
        authors=one["written"],
        mentioned=json.dumps(one["mentioned"]) if one["mentioned"] else None,
        added=one["added"],
        changed=LONG_AGO,
    )


def write_work(unit: UnitOfWork, number: int, work: dict[str, Any]) -> None:
    """Writes what sources said of a work."""
    names = {"official": "title", "authors": "authors"}
    for name in ("official", "abstract", "venue", "categories", "published", "authors"):
        if (value := work[name]) is None:
            continue
        text = value if isinstance(value, str) else "; ".join(one.name for one in value)
        fact = FactRow(
            paper_id=number,
            name=names.get(name, name),
            value=text,
            source="arXiv",
            fetched=LONG_AGO,
        )
        unit.session.add(fact)
        unit.session.flush()
        if name == "authors":
            for position, one in enumerate(value):
                unit.session.add(AuthorRow(fact_id=fact.id or 0, position=position, **asdict(one)))
    for scheme in ("arxiv", "doi"):
        if work[scheme] is not None:
            # No two works share one.
            value = f"{work[scheme]}{'' if number == 1 else number}"
            unit.session.add(IdentifierRow(paper_id=number, scheme=scheme, value=value))


def record_of(number: int, one: dict[str, Any]) -> Record:
    """Gives an entry as plain values."""
    work = one["work"] or {}
    sourced = [name for name in ("official", "abstract", "venue", "categories") if work.get(name)]
    sourced += [name for name in ("published", "authors") if work.get(name)]
    written = [Author(one["written"])] if one["written"] else []
    identifier = "" if number == 1 else str(number)
    values: dict[str, list[Any]] = {
        "id": [number],
        "document": [("first", "Second")[place(number)[0] - 1]],
        "title": [one["title"]],
        "note": listed(one["note"]),
        "private": listed(one["private"]),
        "venue": listed(one["venue"] if one["venue"] is not None else work.get("venue")),
        "url": listed(one["url"]),
        "host": listed(host(one["url"])),
        "year": listed(one["year"]),
        "wr": listed(one["wr"]),
        "kind": [one["kind"]],
        "key": [],
        "read": [] if one["read"] is None else ["yes" if one["read"] else "no"],
        "pending": ["yes" if work.get("state") == "pending" else "no"],
        "added": [one["added"]],
        "changed": [LONG_AGO],
        "tag": one["tag"],
        "mentioned": one["mentioned"],
        "official": listed(work.get("official")),
        "abstract": listed(work.get("abstract")),
        "published": listed(work.get("published")),
        "category": (work.get("categories") or "").split(),
        "source": ["arXiv"] if sourced else [],
        "author": work.get("authors") or written,
        "openreview": [],
        **{
            scheme: [f"{work[scheme]}{identifier}"] if work.get(scheme) else []
            for scheme in ("arxiv", "doi")
        },
    }
    return Record(values, *place(number))


def listed(value: Any) -> list[Any]:
    """Gives a value, where there is one, as the only one of many."""
    return [] if value is None else [value]


def host(url: str | None) -> str | None:
    """Gives the host of a link."""
    try:
        return urlsplit(url).hostname if url else None
    except ValueError:
        return None


def found(base: Path, condition: Condition) -> set[int]:
    """Gives the entries that the base finds."""
    with Reader.open(base) as reader:
        ids = [row[0] for row in reader.entry_rows(("id",), condition)]
    assert len(ids) == len(set(ids))
    return set(ids)


def searched(pattern: str, text: str) -> bool:
    """Says whether the engine of the base finds a pattern."""
    return bool(finds(pattern, text))


def condition_of(query: str) -> Condition:
    """Gives the condition that a query says."""
    return read_query(query).condition


@settings(suppress_health_check=SLOW, deadline=None, max_examples=120)
@given(plain=BASES, queries=st.lists(QUERIES, min_size=4, max_size=12))
def test_base_finds_what_python_finds(
    new_base: Callable[[], Path], plain: list[dict[str, Any]], queries: list[str]
) -> None:
    base = new_base()
    write_base(base, plain)
    records = {number: record_of(number, one) for number, one in enumerate(plain, start=1)}
    for query in queries:
        condition = condition_of(query)
        expected = {number for number, one in records.items() if matches(condition, one, searched)}
        assert found(base, condition) == expected, query


@settings(suppress_health_check=SLOW, deadline=None, max_examples=25)
@given(plain=BASES, one=QUERIES, two=QUERIES)
def test_queries_obey_logic(
    new_base: Callable[[], Path], plain: list[dict[str, Any]], one: str, two: str
) -> None:
    base = new_base()
    write_base(base, plain)
    everything = found(base, EVERYTHING)

    def ids(query: str) -> set[int]:
        return found(base, condition_of(query))

    assert ids(f"({one}) or not ({one})") == everything
    assert ids(f"({one}) and not ({one})") == set()
    assert ids(f"not not ({one})") == ids(one)
    assert ids(f"not (({one}) or ({two}))") == ids(f"not ({one}) and not ({two})")
    assert ids(f"({one}) ({two})") == ids(one) & ids(two)
    assert ids(f"({one}) or ({two})") == ids(one) | ids(two)


@settings(suppress_health_check=SLOW, deadline=None, max_examples=25)
@given(plain=BASES, low=st.integers(0, 7), high=st.none() | st.integers(0, 7))
def test_places_are_found_as_python_finds_them(
    new_base: Callable[[], Path], plain: list[dict[str, Any]], low: int, high: int | None
) -> None:
    base = new_base()
    write_base(base, plain)
    within = Within((Span(1, low, high),))
    for condition in (within, Not(within), Or((within, InDocument(2))), And((within, EVERYTHING))):
        expected = {
            number
            for number, one in enumerate(plain, start=1)
            if matches(condition, record_of(number, one), searched)
        }
        assert found(base, condition) == expected


CHANGES = st.sampled_from(
    ["title", "note", "no note", "new note", "abstract", "authors", "work", "no work", "remove"]
)


def change(unit: UnitOfWork, number: int, what: str, text: str) -> None:
    """Changes one entry, or what is known of its work."""
    session = unit.session
    entry = session.get(EntryRow, number)
    if entry is None:
        return
    facts = {one.name: one for one in rows_of(unit, FactRow, "paper_id", entry.paper_id)}
    match what:
        case "title":
            entry.title = text
        case "work":
            entry.paper_id = new_work(unit, text)
        case "no work":
            entry.paper_id = None
        case "remove":
            for row, column in ((NoteRow, "entry_id"), (TagRow, "entry_id"), (EntryRow, "id")):
                unit.delete_rows(row, f"{column} = ?", (number,))
        case "abstract" | "authors" if what in facts:
            change_fact(unit, facts[what], text)
        case _:
            change_note(unit, number, what, text)
    session.flush()


def new_work(unit: UnitOfWork, abstract: str) -> int | None:
    """Makes a work of which only an abstract is known."""
    paper = PaperRow()
    unit.session.add(paper)
    unit.session.flush()
    unit.session.add(
        FactRow(
            paper_id=paper.id or 0, name="abstract", value=abstract, source="x", fetched=LONG_AGO
        )
    )
    return paper.id


def change_fact(unit: UnitOfWork, fact: FactRow, text: str) -> None:
    """Changes what a source said; an abstract also loses or wins its place."""
    if fact.name == "authors":
        unit.delete_rows(AuthorRow, "fact_id = ?", (fact.id,))
        unit.session.add(AuthorRow(fact_id=fact.id or 0, position=0, name=text))
    else:
        fact.value = text
        fact.chosen = not fact.chosen


def change_note(unit: UnitOfWork, number: int, what: str, text: str) -> None:
    """Changes, adds or takes away the listed note."""
    found = [one for one in rows_of(unit, NoteRow, "entry_id", number) if one.kind == "listed"]
    if what == "new note" and not found:
        unit.session.add(NoteRow(entry_id=number, kind="listed", text=text))
    for note in found:
        if what == "no note":
            unit.session.delete(note)
        else:
            note.text = text


def rows_of(unit: UnitOfWork, row: Any, column: str, value: int | None) -> list[Any]:
    """Gives the rows of a table with a value in a column."""
    return list(unit.session.exec(select(row).where(getattr(row, column) == value)).all())


@settings(suppress_health_check=SLOW, deadline=None, max_examples=40)
@given(
    plain=BASES,
    steps=st.lists(
        st.lists(st.tuples(st.integers(1, 6), CHANGES, TEXT), min_size=1, max_size=4), max_size=4
    ),
)
def test_index_is_what_the_rows_say_after_any_change(
    new_base: Callable[[], Path],
    plain: list[dict[str, Any]],
    steps: list[list[tuple[int, str, str]]],
) -> None:
    base = new_base()
    write_base(base, plain)
    for step in steps:
        with UnitOfWork(base, command="edit") as unit:
            for number, what, text in step:
                change(unit, number, what, text)
    kept = index_of(base)
    assert kept == index_of(base, anew=True)


UNSTORABLE = "a\x00b", "\ud800x", 'title:"a\x00b"', "title:=\ud800", "title:~\ud800", "host:\ud800"


@pytest.mark.parametrize("query", UNSTORABLE)
def test_what_sqlite_cannot_hold_is_found_nowhere(new_base: Callable[[], Path], query: str) -> None:
    assert found(new_base(), condition_of(query)) == set()

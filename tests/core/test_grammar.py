"""The query language: what people type becomes a condition, or an error that shows its place."""

from __future__ import annotations

import shlex
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkb.core.fields import FIELDS
from diffkb.core.grammar import DEEPEST, is_query, join_arguments, read_query
from diffkb.core.query import (
    EVERYTHING,
    And,
    Between,
    By,
    Condition,
    Dated,
    Fitting,
    Holding,
    InSection,
    Missing,
    Named,
    Not,
    Or,
    Phrase,
    SortKey,
    Written,
)
from diffkb.errors import BadQuery


def word(*words: str, field: str | None = None, prefix: bool = False) -> Phrase:
    return Phrase(field, words, prefix)


A, B, C = word("a"), word("b"), word("c")

MEANINGS: dict[str, Condition] = {
    "": EVERYTHING,
    "a b": And((A, B)),
    "a and b": And((A, B)),
    "a or b c": Or((A, And((B, C)))),
    "(a or b) c": And((Or((A, B)), C)),
    "a OR b Or c": Or((A, B, C)),
    "not a b": And((Not(A), B)),
    "not (a b)": Not(And((A, B))),
    "-a": Not(A),
    "-(a or b)": Not(Or((A, B))),
    "--a": Not(Not(A)),
    '-"a b"': Not(word("a", "b")),
    '"flow matching"': word("flow", "matching"),
    "state-of-the-art": word("state", "of", "the", "art"),
    "Schrödinger": word("schrodinger"),
    "titl*": word("titl", prefix=True),
    '"titl*"': word("titl"),
    "扩散": word("扩", "散"),
    '"or"': word("or"),
    "title:flow": word("flow", field="title"),
    "TITLE:flow": word("flow", field="title"),
    'title:"flow matching"': word("flow", "matching", field="title"),
    'title:="On Flows"': Written("title", "On Flows"),
    'title="On Flows"': Written("title", "On Flows"),
    'title:~"^On "': Fitting("title", "^On "),
    "title:(a)": word("a", field="title"),
    "(title:a)": word("a", field="title"),
    "author:Song": By(("song",)),
    'author:"Song, Yang"': By(("song",), ("yang",)),
    "author:schr*": By(("schr",), prefix=True),
    "by:song": By(("song",)),
    "year:2020": Between("year", 2020, 2020),
    "year=2020": Between("year", 2020, 2020),
    "year:2020..2022": Between("year", 2020, 2022),
    "year:..2019": Between("year", None, 2019),
    "year:2021,2023": Or((Between("year", 2021, 2021), Between("year", 2023, 2023))),
    "wr:2..": Between("wr", 2, None),
    "wr>=2": Between("wr", 2, None),
    "wr>2": Between("wr", 3, None),
    "wr<2": Between("wr", None, 1),
    "wr:none": Missing("wr"),
    "doi:any": Not(Missing("doi")),
    "has:abstract": Not(Missing("abstract")),
    'title:"none"': word("none", field="title"),
    "added:2026-01..": Dated("added", "2026-01", None),
    "added<=2026": Dated("added", None, "2026"),
    "added>2026": And((Not(Dated("added", None, "2026")), Not(Missing("added")))),
    "tag:survey,tutorial": Or((Named("tag", "survey"), Named("tag", "tutorial"))),
    'tag:"a,b",c': Or((Named("tag", "a,b"), Named("tag", "c"))),
    "tag:sur*": Named("tag", "sur", prefix=True),
    "key:ho2020*": Named("key", "ho2020", prefix=True),
    "arxiv:arXiv:2006.11239v2": Named("arxiv", "2006.11239"),
    "doi:https://doi.org/10.1000/ABC": Named("doi", "10.1000/abc"),
    "url:github.com": Holding("url", "github.com"),
    "https://arxiv.org/abs/2006.11239": Holding("url", "https://arxiv.org/abs/2006.11239"),
    "read:no": Named("read", "no"),
    'section:"Inverse problems"': InSection("Inverse problems"),
    "topic:Papers/Theory": InSection("Papers/Theory"),
}


@pytest.mark.parametrize("text", MEANINGS)
def test_query_means(text: str) -> None:
    # By what they are written as: conditions of two kinds may be equal.
    assert repr(read_query(text).condition) == repr(MEANINGS[text])


def test_sort_keys_are_no_conditions() -> None:
    read = read_query("year- flow (a title+)")
    assert read.condition == And((word("flow"), A))
    assert read.order == (SortKey("year", descending=True), SortKey("title"))
    assert read_query("wr-").condition == EVERYTHING


def test_saved_queries_stand_for_what_they_say() -> None:
    saved = {"inbox": "wr:none or a", "old": "@inbox year:..2019 year-"}
    inbox = Or((Missing("wr"), A))
    assert read_query("@inbox", saved).condition == inbox
    read = read_query("not @old", saved)
    assert read.condition == Not(And((inbox, Between("year", None, 2019))))
    assert read.order == (SortKey("year", descending=True),)


# What is typed, where the trouble begins, and a part of what is said about it.
TROUBLES = [
    ("flow tilte:a", 5, "no field `tilte`"),
    ("a or", 4, "missing"),
    ("or a", 0, "missing"),
    ("a and", 5, "behind `and`"),
    ("not", 3, "behind `not`"),
    ("(a or b", 0, "not closed"),
    ("a)", 1, "closes nothing"),
    ("()", 1, "missing"),
    ('a "b', 2, "quotation is not closed"),
    ('title:"b', 6, "quotation is not closed"),
    ("year:20x0", 5, "no number"),
    ("year:..", 5, "no number"),
    ("wr>=x", 4, "no number"),
    ("title>=a", 7, "no size"),
    ("added:2026-13", 6, "no date"),
    ("read:maybe", 5, "yes or no"),
    ("year:", 5, "nothing stands behind"),
    ("tag:a,,b", 4, "missing between the commas"),
    ('tag:"a"b', 4, "behind a quotation"),
    ("year:~20", 6, "no text"),
    ("section:~a", 9, "a section is named"),
    ("has:nothing", 4, "no field `nothing`"),
    ("...", 0, "no letter or digit"),
    ('author:", Yang"', 7, "family name"),
    ("@inbx", 0, "no query is saved as `inbx`"),
    ("@loop", 0, "stands within itself"),
    ("not year-", 0, "an order cannot be negated"),
    ("(" * 200 + "a" + ")" * 200, DEEPEST, "nested too deeply"),
]


@pytest.mark.parametrize(("text", "at", "why"), TROUBLES)
def test_error_shows_its_place(text: str, at: int, why: str) -> None:
    with pytest.raises(BadQuery) as caught:
        read_query(text, {"inbox": "a", "loop": "@loop"})
    assert why in caught.value.why
    # In a saved query the place is that in its own text.
    assert caught.value.at == at


@pytest.mark.parametrize(
    ("text", "hint"), [("tilte:a", "`title`"), ("@inbx", "`@inbox`"), ("autor:x", "`author`")]
)
def test_error_names_the_nearest(text: str, hint: str) -> None:
    with pytest.raises(BadQuery) as caught:
        read_query(text, {"inbox": "a"})
    assert hint in (caught.value.hint or "")


PIECES = st.sampled_from(
    ["a", "title:", "year:2020..", "@q", "or", "and", "not", *'-()"*,\\ ', *FIELDS],
)


@given(st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=30))
def test_any_text_is_read_or_refused_with_its_place(text: str) -> None:
    trouble = trouble_of(text)
    assert trouble is None or 0 <= trouble.at <= len(text)


def trouble_of(text: str) -> BadQuery | None:
    """Gives the error of a query that cannot be read."""
    try:
        read_query(text, {"q": "a or b"})
    except BadQuery as error:
        return error
    return None


@given(st.integers(1, 3000))
def test_reading_long_queries_takes_no_stack(count: int) -> None:
    for text in ("-" * count + "a", "not " * count + "a", "(" * count + "a"):
        with suppress(BadQuery):
            read_query(text)
    assert len(read_query("a or " * count + "a").condition) > 0


@pytest.mark.parametrize(
    ("line", "query"),
    [
        ('title:"flow matching" a', 'title:"flow matching" a'),
        ("'title:flow matching'", 'title:"flow matching"'),
        ('-author:"Song, Yang"', '-author:"Song, Yang"'),
        ("'title:a or year:2020'", "title:a or year:2020"),
        ("'title:a year:2020'", "title:a year:2020"),
        ("'flow matching'", "flow matching"),
        ("""'title:"flow matching"'""", 'title:"flow matching"'),
    ],
)
def test_words_of_a_shell_are_one_query(line: str, query: str) -> None:
    assert join_arguments(shlex.split(line)) == query


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("wr:3", True),
        ("tag:survey not year:2020", True),
        ("denoising wr>=2", True),
        ("(author:song or author:ho)", True),
        ("@inbox", True),
        ('title:"flow', True),
        ("yaer>=2020", True),
        ("12", False),
        ("denoising diffusion", False),
        ("Waves: a study", False),
        ("https://example.org/a?b=c", False),
        ("10.1000/a:b", False),
        ("E = mc2", False),
        ("wr:", False),
        ("", False),
    ],
)
def test_a_query_is_known_by_its_looks(text: str, *, yes: bool) -> None:
    assert is_query(text) is yes


@pytest.mark.parametrize("field", FIELDS)
def test_example_of_each_field_can_be_read(field: str) -> None:
    assert read_query(FIELDS[field].example).condition != EVERYTHING

"""The query language told to people, by examples that the tests run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.core.fields import ALIASES, FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

INTRODUCTION = (
    "A query is words and terms; an entry is found where all of them hold.",
    "In a shell, put quotation marks around what holds blanks, parentheses, * or >.",
)

# Queries, each with what it finds.
EXAMPLES = (
    ("flow matching", "both words, in title, note, authors or abstract"),
    ('"flow matching"', "the two side by side"),
    ("denois*", "words that begin so"),
    ("flow not survey", "without that word; -survey is the same"),
    ("(consistency or flow) wr:3", "one of the two; parentheses group"),
    ("title:diffusion", "a field holds the word"),
    ('author:"Song, Yang"', "family and given name; author:song takes either's works"),
    ("year:2020..2022", "from 2020 to 2022; year:..2019 and year:2023.. leave a side open"),
    ("year:2021,2023", "one of these"),
    ("wr>=2", "a comparison: >= <= > <"),
    ("wr:none doi:any", "without the one, with the other; has:doi is the same as doi:any"),
    ("added:2026-01..", "a date as exact as you write it"),
    ('title:="Consistency Models"', "the whole title, each character as it stands"),
    ('title:~"^On "', "a regular expression of https://github.com/google/re2/wiki/Syntax"),
    ("host:arxiv.org year-", "sorted by a field, + or - behind its name"),
)
SAVED = (
    "@inbox stands for what is saved under that name:",
    "  diffkb config set @inbox 'wr:none year:2023..'",
)
GAP = 2


def explain_queries() -> Iterator[str]:
    """Yields the lines that explain the language: examples, saved queries, fields."""
    yield from INTRODUCTION
    yield ""
    yield from _in_columns(EXAMPLES)
    yield ""
    yield from SAVED
    yield ""
    yield "Fields:"
    yield from _in_columns(
        (name, f"{field.about}: {field.example}") for name, field in FIELDS.items()
    )
    yield ""
    yield "Other names of fields:"
    yield from _in_columns(ALIASES.items())


def _in_columns(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yields pairs as two columns."""
    pairs = list(rows)
    width = max(len(left) for left, _ in pairs) + GAP
    for left, right in pairs:
        yield f"  {left:<{width}}{right}"

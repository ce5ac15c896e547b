"""The columns a person may ask for by name, and how each value is shown as text."""

from __future__ import annotations

import json
from difflib import get_close_matches
from string import Formatter
from typing import TYPE_CHECKING, Any, NamedTuple

from diffkb.errors import BadValue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from diffkb.core.outline import Outline

    Show = Callable[[Any, Outline], str]


class Column(NamedTuple):
    """A column.

    Attributes:
        stored: its name in the base.
        show: makes text of a value of it that is there.
    """

    stored: str
    show: Show


def _as_it_is(value: Any, _outline: Outline) -> str:
    """Returns a plain value as text."""
    return str(value)


def _flag(value: Any, _outline: Outline) -> str:
    """Returns yes or no."""
    return "yes" if value else "no"


def _path(value: Any, outline: Outline) -> str:
    """Returns a section as its path."""
    return " / ".join(outline.path(value))


def _labels(value: Any, _outline: Outline) -> str:
    """Returns labels with commas between."""
    return ", ".join(json.loads(value))


def _names(value: Any, _outline: Outline) -> str:
    """Returns the names of authors with semicolons between: a name may hold a comma."""
    return "; ".join(name for name, _, _ in json.loads(value))


COLUMNS: dict[str, Column] = {
    **{
        name: Column(name, _as_it_is)
        for name in (
            *("id", "document", "kind", "title", "url", "year", "wr"),
            *("note", "arxiv_id", "doi", "openreview_id", "venue", "published", "abstract"),
            *("key", "added", "changed"),
        )
    },
    "read": Column("read", _flag),
    "pending": Column("pending", _flag),
    "section": Column("section_id", _path),
    "tags": Column("tags", _labels),
    "authors": Column("authors", _names),
}

# What queries call them.
ALIASES = {
    "arxiv": "arxiv_id",
    "openreview": "openreview_id",
    "author": "authors",
    "tag": "tags",
}
NAMED = COLUMNS | {alias: COLUMNS[name] for alias, name in ALIASES.items()}


def parse_columns(option: str, names: Iterable[str]) -> tuple[str, ...]:
    """Returns the columns that are asked for.

    Args:
        option: what is blamed for a name that is none.
        names: each a name, or several with commas between.

    Raises:
        BadValue: there is no such column.
    """
    found = tuple(name.strip() for name in ",".join(names).split(",") if name.strip())
    for name in found:
        if name not in NAMED:
            near = get_close_matches(name, COLUMNS, 1)
            meant = f"{near[0]}, perhaps; it is " if near else ""
            raise BadValue(option, name, f"{meant}one of {', '.join(COLUMNS)}")
    return found


def stored(names: Sequence[str]) -> tuple[str, ...]:
    """Returns what columns are called in the base."""
    return tuple(NAMED[name].stored for name in names)


def show_rows(
    names: Sequence[str], rows: Iterable[Sequence[Any]], outline: Outline
) -> Iterator[list[str]]:
    """Yields rows of the base as text; nothing is an empty text.

    Args:
        names: the columns.
        rows: their values, in that order.
        outline: the headings of the base.
    """
    shown = [NAMED[name].show for name in names]
    for row in rows:
        yield [
            "" if value is None else show(value, outline)
            for show, value in zip(shown, row, strict=True)
        ]


class Template:
    """A line with columns in braces, such as `{year} {title}`.

    What may stand behind a colon is Python's format specification for text
    (https://docs.python.org/3/library/string.html#formatspec); `{{` is a brace.

    Attributes:
        columns: those it names, each once.

    Args:
        text: what was typed.

    Raises:
        BadValue: it cannot be read, or names what is no column.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        try:
            self.columns = parse_columns("--format", _names_in(text))
            self.fill([""] * len(self.columns))
        except (ValueError, KeyError, IndexError, AttributeError) as error:
            expected = "a template such as {year} {title}, its columns in braces"
            raise BadValue("--format", text, expected) from error

    def fill(self, values: Sequence[str]) -> str:
        """Returns the line for the values of its columns."""
        return self._text.format_map(dict(zip(self.columns, values, strict=True)))


def _names_in(template: str) -> list[str]:
    """Returns the names in braces, each once.

    Raises:
        ValueError: the braces do not match.
    """
    names = (name for _, name, _, _ in Formatter().parse(template) if name is not None)
    return list(dict.fromkeys(names))

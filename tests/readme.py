"""Writes the tables of README.md from the code: `python tests/readme.py`."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING

from diffkb import errors
from diffkb.cli import app
from diffkb.core.fields import FIELDS
from diffkb.formats import FORMATS
from diffkb.services.configuration import KEYS, Configuration, variable_of
from diffkb.sources import all_sources

if TYPE_CHECKING:
    from collections.abc import Sequence

README = Path(__file__).parents[1] / "README.md"

LEADING_TABLE = re.compile(r"\A\n*(?:\|[^\n]*\n)*\n*")

OTHER_STATUSES = {
    0: "done; an empty list too",
    1: "findings, or some of several items failed or wait",
    app.BUG: "a bug: one line, and how to report it",
    app.INTERRUPTED: "interrupted",
    app.CLOSED_PIPE: "whoever read the output has gone",
}


def formats() -> str:
    """Returns the table of formats."""
    rows = [
        (
            f"`{one.name}`",
            one.line,
            " and ".join([*["export"] * bool(one.writes), *["import"] * one.reads]),
            " ".join(f"`{suffix}`" for suffix in one.suffixes),
        )
        for one in FORMATS
    ]
    return table(("format", "what it is", "for", "files"), rows)


def sources() -> str:
    """Returns the table of sources."""
    rows = [
        (
            f"[{one.name}]({one.homepage})",
            ", ".join(dict.fromkeys(route.name for route in one.routes)),
            f"`{one.examples[0]}`",
        )
        for one in all_sources()
    ]
    return table(("source", "asks", "for instance"), rows)


def exit_statuses() -> str:
    """Returns the table of exit statuses."""
    found = {
        error.exit_code: _first_line(error)
        for error in errors.DiffkbError.__subclasses__()
        if error.__module__ == errors.__name__
    }
    rows = sorted((found | OTHER_STATUSES).items())
    return table(("status", "means"), [(str(status), text) for status, text in rows])


def configuration() -> str:
    """Returns the table of configuration keys."""
    usual = Configuration()
    rows = []
    for name, key in KEYS.items():
        default = getattr(usual, name.replace("-", "_"))
        shown = f"`{default:g}`" if isinstance(default, float) else f"`{default}`"
        empty = default is None or default in {(), False}
        rows.append((f"`{name}`", f"`{variable_of(name)}`", key.expected, "" if empty else shown))
    return table(("key", "variable", "takes", "default"), rows)


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Returns a table in Markdown."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _first_line(error: type[errors.DiffkbError]) -> str:
    """Returns what an error's class says of itself, as a part of a sentence."""
    text = (inspect.getdoc(error) or "").split("\n", 1)[0].rstrip(".")
    return text[:1].lower() + text[1:]


def fields() -> str:
    """Returns the table of the fields of queries."""
    rows = [(f"`{name}`", field.about, f"`{field.example}`") for name, field in FIELDS.items()]
    return table(("field", "what it is", "for instance"), rows)


TABLES = {
    "fields": fields,
    "formats": formats,
    "sources": sources,
    "exit": exit_statuses,
    "configuration": configuration,
}


def with_tables(text: str) -> str:
    """Returns README's text with its tables as the code has them."""
    for name, write in TABLES.items():
        mark = f"<!-- table: {name} -->"
        head, _, rest = text.partition(mark)
        text = f"{head}{mark}\n\n{write()}\n\n{LEADING_TABLE.sub('', rest)}"
    return text


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text("utf-8")), "utf-8")

"""What SQL is taught of text: the same functions that compare plain values."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from diffkb.core.matching import has_phrase, is_by
from diffkb.core.models import Author
from diffkb.core.query import By
from diffkb.core.text import fold
from diffkb.errors import BadPattern

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable


def teach_functions(connection: sqlite3.Connection) -> None:
    """Gives a connection the functions that the conditions of `store.sql` call."""
    functions: dict[str, tuple[int, Callable[..., str | bool | None]]] = {
        "fold": (1, fold_text),
        "has_phrase": (3, _has_phrase),
        "host": (1, host_of),
        "finds": (2, finds),
        "is_by": (4, _is_by),
        "labels": (1, _labels),
    }
    for name, (count, function) in functions.items():
        connection.create_function(name, count, function, deterministic=True)


def fold_text(text: str | None) -> str | None:
    """Returns text without case and diacritics; nothing stays nothing."""
    return None if text is None else fold(text)


def host_of(url: str | None) -> str | None:
    """Returns the host of a link, in lower case; None where it has none."""
    try:
        return (urlsplit(url).hostname or None) if url else None
    except ValueError:
        return None


def finds(pattern: str, text: str | None) -> bool | None:
    """Says whether a regular expression finds something in a text.

    Its syntax is that of https://github.com/google/re2/wiki/Syntax, an engine whose time grows
    with the text and with nothing else.
    """
    return None if text is None else _compiled(pattern).search(text) is not None


def check_pattern(pattern: str) -> None:
    """Refuses what is no regular expression.

    Raises:
        BadPattern: it says why.
    """
    _compiled(pattern)


@lru_cache(maxsize=32)
def _compiled(pattern: str) -> Any:
    """Returns a regular expression ready for use."""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options=options)
    except re2.error as error:
        why = error.args[0]
        raise BadPattern(pattern, why.decode() if isinstance(why, bytes) else str(why)) from error


def _has_phrase(text: str | None, sought: str, prefix: int) -> bool | None:
    """Says whether words, between blanks, stand side by side in a text."""
    return None if text is None else has_phrase(text, sought.split(), prefix=bool(prefix))


def _is_by(name: str | None, family: str | None, given: str | None, by: str) -> bool | None:
    """Says whether an author is the person that is sought."""
    return None if name is None else is_by(_by(by), Author(name, family, given))


@cache
def _by(text: str) -> By:
    """Returns a condition on a person from its JSON."""
    family, given, prefix = json.loads(text)
    return By(tuple(family), tuple(given), prefix)


def _labels(text: str | None) -> str:
    """Returns labels between blanks as a JSON array."""
    return json.dumps((text or "").split())

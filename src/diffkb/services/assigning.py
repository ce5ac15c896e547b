"""Fields with the values they shall have, as a person types them: `title=…`, `wr=3`, `doi=`."""

from __future__ import annotations

import re
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING

from diffkb.core.identifiers import parse_arxiv_id, parse_ref, work
from diffkb.core.models import ARXIV, DOI, OPENREVIEW
from diffkb.errors import BadValue, MalformedIdentifier, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from diffkb.core.models import Author as Person
    from diffkb.core.models import Identifier

# What no text may hold that a person typed: controls, and bytes that are not UTF-8.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_ASSIGNMENT = re.compile(r"([A-Za-z_]{2,12})=(.*)", re.DOTALL)
# What LaTeX reads in `\cite`, and BibTeX as a key: https://ctan.org/pkg/biblatex
_KEY = re.compile(r"[^\s,{}()\"'#%~\\=]+")
# "Ho, Jonathan" is one person, and "Jonathan Ho, Ajay Jain" are two.
_ONE_PERSON = re.compile(r"(?!.* and )([^\s,;&]+), ([^,;&]+)")
# A scheme, a path, a file or a heading: a mere word leads nowhere.
_LINK = re.compile(r"[:/#.]")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_FORUM = "https://openreview.net/forum?id="
_YES, _NO, _NONE = frozenset({"yes", "true", "1"}), frozenset({"no", "false", "0"}), "none"
_SHOWN = 60


def split_words(words: Sequence[str]) -> tuple[list[str], dict[str, object]]:
    """Tells what names entries from what gives fields a value.

    Args:
        words: as they were typed.

    Returns:
        The words that name entries, and the values by field: None takes a value away.

    Raises:
        UsageError: a field is given twice, or there is none of that name.
        BadValue: a value cannot be that field's.
    """
    named: list[str] = []
    typed: dict[str, str] = {}
    for word in words:
        found = _ASSIGNMENT.fullmatch(word)
        if found is None or not _is_field(found[1], word):
            named.append(word)
            continue
        name = found[1].lower()
        if name in typed:
            raise UsageError(f"`{name}=` is given twice", hint="give it once")
        typed[name] = found[2]
    return named, {name: _READERS[name](name, value) for name, value in typed.items()}


def _is_field(name: str, word: str) -> bool:
    """Says whether a word gives a field a value.

    Raises:
        UsageError: it looks like that, and there is no such field.
    """
    if name.lower() in _READERS:
        return True
    near = get_close_matches(name.lower(), _READERS, n=1, cutoff=0.6)
    if near:
        raise UsageError(
            f"there is no field `{name}` to edit",
            hint=f"did you mean `{near[0]}=`?",
            ref=word,
        )
    return False


def one_line(option: str, typed: str) -> str | None:
    """Returns words on one line with single blanks; nothing but blanks is none.

    Args:
        option: what was given, for the error.
        typed: the words.

    Raises:
        BadValue: they hold control characters, or bytes that are not UTF-8.
    """
    return " ".join(_clean(option, typed).split()) or None


def _text(name: str, typed: str) -> str | None:
    """Reads words on one line; nothing but blanks is none."""
    return one_line(f"{name}=", typed)


def _url(name: str, typed: str) -> str | None:
    """Reads a link; lists have links to files beside them, and to their own headings, too."""
    text = _text(name, typed)
    if text is not None and not _LINK.search(text):
        raise BadValue(
            f"{name}=", _short(typed), "a link, such as https://arxiv.org/abs/2006.11239"
        )
    return text


def _lines(name: str, typed: str) -> str | None:
    """Reads words on any number of lines; nothing but blanks is none."""
    lines = _clean(f"{name}=", typed.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip() or None


def _needed(name: str, typed: str) -> str:
    """Reads words that may not be missing."""
    text = _text(name, typed)
    if text is None:
        raise BadValue(f"{name}=", typed, "words: an entry has one always")
    return text


def _year(name: str, typed: str) -> int | None:
    """Reads a year; none takes it away."""
    word = typed.strip().lower()
    if word in {"", _NONE}:
        return None
    if not re.fullmatch("[0-9]{4}", word) or word == "0000":
        raise BadValue(f"{name}=", _short(typed), "a year in four digits, or nothing")
    return int(word)


def _wr(name: str, typed: str) -> int | None:
    """Reads a mark of worth; none takes it away."""
    word = typed.strip().lower()
    if word in {"", _NONE}:
        return None
    if not re.fullmatch("[0-9]{1,6}", word):
        raise BadValue(f"{name}=", _short(typed), "a whole number on the list's scale, or none")
    return int(word)


def _flag(name: str, typed: str) -> bool:
    """Reads whether something is so; nothing is no."""
    word = typed.strip().lower()
    if word in _YES:
        return True
    if word in _NO or not word:
        return False
    raise BadValue(f"{name}=", _short(typed), "yes or no")


def _key(name: str, typed: str) -> str | None:
    """Reads a citation key."""
    word = _clean(f"{name}=", typed).strip()
    if word and not _KEY.fullmatch(word):
        raise BadValue(f"{name}=", _short(typed), "one word without braces, commas, # and %")
    if word.isdecimal():
        raise BadValue(f"{name}=", _short(typed), "a word: digits alone are an entry's id")
    return word or None


def _date(name: str, typed: str) -> str | None:
    """Reads a date in ISO 8601, of which the day or the month may be missing."""
    word = typed.strip()
    found = _DATE.fullmatch(word)
    if not word:
        return None
    try:
        if found is not None:
            date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
            return word
    except ValueError:
        pass
    raise BadValue(f"{name}=", _short(typed), "a date such as 2020-06-19, 2020-06 or 2020")


def _authors(name: str, typed: str) -> tuple[Person, ...] | None:
    """Reads persons, as "Ho, Jonathan; Jain, Ajay" or as lists write them."""
    text = _text(name, typed)
    if text is None:
        return None
    from diffkb.core.models import Author
    from diffkb.markdown.persons import split_authors

    if one := _ONE_PERSON.fullmatch(text):
        return (Author(f"{one[2]} {one[1]}", one[1], one[2]),)
    persons = split_authors(text)
    if not persons:
        raise BadValue(f"{name}=", _short(typed), "names such as 'Ho, Jonathan; Jain, Ajay'")
    return persons


def _identifier(name: str, typed: str) -> Identifier | None:
    """Reads an identifier of one scheme in any spelling; its version is no part of it."""
    word = _clean(f"{name}=", typed).strip()
    if not word:
        return None
    scheme, example = _SCHEMES[name]
    bare = name == "openreview" and re.fullmatch(r"[\w-]{6,20}", word)
    try:
        found = (
            parse_arxiv_id(word)
            if scheme == ARXIV
            else parse_ref(_FORUM + word if bare else word).identifier
        )
    except MalformedIdentifier as error:
        raise BadValue(f"{name}=", _short(typed), f"one such as {example}") from error
    if found is None or found.scheme != scheme:
        raise BadValue(f"{name}=", _short(typed), f"one such as {example}")
    return work(found)


def _clean(option: str, typed: str) -> str:
    """Returns text that a list can hold.

    Raises:
        BadValue: it holds control characters, or bytes that are not UTF-8.
    """
    if _UNWRITABLE.search(typed):
        raise BadValue(option, _short(typed), "text in UTF-8 without control characters")
    return typed


def _short(typed: str) -> str:
    """Returns what was typed, shortened to be told."""
    return typed if len(typed) <= _SHOWN else f"{typed[:_SHOWN]}…"


_SCHEMES = {
    "doi": (DOI, "10.1109/5.771073"),
    "arxiv": (ARXIV, "2006.11239"),
    "openreview": (OPENREVIEW, "https://openreview.net/forum?id=St1giarCHLP"),
}
_READERS: dict[str, Callable[[str, str], object]] = {
    "title": _needed,
    "url": _url,
    "section": _needed,
    "year": _year,
    "wr": _wr,
    "read": _flag,
    "note": _lines,
    "key": _key,
    "authors": _authors,
    "venue": _text,
    "published": _date,
    "abstract": _lines,
    **dict.fromkeys(_SCHEMES, _identifier),
}
FIELDS = tuple(_READERS)

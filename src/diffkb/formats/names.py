"""Names of authors as BibTeX parts them: `von Last, Jr, First`, and collaborations in braces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffkb.core.models import Author
from diffkb.formats.tex import from_tex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_BETWEEN = re.compile(r"[{}]|(?<=\s)and(?=\s)", re.IGNORECASE)
_COMMA = re.compile(r"[{},]")
# Section 3.4 of the manual of biblatex.
_EXTENDED = re.compile(
    r"\s*\"?(?P<part>family|given|prefix|suffix|useprefix|(?:family|given|prefix)-i)"
    r"\s*=\s*(?P<value>.*?)\"?\s*\Z",
    re.DOTALL,
)
_SUFFIX = re.compile(r"(?P<given>.*?),?\s+(?P<suffix>Jr\.?|Sr\.?|II|III|IV)")
# What is no person is no name to be parted.
_BODIES = frozenset(
    "collaboration team group consortium project lab laboratory institute university committee"
    " association society foundation network initiative openai deepmind google".split()
)
OTHERS = "others"
MANY = frozenset({"others", "et al", "et al.", "and others"})


def write_names(authors: Sequence[Author], text: Callable[[str], str]) -> str:
    """Returns authors as the field `author` holds them.

    Args:
        authors: in order.
        text: makes TeX of a text.
    """
    names = (_written(author, text) for author in authors)
    return " and ".join(name for name in names if name)


def _written(author: Author, text: Callable[[str], str]) -> str:
    """Returns a name, empty where there is none."""
    name = " ".join(author.name.split())
    if name.lower() in MANY:
        return OTHERS
    family = " ".join((author.family or "").split())
    given = " ".join((author.given or "").split())
    if not family:
        return _whole(name, text)
    if not given:
        return f"{{{text(family)}}}"
    found = _SUFFIX.fullmatch(given)
    given, suffix = (found["given"], found["suffix"]) if found else (given, "")
    if "," in family + given:
        # biber counts the commas of a part in braces too, and takes no more than two.
        return _braced(name, text)
    parts = [_part(one, text) for one in (family, suffix, given) if one]
    return ", ".join(parts)


def _whole(name: str, text: Callable[[str], str]) -> str:
    """Returns a name of which nobody said what is the family's; one that BibTeX can part itself."""
    return _part(name, text) if is_person(name) else _braced(name, text)


def _braced(name: str, text: Callable[[str], str]) -> str:
    """Returns a name that is not to be parted; empty where nothing of it can be seen."""
    written = text(name)
    return f"{{{written}}}" if written else ""


def is_person(name: str) -> bool:
    """Says whether a name can be parted into given and family name: bodies have one whole name."""
    words = name.split()
    return (
        1 < len(words) <= 5  # noqa: PLR2004 - longer ones are of bodies
        and all(word[0].isalpha() for word in words)
        and words[-1][0].isupper()
        and "," not in name
        and not _BODIES.intersection(word.lower() for word in words)
    )


def part_name(author: Author) -> tuple[str, str] | None:
    """Returns the family name, with its particles, and the given one; None of what has none.

    Where nobody said which is which, the last word is the family's, and small words before it.
    """
    if author.family and author.family.strip():
        return author.family, author.given or ""
    if not is_person(author.name):
        return None
    words = author.name.split()
    start = len(words) - 1
    while start > 1 and words[start - 1].islower():
        start -= 1
    return " ".join(words[start:]), " ".join(words[:start])


def _part(part: str, text: Callable[[str], str]) -> str:
    """Returns a part of a name; in braces where BibTeX would cut it."""
    written = text(part)
    cuts = _AND.search(f" {part} ") or not written
    return f"{{{written}}}" if cuts else written


def read_names(value: str) -> Iterator[Author]:
    """Yields the authors of a field's value, which is TeX."""
    for name in _split(value, _BETWEEN):
        author = _read_extended(name) if _EXTENDED.match(name) else _read(name)
        if author is not None:
            yield author


def _split(value: str, separator: re.Pattern[str]) -> Iterable[str]:
    """Yields the parts of a value between separators that stand in no braces.

    Args:
        value: as it stands in the file.
        separator: what matches one, or a brace.
    """
    depth = start = 0
    for found in separator.finditer(value):
        if found[0] in "{}":
            depth += 1 if found[0] == "{" else -1
        elif depth <= 0:
            yield value[start : found.start()]
            start = found.end()
    yield value[start:]


def _read(name: str) -> Author | None:
    """Reads a name; None where there is none."""
    name = " ".join(name.split())
    if not name.strip(" ,"):
        return None
    if name.lower() in MANY:
        return Author(OTHERS)
    if name.startswith("{") and _closes_last(name):
        return _named(from_tex(name))
    # The parts of names as BibTeX tells them apart.
    from bibtexparser.middlewares.names import InvalidNameError, parse_single_name_into_parts

    try:
        parts = parse_single_name_into_parts(name, strict=False)
    except InvalidNameError:
        return _named(from_tex(name))
    family = from_tex(" ".join([*parts.von, *parts.last]))
    given = from_tex(" ".join(parts.first))
    suffix = from_tex(" ".join(parts.jr))
    if not family or not (given or suffix):
        return _named(from_tex(name))
    whole = " ".join(filter(None, (given, family, suffix)))
    return Author(whole, family, f"{given}, {suffix}" if suffix else given)


def _read_extended(name: str) -> Author | None:
    """Reads a name of which every part is named, as Better BibTeX writes those with particles."""
    named = {
        found["part"]: from_tex(found["value"])
        for piece in _split(name, _COMMA)
        if (found := _EXTENDED.match(piece)) is not None
    }
    family = " ".join(filter(None, (named.get("prefix"), named.get("family"))))
    given, suffix = named.get("given", ""), named.get("suffix", "")
    if not family or not (given or suffix):
        return _named(family or given)
    whole = " ".join(filter(None, (given, family, suffix)))
    return Author(whole, family, f"{given}, {suffix}" if suffix else given)


def _named(name: str) -> Author | None:
    """Returns an author of whom only the name is known."""
    return Author(name) if name else None


def _closes_last(name: str) -> bool:
    """Says whether the brace that a name begins with closes at its end."""
    depth = 0
    for place, one in enumerate(name):
        depth += (one == "{") - (one == "}")
        if depth == 0:
            return place == len(name) - 1
    return False

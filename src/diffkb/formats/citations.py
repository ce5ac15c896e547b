r"""What a paper cites: `\cite{…}` in LaTeX, `\citation{…}` in an .aux file, and biber's .bcf."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffkb.errors import UnreadableInput

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Every key, as `\nocite{*}` asks for.
ALL = "*"
# \cite, \citep*, \Textcite, \footcites(…)[…]{…}{…} and the like, of BibTeX, natbib and biblatex.
_CITE = re.compile(
    r"\\(?:no|[A-Za-z]*[Cc])ite[A-Za-z]*\*?\s*(?:\([^()]*\)\s*){0,2}"
    r"((?:(?:\[[^\]]*\]\s*){0,2}\{[^{}]*\}\s*)+)"
)
_KEYS = re.compile(r"\{([^{}]*)\}")
_OPTIONS = re.compile(r"\[[^\]]*\]")
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%.*")
_INCLUDED = re.compile(r"\\(?:input|include|subfile)\s*\{([^{}]+)\}")
_AUX = re.compile(r"\\(?:citation|abx@aux@cite(?:\{[^{}]*\})?)\{([^{}]*)\}")
_AUX_INPUT = re.compile(r"\\@input\{([^{}]+)\}")
# Of the XML nothing is expanded: the keys stand in elements of their own.
_BCF = re.compile(r"<bcf:citekey[^>]*>([^<]*)</bcf:citekey>")


def read_citations(path: Path) -> list[str]:
    r"""Returns the keys that a paper cites, each once, in order; ALL for `\nocite{*}`.

    Args:
        path: LaTeX with what it includes, an .aux file with those of its parts, or a .bcf file.

    Raises:
        UnreadableInput: it cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix == ".bcf":
        keys = _BCF.findall(_text(path))
    elif suffix == ".aux":
        keys = list(_of_aux(path, set()))
    else:
        keys = list(_of_tex(path, set()))
    return list(dict.fromkeys(key.strip() for key in keys if key.strip()))


def _of_tex(path: Path, seen: set[Path]) -> Iterator[str]:
    """Yields the keys of a LaTeX file and of those it includes, in the order of the first."""
    seen.add(path.resolve())
    text = _COMMENT.sub(r"\1", _text(path))
    for found in _CITE.finditer(text):
        for keys in _KEYS.findall(_OPTIONS.sub("", found[1])):
            yield from keys.split(",")
    for found in _INCLUDED.finditer(text):
        part = path.parent / found[1].strip()
        for candidate in (part.with_name(f"{part.name}.tex"), part):
            if candidate.is_file() and candidate.resolve() not in seen:
                yield from _of_tex(candidate, seen)
                break


def _of_aux(path: Path, seen: set[Path]) -> Iterator[str]:
    """Yields the keys of an .aux file and of those of the parts."""
    seen.add(path.resolve())
    text = _text(path)
    for keys in _AUX.findall(text):
        yield from keys.split(",")
    for name in _AUX_INPUT.findall(text):
        part = path.parent / name.strip()
        if part.is_file() and part.resolve() not in seen:
            yield from _of_aux(part, seen)


def _text(path: Path) -> str:
    """Returns what a file holds.

    Raises:
        UnreadableInput: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UnreadableInput(str(path), error.strerror or str(error)) from error

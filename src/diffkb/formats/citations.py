r"""What a paper cites: `\cite{…}` in LaTeX, `\citation{…}` in an .aux file, and biber's .bcf."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffkb.errors import UnreadableInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

# Every key, as `\nocite{*}` asks for.
ALL = "*"
# \cite, \citep*, \Textcite, \footcites(…)[…]{…}{…} and the like, of BibTeX, natbib and biblatex;
# those that set something up cite nothing, and the volume of \volcite is no key.
_CITE = re.compile(
    r"\\(?!citestyle|citetext|citereset|citesetup|bibcite)"
    r"(?:no|def|[A-Za-z]*[Cc])ite[A-Za-z]*\*?"
)
_OPTION = r"\[(?:[^\[\]{}]|\{[^{}]*\})*\]"
_SOME_KEYS = re.compile(rf"\s*(?:\([^()]*\)\s*){{0,2}}(?:{_OPTION}\s*){{0,2}}\{{([^{{}}]*)\}}")
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%.*")
# What LaTeX prints as it is, leaves out, or never reaches.
_UNREAD = re.compile(
    r"\\begin\{(verbatim\*?|comment|lstlisting|minted)\}.*?\\end\{\1\}"
    r"|\\verb\*?([^A-Za-z\s*])[^\n]*?\2|\\end\{document\}.*",
    re.DOTALL,
)
_INCLUDED = re.compile(r"\\(?:input|include|subfile)\s*(?:\{([^{}]+)\}|(?<=input)\s+([^\s\\{}%]+))")
_AUX = re.compile(r"\\(?:citation|abx@aux@cite(?:\{[^{}]*\})?)\{([^{}]*)\}")
_AUX_INPUT = re.compile(r"\\@input\{([^{}]+)\}")
# Only the entities that XML itself names are read: no file can define others.
_BCF = re.compile(r"<bcf:citekey([^>]*)>([^<]*)</bcf:citekey>")
_MEMBERS = re.compile(r"""\bmembers=(?:"([^"]*)"|'([^']*)')""")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))


def read_citations(path: Path) -> list[str]:
    r"""Returns the keys that a paper cites, each once, in order; ALL for `\nocite{*}`.

    Args:
        path: LaTeX with what it includes, an .aux file with those of its parts, or a .bcf file.

    Raises:
        UnreadableInput: it cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix == ".bcf":
        keys = list(_of_bcf(_text(path)))
    elif suffix == ".aux":
        keys = list(_of_aux(path, path.parent, set()))
    else:
        keys = list(_of_tex(path, path.parent, set()))
    return list(dict.fromkeys(key.strip() for key in keys if key.strip()))


def _of_tex(path: Path, folder: Path, seen: set[Path]) -> Iterator[str]:
    """Yields the keys of a LaTeX file and of those it includes.

    Args:
        path: the file.
        folder: where LaTeX runs, from which it looks for files.
        seen: files that were read already.
    """
    seen.add(path.resolve())
    # What is verbatim may hold a per cent sign, and a comment the beginning of what is verbatim.
    text = _UNREAD.sub(" ", _COMMENT.sub(r"\1", _text(path)))
    for found in _CITE.finditer(text):
        yield from _keys(text, found)
    for found in _INCLUDED.finditer(text):
        part = _find_part(found[1] or found[2], (folder, path.parent))
        if part is not None and part.resolve() not in seen:
            yield from _of_tex(part, folder, seen)


def _keys(text: str, command: re.Match[str]) -> Iterator[str]:
    """Yields the keys that a command cites: those of all its arguments, if it takes several."""
    end = command.end()
    if command[0].lower().endswith("volcite") and (volume := _SOME_KEYS.match(text, end)):
        end = volume.end()
    while (found := _SOME_KEYS.match(text, end)) is not None:
        yield from found[1].split(",")
        end = found.end()
        if not command[0].endswith("cites"):
            return


def _find_part(name: str, folders: Iterable[Path]) -> Path | None:
    """Returns the file that LaTeX would include under a name; None where there is none."""
    for folder in folders:
        part = folder / name.strip().strip('"')
        for candidate in (part.with_name(f"{part.name}.tex"), part):
            if candidate.is_file():
                return candidate
    return None


def _of_aux(path: Path, folder: Path, seen: set[Path]) -> Iterator[str]:
    """Yields the keys of an .aux file and of those of the parts, which LaTeX wrote in a folder."""
    seen.add(path.resolve())
    text = _text(path)
    for keys in _AUX.findall(text):
        yield from keys.split(",")
    for name in _AUX_INPUT.findall(text):
        part = folder / name.strip()
        if part.is_file() and part.resolve() not in seen:
            yield from _of_aux(part, folder, seen)


def _of_bcf(text: str) -> Iterator[str]:
    """Yields the keys of a .bcf file; of a set, which the paper itself makes, its members."""
    for attributes, key in _BCF.findall(text):
        members = _MEMBERS.search(attributes)
        for one in (members[1] or members[2] or "").split(",") if members else (key,):
            yield _without_entities(one)


def _without_entities(text: str) -> str:
    """Returns a text of XML as it is meant."""
    for entity, sign in _ENTITIES:
        text = text.replace(entity, sign)
    return text


def _text(path: Path) -> str:
    """Returns what a file holds.

    Raises:
        UnreadableInput: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UnreadableInput(str(path), error.strerror or str(error)) from error

"""Text as TeX writes it, and back: accents, Greek, signs with a meaning; formulas stay."""

from __future__ import annotations

import logging
import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pylatexenc.latex2text import LatexNodes2Text

# A formula: no blank inside its dollars, no digit behind, and nothing that would need an escape.
MATH = re.compile(
    r"(?<![\\$])\$(?!\s)((?:[^$\\%#&{}\x80-\U0010ffff]|\\[A-Za-z,;:! ]|[{}])+?)(?<!\s)\$(?![\d$])"
)
# What TeX or BibTeX would take for something else. BibTeX counts braces even behind a backslash.
_MEANT = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "$": r"\$",
}
# Where two signs stand side by side TeX sees a third one.
_LIGATURES = re.compile(r"-(?=-)|'(?=')|`(?=`)|[!?](?=`)|,(?=,)|<(?=<)|>(?=>)")
_MARKS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u ",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r ",
    "\u030b": "H ",
    "\u030c": "v ",
    "\u0323": "d ",
    "\u0327": "c ",
    "\u0328": "k ",
    "\u0331": "b ",
}
_LETTERS = {
    "ß": r"\ss",
    "æ": r"\ae",
    "Æ": r"\AE",
    "œ": r"\oe",
    "Œ": r"\OE",
    "ø": r"\o",
    "Ø": r"\O",
    "ł": r"\l",
    "Ł": r"\L",
    "\u0131": r"\i",
    "å": r"\aa",
    "Å": r"\AA",
    "đ": r"\dj",
    "Đ": r"\DJ",
    "ð": r"\dh",
    "Ð": r"\DH",
    "þ": r"\th",
    "Þ": r"\TH",
}
# By their code points: many look like Latin letters.
_GREEK = {
    chr(first + place): name
    for first, names in (
        (0x03B1, "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi"),
        (0x03C0, "pi rho"),
        (0x03C3, "sigma tau upsilon phi chi psi omega"),
        (0x0393, "Gamma Delta"),
        (0x039B, "Lambda"),
        (0x039E, "Xi"),
        (0x03A0, "Pi"),
        (0x03A3, "Sigma"),
        (0x03A6, "Phi"),
        (0x03A8, "Psi Omega"),
    )
    for place, name in enumerate(names.split())
} | {"\u0398": "Theta"}
_DASHES = {"\u2013": "--", "\u2014": "---"}
# What a value holds that has to be read as TeX.
_TEX = re.compile(r"[\\$~]|--|``|''|[!?]`")
_BY_COMMAND = {command.strip(): mark for mark, command in _MARKS.items()}
_BY_NAME = (
    {command[1:]: letter for letter, command in _LETTERS.items()}
    | {command[1:-2]: sign for sign, command in _MEANT.items() if command.endswith("{}")}
    | {rf"ensuremath{{\{name}}}": letter for letter, name in _GREEK.items()}
)
_BY_SIGN = {
    "---": "\u2014",
    "--": "\u2013",
    "``": "\u201c",
    "''": "\u201d",
    "!`": "\u00a1",
    "?`": "\u00bf",
    "~": " ",
}
_NAMES = "|".join(map(re.escape, sorted(_BY_NAME, key=len, reverse=True)))
# What most values are made of; the groups are named after what the piece shows.
_SIMPLE = re.compile(
    r"""(?P<formula>\$(?:[^$\\]|\\.)+\$)
    |(?P<text>[^\\${}~`'!?-]+)
    |(?:\\(?:(?P<sign>[`'^"~=.])\s*|(?P<word>[uvHcdbkr])(?![A-Za-z])\s*)
        (?:\{\s*(?P<braced>\\[ij]|[A-Za-z])\s*\}|(?P<bare>\\[ij](?![A-Za-z])\s?|[A-Za-z])))
    |\\(?P<name>NAMES)(?:\{\}|(?<=\})|(?![A-Za-z])\s*)
    |\\(?P<escape>[&%#_${} ])
    |\\(?:emph|text(?:it|bf|tt|rm|sc|sf|up|normal))\s*(?=\{)
    |(?P<mark>---?|``|''|[!?]`|[~`'!?-])
    |[{}]""".replace("NAMES", _NAMES),
    re.VERBOSE,
)
_PER_CENT = re.compile(r"(?<!\\)%")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_BLANKS = re.compile(r"[^\S\xa0]+")


def to_tex(text: str, *, ascii_letters: bool) -> str:
    """Returns a text of one line as TeX.

    Args:
        text: what is to be seen.
        ascii_letters: whether letters with accents become commands, as BibTeX needs them; else
            they stay, as BibLaTeX takes them.
    """
    text = on_one_line(text)
    pieces: list[str] = []
    end = 0
    for found in MATH.finditer(text):
        if not is_balanced(found[1]):
            continue
        pieces += [_escaped(text[end : found.start()], ascii_letters), found[0]]
        end = found.end()
    return "".join([*pieces, _escaped(text[end:], ascii_letters)])


def on_one_line(text: str) -> str:
    """Returns what can be seen of a text, in one form of several that look the same."""
    text = _CONTROLS.sub(" ", unicodedata.normalize("NFC", text))
    return _BLANKS.sub(" ", text).strip()


def _escaped(text: str, ascii_letters: bool) -> str:
    """Returns text without formulas as TeX."""
    parted = _LIGATURES.sub("\\g<0>\x00", text)
    return "".join(
        "{}" if one == "\x00" else _MEANT.get(one) or (_character(one) if ascii_letters else one)
        for one in parted
    )


@cache
def _character(one: str) -> str:
    """Returns a character as a command, where TeX has one for it."""
    if one.isascii():
        return one
    if one in _LETTERS:
        return f"{{{_LETTERS[one]}}}"
    if one in _GREEK:
        return rf"{{\ensuremath{{\{_GREEK[one]}}}}}"
    if one in _DASHES:
        return _DASHES[one]
    apart = unicodedata.normalize("NFD", one)
    base, marks = apart[0], apart[1:]
    if marks in _MARKS and base.isascii() and base.isalpha():
        command = _MARKS[marks]
        dotless = rf"\{base}" if base in "ij" and command not in {"c ", "k ", "d ", "b "} else base
        return f"{{\\{command}{dotless}}}"
    return one


def is_balanced(text: str) -> bool:
    """Says whether every brace has its other one, counted as BibTeX counts them."""
    depth = 0
    for one in text:
        depth += (one == "{") - (one == "}")
        if depth < 0:
            return False
    return depth == 0


def from_tex(text: str) -> str:
    """Returns what TeX would show of a text, on one line; formulas stay as they are."""
    if _TEX.search(text) is None:
        return " ".join(text.replace("{", "").replace("}", "").split())
    found = _decoded_simply(text)
    return _decoded(text) if found is None else " ".join(found.split())


def _decoded_simply(text: str) -> str | None:
    """Returns what accents and escapes stand for; None where there are other commands.

    pylatexenc needs half a minute for the abstracts of 10,000 entries, this a hundredth of it.
    """
    shown: list[str] = []
    end = 0
    while end < len(text):
        found = _SIMPLE.match(text, end)
        if found is None:
            return None
        shown.append(_meaning(found))
        end = found.end()
    return "".join(shown)


def _meaning(found: re.Match[str]) -> str:
    """Returns what a piece of simple TeX shows."""
    if (kind := found.lastgroup) is None:
        return ""
    piece = found[kind]
    if kind in {"braced", "bare"}:
        mark = found["sign"] or found["word"]
        base = piece.strip().removeprefix("\\")
        return unicodedata.normalize("NFC", base + _BY_COMMAND[mark])
    if kind == "name":
        return _BY_NAME[piece]
    return _BY_SIGN.get(piece, piece)


@lru_cache(maxsize=10_000)
def _decoded(text: str) -> str:
    """Returns what TeX would show; names and venues stand in a file again and again."""
    # In a file of BibTeX a bare per cent sign begins no comment.
    return " ".join(_decoder().latex_to_text(_PER_CENT.sub(r"\\%", text)).split())


@cache
def _decoder() -> LatexNodes2Text:
    """Returns what reads TeX: pylatexenc, which knows its commands and never fails on others."""
    from pylatexenc.latex2text import (
        LatexNodes2Text,
        MacroTextSpec,
        get_default_latex_context_db,
    )

    # Of a command whose argument is none it would warn on standard error.
    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)
    context = get_default_latex_context_db()
    signs = {command[1:-2]: sign for sign, command in _MEANT.items() if command.endswith("{}")}
    logos = {name: name for name in ("TeX", "LaTeX", "BibTeX")}
    macros = [MacroTextSpec(name, simplify_repl=text) for name, text in (signs | logos).items()]
    context.add_context_category("signs", prepend=True, macros=macros)
    return LatexNodes2Text(latex_context=context, math_mode="verbatim", strict_latex_spaces=True)

r"""Short formulas of TeX as HTML that reads well: `$x_t \in \mathbb{R}^d$` with index and power.

What signs TeX's commands stand for is pylatexenc's knowledge; its own text would lose which part
stands high or low. A formula that takes more than a line is shown as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from pylatexenc.latex2text import get_default_latex_context_db

if TYPE_CHECKING:
    from collections.abc import Callable

    from pylatexenc.macrospec import LatexContextDb

THIN = "\u2009"
LONGEST = 400
DEEPEST = 12
_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\s+|[0-9]+(?:[.,][0-9]+)*|.", re.DOTALL)
_OPERATORS = frozenset("=<>+±∓×÷≤≥≠≈≡∼≃≅∝∈∉⊂⊆⊃⊇∪∩→←↔⇒⇐⇔↦∘∧∨≪≫∥⊗⊕≜≔∣")  # noqa: RUF001 - signs of formulas
# What a key of the keyboard means in a formula: minus, asterisk operator, prime.
_SIGNS = {"-": "\u2212", "*": "\u2217", "'": "\u2032"}
_UPRIGHT = frozenset("text textrm mathrm operatorname mbox textnormal mathsf textsf rm".split())
_SLANTED = frozenset("textit mathit emph".split())
_BOLD = frozenset("textbf mathbf boldsymbol bm".split())
# Alphabets of Unicode, by the words that name their letters.
_ALPHABETS = {
    "mathbb": "DOUBLE-STRUCK",
    "mathcal": "SCRIPT",
    "mathscr": "SCRIPT",
    "mathfrak": "FRAKTUR",
}
_ACCENTS = {
    "hat": "\u0302",
    "widehat": "\u0302",
    "tilde": "\u0303",
    "widetilde": "\u0303",
    "bar": "\u0304",
    "overline": "\u0304",
    "dot": "\u0307",
    "ddot": "\u0308",
    "vec": "\u20d7",
}
_NOTHING = frozenset(
    "left right big Big bigl bigr Bigl Bigr displaystyle textstyle limits nolimits"
    " middle bigg Bigg biggl biggr".split()
)
_SPACES = {",": THIN, ":": THIN, ";": " ", " ": " ", "quad": " ", "qquad": " ", "!": ""}


class Unreadable(ValueError):
    """A formula that is more than a line can hold."""


def set_formula(latex: str) -> str:
    """Returns a formula as HTML, or its TeX as code where that is not to be had.

    Args:
        latex: what stands between the dollars.
    """
    if len(latex) <= LONGEST:
        try:
            return f'<span class="formula">{_Formula(latex).read()}</span>'
        except Unreadable:
            pass
    return f"<code>{escape(latex)}</code>"


class _Formula:
    """A formula being read.

    Args:
        latex: what stands between the dollars.
    """

    def __init__(self, latex: str) -> None:
        self._tokens = _TOKEN.findall(latex)
        self._at = 0
        self._depth = 0
        self._commands: dict[str, Callable[[], str]] = {
            "frac": self._fraction,
            "tfrac": self._fraction,
            "dfrac": self._fraction,
            "sqrt": self._root,
        }

    def read(self) -> str:
        """Returns the whole of it as HTML.

        Raises:
            Unreadable: some of it is not understood.
        """
        found = self._sequence()
        if self._at < len(self._tokens):
            raise Unreadable
        return found

    def _sequence(self) -> str:
        """Reads up to the end of a group."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise Unreadable
        parts = []
        while self._next_token() not in {None, "}"}:
            parts.append(self._atom())
        self._depth -= 1
        return re.sub(r"</i><i>", "", "".join(parts)).strip(THIN)

    def _next_token(self) -> str | None:
        """Returns the token that comes next, blanks left out."""
        while self._at < len(self._tokens) and self._tokens[self._at].isspace():
            self._at += 1
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _atom(self) -> str:
        """Reads one sign, command or group."""
        sign = self._next_token()
        if sign is None:
            raise Unreadable
        if sign == "{":
            return self._group()
        self._at += 1
        if sign in {"^", "_"}:
            element = "sup" if sign == "^" else "sub"
            return f"<{element}>{self._atom()}</{element}>"
        if sign.startswith("\\"):
            return self._command(sign[1:])
        if sign in {"}", "&", "$", "#", "%", "~", "\\"}:
            raise Unreadable
        return _sign(sign)

    def _group(self) -> str:
        """Reads what stands in braces."""
        self._at += 1
        found = self._sequence()
        if self._next_token() != "}":
            raise Unreadable
        self._at += 1
        return found

    def _command(self, name: str) -> str:
        """Reads a command's arguments and returns what it stands for."""
        if name in self._commands:
            return self._commands[name]()
        if name in _NOTHING:
            return self._delimiter()
        if name in _SPACES:
            return _SPACES[name]
        if name in _ACCENTS:
            return self._accented(_ACCENTS[name])
        if name in _UPRIGHT | _SLANTED | _BOLD or name in _ALPHABETS:
            return self._styled(name)
        return _symbol(name)

    def _delimiter(self) -> str:
        """Skips the full stop that stands for no bracket at all."""
        if self._next_token() == ".":
            self._at += 1
        return ""

    def _styled(self, name: str) -> str:
        """Reads the argument of a command that says in which letters it is set."""
        text = self._words()
        if name in _ALPHABETS:
            return "".join(_letter_of(_ALPHABETS[name], one) for one in text)
        if name in _BOLD:
            if text.startswith("\\"):
                return f"<b>{_symbol(text[1:])}</b>"
            return f"<b>{escape(text)}</b>"
        if "\\" in text:
            raise Unreadable
        return f"<i>{escape(text)}</i>" if name in _SLANTED else escape(text)

    def _words(self) -> str:
        """Reads an argument as it stands, its blanks too."""
        if self._next_token() != "{":
            self._at += 1
            return self._tokens[self._at - 1] if self._at <= len(self._tokens) else ""
        try:
            end = self._tokens.index("}", self._at)
        except ValueError:
            raise Unreadable from None
        text = "".join(self._tokens[self._at + 1 : end])
        if re.search(r"[{}$^_]", text):
            raise Unreadable
        self._at = end + 1
        return text

    def _accented(self, accent: str) -> str:
        """Reads the argument of an accent."""
        found = self._atom()
        letters = re.sub(r"<[^>]+>", "", found)
        if len(letters) != 1 or letters in "&<>":
            raise Unreadable
        return found.replace(letters, letters + accent)

    def _fraction(self) -> str:
        """Reads a fraction."""
        return f"{_bracketed(self._atom())}/{_bracketed(self._atom())}"

    def _root(self) -> str:
        """Reads a square root."""
        if self._next_token() == "[":
            raise Unreadable
        return f"√{_bracketed(self._atom())}"


def _bracketed(part: str) -> str:
    """Puts what is more than one letter or number in brackets."""
    text = re.sub(r"<[^>]+>", "", part)
    return part if len(text) <= 1 or text.isdigit() else f"({part})"


def _sign(token: str) -> str:
    """Returns a sign as formulas show it: letters slanted, operators with room around them."""
    if token in _SIGNS:
        return _SIGNS[token]
    if token in _OPERATORS:
        return f"{THIN}{escape(token)}{THIN}"
    return f"<i>{token}</i>" if token.isalpha() else escape(token)


def _symbol(name: str) -> str:
    """Returns the sign or the word that a command without arguments stands for."""
    if len(name) == 1 and not name.isalpha() and name in "{}%_&$#|":
        return "‖" if name == "|" else escape(name)
    command = _table().get_macro_spec(name)
    text = command.simplify_repl if command is not None else None
    if not isinstance(text, str) or not text.strip() or "%" in text:
        raise Unreadable
    if text.isascii() and text.isalpha() and len(text) > 1:
        return f"{escape(text)}{THIN}"
    if text in _OPERATORS:
        return f"{THIN}{text}{THIN}"
    return f"<i>{text}</i>" if text.isalpha() and text.islower() else escape(text)


def _letter_of(alphabet: str, letter: str) -> str:
    """Returns a letter of one of Unicode's alphabets for formulas."""
    if not (letter.isascii() and letter.isalnum()):
        raise Unreadable
    case = "DIGIT" if letter.isdigit() else "CAPITAL" if letter.isupper() else "SMALL"
    word = unicodedata.name(letter).rpartition(" ")[2] if letter.isdigit() else letter.upper()
    kind = "BLACK-LETTER" if alphabet == "FRAKTUR" else alphabet
    for name in (f"{kind} {case} {word}", f"MATHEMATICAL {alphabet} {case} {word}"):
        try:
            return unicodedata.lookup(name)
        except KeyError:
            continue
    raise Unreadable


@cache
def _table() -> LatexContextDb:
    """Returns pylatexenc's table of commands."""
    return get_default_latex_context_db()

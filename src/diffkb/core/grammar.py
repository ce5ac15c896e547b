"""Reading a query: the one grammar of every command that takes one.

query    = all ("or" all)*
all      = one ("and"? one)*
one      = ("not" | "-") one | "(" query ")" | "@" name | term | sort key
term     = word | "phrase" | field operator values
operator = ":" | ":=" | ":~" | "=" | ">=" | "<=" | ">" | "<"
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from diffkb.core.fields import ALIASES, FIELDS
from diffkb.core.query import EVERYTHING, SORT_FIELDS, And, Holding, Not, Or, Phrase, SortKey
from diffkb.core.terms import read_term
from diffkb.core.text import fold, storable, words
from diffkb.errors import BadQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from diffkb.core.query import Condition

T = TypeVar("T")

OPERATORS = (":=", ":~", ">=", "<=", ":", "=", ">", "<")
_FIELD = re.compile(rf"(?P<field>[A-Za-z_]+)(?P<operator>{'|'.join(map(re.escape, OPERATORS))})")
_SORT_KEY = re.compile(rf"(?P<field>{'|'.join(SORT_FIELDS)})(?P<way>[+-])", re.IGNORECASE)
_SAVED = re.compile(r"@[\w-]+")
_LINK = re.compile(r"https?://\S")
# What a quotation mark may stand behind to open a quotation, beside the start of a term.
_BEFORE_QUOTE = frozenset(":=~<>,")
# More would be no query of a person, and would take Python's stack.
DEEPEST = 50


class Query(NamedTuple):
    """What a query says.

    Attributes:
        condition: which entries.
        order: by what to sort before the list's own order.
    """

    condition: Condition
    order: tuple[SortKey, ...] = ()


class Token(NamedTuple):
    """A piece of a query, with where it begins: `(`, `)`, `-`, or a term with its quotations."""

    text: str
    at: int

    @property
    def word(self) -> str:
        """The text in lower case, by which `or`, `and` and `not` are known."""
        return self.text.lower()


def join_arguments(arguments: Sequence[str]) -> str:
    """Returns the words of a command line as one query.

    A shell takes quotation marks away: `title:"flow matching"` arrives as one word with a blank,
    which is given its marks back. A word that holds a query of its own is left alone.
    """
    return " ".join(map(_requoted, arguments))


def _requoted(argument: str) -> str:
    """Returns a word of a command line as it was meant."""
    found = _FIELD.match(argument.removeprefix("-"))
    if found is None or '"' in argument or not re.search(r"\s", argument):
        return argument
    start = len(argument) - len(argument.removeprefix("-")) + found.end()
    value = argument[start:]
    holds_terms = any(map(_begins_a_term, value.split()[1:]))
    joined = {"or", "and", "not"} & {part.lower() for part in value.split()}
    return argument if holds_terms or joined else f'{argument[:start]}"{value}"'


def _begins_a_term(part: str) -> bool:
    """Says whether a word after a value is a term of its own: a field's, a sort key, or -WORD."""
    left_out = part.startswith("-") and len(part) > 1
    return bool(left_out or _FIELD.match(part) or _SORT_KEY.fullmatch(part))


def is_query(text: str) -> bool:
    """Says whether words are a query by their looks, and not a title or a part of one.

    It is one that names a field the base has, has an operator such as `>=`, or names a saved
    query. A colon alone makes none: titles have those.
    """
    try:
        tokens = _tokens(text)
    except BadQuery:
        tokens = [Token(word, 0) for word in text.split()]
    return any(map(_shows_query, tokens))


def _shows_query(token: Token) -> bool:
    """Says whether a piece of a text shows that the text is a query."""
    if _SAVED.fullmatch(token.text):
        return True
    found = _FIELD.match(token.text)
    if found is None or len(token.text) == found.end():
        return False
    name = found["field"].lower()
    known = name in FIELDS or name in ALIASES or name == "has"
    return known or found["operator"] not in {":", "="}


def read_query(text: str, saved: Mapping[str, str] | None = None) -> Query:
    """Reads a query.

    Args:
        text: what a person typed.
        saved: queries by the name they are saved under.

    Raises:
        BadQuery: it cannot be read; it says where and why.
    """
    # What a base cannot hold it holds as U+FFFD; so it is asked for.
    return _Parser(storable(text), saved or {}, ()).read()


class _Parser:
    """One query being read."""

    def __init__(self, text: str, saved: Mapping[str, str], within: tuple[str, ...]) -> None:
        self._text = text
        self._saved = saved
        self._within = within
        self._tokens = _tokens(text)
        self._next = 0
        self._depth = 0
        self._order: list[SortKey] = []

    def read(self) -> Query:
        """Reads all of it."""
        if not self._tokens:
            return Query(EVERYTHING)
        condition = self._any()
        if (token := self._peek()) is not None:
            raise self._error(token.at, "this `)` closes nothing")
        return Query(condition, tuple(self._order))

    def _peek(self) -> Token | None:
        """Returns the next token, or None at the end."""
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self) -> Token:
        """Returns the next token, and goes on."""
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _any(self) -> Condition:
        """Reads alternatives."""
        parts = [self._all()]
        while (token := self._peek()) is not None and token.word == "or":
            self._take()
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self) -> Condition:
        """Reads conditions that hold together."""
        parts: list[Condition] = []
        token = self._peek()
        if token is None or token.word in {"or", "and", ")"}:
            at = len(self._text) if token is None else token.at
            raise self._error(at, "a condition is missing here")
        while (token := self._peek()) is not None and token.word not in {"or", ")"}:
            if token.word == "and":
                self._take()
                self._check_follows("and")
                continue
            if (part := self._one()) is not None:
                parts.append(part)
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _check_follows(self, word: str) -> None:
        """Refuses a word that joins nothing."""
        token = self._peek()
        if token is None or token.word in {"or", "and", ")"}:
            at = len(self._text) if token is None else token.at
            raise self._error(at, f"a condition is missing behind `{word}`")

    def _one(self) -> Condition | None:
        """Reads one condition; a sort key is none."""
        token = self._take()
        if token.word == "not" or token.text == "-":
            self._check_follows(token.text)
            with_part = self._deeper(token, self._one)
            if with_part is None:
                raise self._error(token.at, "an order cannot be negated")
            return Not(with_part)
        if token.text == "(":
            inside = self._deeper(token, self._any)
            if self._peek() is None:
                raise self._error(token.at, "this `(` is not closed")
            self._take()
            return inside
        if key := _SORT_KEY.fullmatch(token.text):
            self._order.append(SortKey(key["field"].lower(), descending=key["way"] == "-"))
            return None
        return self._saved_query(token) if token.text.startswith("@") else self._term(token)

    def _deeper(self, token: Token, read: Callable[[], T]) -> T:
        """Reads what stands inside something."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error(token.at, "this is nested too deeply")
        inside = read()
        self._depth -= 1
        return inside

    def _saved_query(self, token: Token) -> Condition:
        """Reads the saved query of a name; its order counts too."""
        name = token.text.removeprefix("@")
        if name not in self._saved:
            raise self._error(
                token.at, f"no query is saved as `{name}`", _nearest(name, self._saved, "@")
            )
        if name in self._within:
            raise self._error(token.at, f"the query saved as `{name}` stands within itself")
        inside = _Parser(self._saved[name], self._saved, (*self._within, name)).read()
        self._order += inside.order
        return inside.condition

    def _term(self, token: Token) -> Condition:
        """Reads a word, a phrase, or a field with its values."""
        if _LINK.match(token.text):
            return Holding("url", fold(token.text))
        found = _FIELD.match(token.text)
        if found is None:
            return self._words(token)
        name = found["field"].lower()
        field = ALIASES.get(name, name)
        if field != "has" and field not in FIELDS:
            raise self._error(
                token.at,
                f"there is no field `{found['field']}`",
                _nearest(name, [*FIELDS, *ALIASES, "has"]),
            )
        try:
            return read_term(field, found["operator"], token.text[found.end() :])
        except ValueError as error:
            raise self._error(token.at + found.end(), str(error)) from error

    def _words(self, token: Token) -> Condition:
        """Reads words without a field."""
        text = token.text
        is_quoted = text.startswith('"')
        prefix = not is_quoted and text.endswith("*")
        found = tuple(words(text))
        if not found:
            raise self._error(token.at, "there is no letter or digit to look for")
        return Phrase(None, found, prefix)

    def _error(self, at: int, why: str, hint: str | None = None) -> BadQuery:
        """Makes the error for a place in the query."""
        return BadQuery(self._text, at, why, hint=hint)


def _nearest(name: str, known: Iterable[str], before: str = "") -> str | None:
    """Returns the question whether the nearest known name was meant."""
    found = get_close_matches(name, list(known), 1)
    return f"did you mean `{before}{found[0]}`?" if found else None


def _tokens(text: str) -> list[Token]:
    """Cuts a query into its pieces.

    Raises:
        BadQuery: a quotation is not closed.
    """
    tokens = []
    at = 0
    while at < len(text):
        character = text[at]
        if character.isspace():
            at += 1
        elif character in "()" or _negates(text, at):
            tokens.append(Token(character, at))
            at += 1
        else:
            end = _term_end(text, at)
            tokens.append(Token(text[at:end], at))
            at = end
    return tokens


def _negates(text: str, at: int) -> bool:
    """Says whether a minus stands before what it negates."""
    return text[at] == "-" and at + 1 < len(text) and not text[at + 1].isspace()


def _term_end(text: str, start: int) -> int:
    """Returns where a term ends: at a blank, or at a parenthesis that it did not open.

    Raises:
        BadQuery: a quotation is not closed.
    """
    at, opened = start, 0
    while at < len(text) and not text[at].isspace():
        character = text[at]
        if character == '"' and (at == start or text[at - 1] in _BEFORE_QUOTE):
            at = _quotation_end(text, at)
            continue
        opened += (character == "(") - (character == ")")
        if opened < 0:
            break
        at += 1
    return at


def _quotation_end(text: str, start: int) -> int:
    r"""Returns where a quotation ends; in it `\"` is a mark of its own.

    Raises:
        BadQuery: it does not end.
    """
    closing = re.compile(r'(?:[^"\\]|\\.)*+"', re.DOTALL).match(text, start + 1)
    if closing is None:
        raise BadQuery(text, start, "this quotation is not closed")
    return closing.end()

"""Cuts Markdown into its top-level blocks by markdown-it-py's block rules, in linear time.

A top-level block's reading depends on nothing before it, so the text is read in windows: the last
block of a window may go on after it and is read again at the head of the next one.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.parser_block import ParserBlock, RuleFuncBlockType
from markdown_it.ruler import Ruler
from markdown_it.rules_block import (
    StateBlock,
    blockquote,
    fence,
    heading,
    hr,
    html_block,
    list_block,
    paragraph,
)
from markdown_it.token import Token

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PieceKind = Literal["heading", "item", "prose"]

# Deeper containers are read as if they held nothing but paragraphs: no more is asked of them than
# where they end, and each level costs another pass over its lines.
DEEPEST = 12
WINDOW = 1 << 17

BOM = "\ufeff"
LINE_END = re.compile(r"\r\n|\n|\r")
_BLANK_LINES = re.compile(r"(?:[ \t]*+(?:\r\n|\n|\r))*+(?:[ \t]++\Z)?+")
_YAML_KEY = re.compile(r"(?:#|[\w\"'][\w \"'.-]*+:)")
_DASHES = re.compile(r"---[ \t]*+(?:\r\n|\n|\r)")
_YAML_END = re.compile(r"(?:\r\n|\n|\r)(?:---|\.\.\.)[ \t]*+(?=\r|\n|\Z)")
_DEFINITION = re.compile(r" {0,3}\[[^\]]*+\]:")

# What a block of these rules begins with; any other rule may match at any character.
_FIRST_CHARACTERS: dict[RuleFuncBlockType, str] = {
    blockquote: ">",
    fence: "`~",
    heading: "#",
    hr: "*-_",
    html_block: "<",
    list_block: "*+-0123456789",
}
_CHAINS = ("", "paragraph", "blockquote", "list")
# Parts of blocks that nobody asks for: one token stands for all of them.
_UNREAD_TYPES = frozenset(
    "inline paragraph_close heading_close bullet_list_close ordered_list_close"
    " th_open th_close td_open td_close tr_close".split()
)
_UNREAD = Token("unread", "", 0)


class Piece(NamedTuple):
    """A top-level block: where it lies, and what the block rules say of it.

    Attributes:
        start: its first character in the text.
        end: the first one after the blank lines that follow it.
        kind: a heading, an item of a top-level list, or anything else.
        name: markdown-it's word for the block ("paragraph", "fence", …); of an item, for the
            block it begins with.
        level: of a heading, else 0.
        head_end: of an item, where the block it begins with ends; else `end`.
        parts: what lies on lines of its own within it: the items nested in an item, by where they
            start and how deep; the rows of a table, its head left out; the items in a quotation.
    """

    start: int
    end: int
    kind: PieceKind
    name: str
    level: int
    head_end: int
    parts: tuple[tuple[int, int], ...] = ()


class _Found(NamedTuple):
    """A piece by the number of its lines, before it is known where the next one starts."""

    line: int
    kind: PieceKind
    name: str
    level: int = 0
    head_end: int = -1
    parts: tuple[tuple[int, int], ...] = ()


class _Rules(Ruler[RuleFuncBlockType]):
    """The chains of block rules, of which a line meets those that its first character can begin.

    Most lines begin with a letter, and each of them would else be shown to every rule of a chain.
    """

    def __init__(self, rules: Ruler[RuleFuncBlockType]) -> None:
        super().__init__()
        self._names = rules.get_active_rules()
        self._chains = {chain: [_chosen(rules.getRules(chain))] for chain in _CHAINS}

    def getRules(self, chainName: str = "") -> list[RuleFuncBlockType]:  # noqa: N802, N803 - the names of the method that is replaced
        """Returns the one rule that stands for all of a chain."""
        return self._chains[chainName]

    def get_active_rules(self) -> list[str]:
        """Returns the names of all rules: whether indented code is one of them is looked up."""
        return self._names


def _chosen(rules: Sequence[RuleFuncBlockType]) -> RuleFuncBlockType:
    """Returns a rule that tries those of these rules that a line's first character can begin."""
    anywhere = tuple(rule for rule in rules if rule not in _FIRST_CHARACTERS)
    by_character = {
        character: tuple(
            rule for rule in rules if character in _FIRST_CHARACTERS.get(rule, character)
        )
        for character in set("".join(_FIRST_CHARACTERS.values()))
    }

    def try_rules(state: StateBlock, line: int, end: int, silent: bool) -> bool:
        at = state.bMarks[line] + state.tShift[line]
        for rule in by_character.get(state.src[at : at + 1], anywhere):
            if rule(state, line, end, silent):
                return True
        return False

    return try_rules


class _Blocks(ParserBlock):
    """The block rules with a floor under them.

    Definitions of links are read as the paragraphs they look like: their rule alone makes a block
    depend on the lines before it, and nobody here looks them up.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ruler.disable("reference")
        self.ruler = _Rules(self.ruler)

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803 - the names of the method that is replaced
        """Reads the content of a container, below the floor as paragraphs alone."""
        if state.level < DEEPEST:
            super().tokenize(state, startLine, endLine)
            return
        line = startLine
        while line < endLine:
            state.line = line = state.skipEmptyLines(line)
            if line >= endLine or state.sCount[line] < state.blkIndent:
                return
            paragraph(state, line, endLine, False)
            line = state.line


class _State(StateBlock):
    """The state of the block rules without what nobody reads: texts, and parts within blocks."""

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        """Adds a token; those that nobody reads are all the same one."""
        if ttype not in _UNREAD_TYPES:
            return super().push(ttype, tag, nesting)
        self.level += nesting
        self.tokens.append(_UNREAD)
        return _UNREAD

    def getLines(self, begin: int, end: int, indent: int, keepLastLF: bool) -> str:  # noqa: ARG002, N802, N803 - as above
        """Returns nothing: a block's lines are its piece of the text."""
        return ""


@cache
def _parser() -> MarkdownIt:
    """Returns CommonMark's block rules and GitHub's tables."""
    parser = MarkdownIt("commonmark", {"maxNesting": DEEPEST + 8})
    parser.block = _Blocks()
    return parser


def cut(text: str, *, at_start: bool = True, window: int = WINDOW) -> Iterator[Piece]:
    """Cuts a text into its top-level blocks; joined in order they are the text.

    Args:
        text: any text.
        at_start: whether a document starts here, so that a byte order mark and front matter are
            what they seem.
        window: how much is read at a time; the pieces are the same for any.

    Yields:
        The pieces. A byte order mark, and blank lines at the start, are prose of their own.
    """
    position = 0
    for end, name in _before_blocks(text, at_start=at_start):
        yield Piece(position, end, "prose", name, 0, end)
        position = end
    size = window
    while position < len(text):
        end = _line_end(text, position + size)
        pieces = _cut_window(text, position, end)
        if end < len(text):
            if len(pieces) == 1:
                size *= 2
                continue
            end = pieces.pop().start
        yield from pieces
        position = end
        size = window


def cut_one(raw: str) -> Piece | None:
    """Returns the only block of a text, or None when it is not exactly one block."""
    pieces = cut(raw, at_start=False)
    first = next(pieces, None)
    return first if first is not None and first.end == len(raw) else None


def leading(raw: str) -> int:
    """Returns where the first line of a block that says something starts; a BOM says nothing."""
    text = raw[1:] if raw.startswith(BOM) else raw
    white = text[: len(text) - len(text.lstrip(" \t\r\n"))]
    start = max(white.rfind("\n"), white.rfind("\r")) + 1
    return len(raw) - len(text) + start


def trailing(raw: str) -> int:
    """Returns where the last line of a block ends; its line end and blank lines come after it."""
    last = len(raw.rstrip(" \t\r\n"))
    line_end = LINE_END.search(raw, last)
    return line_end.start() if line_end else len(raw)


def _line_end(text: str, position: int) -> int:
    """Returns where the line at that position ends, its line end included."""
    found = LINE_END.search(text, position)
    return found.end() if found else len(text)


def _before_blocks(text: str, *, at_start: bool) -> Iterator[tuple[int, str]]:
    """Yields the ends and names of what stands before the first block."""
    position = 0
    if at_start and text.startswith(BOM):
        position = 1
        yield position, "bom"
    if at_start and (end := _front_matter_end(text, position)):
        position = end
        yield position, "front_matter"
    blank = _BLANK_LINES.match(text, position)
    if blank and blank.end() > position:
        yield blank.end(), "blank"


def _front_matter_end(text: str, position: int) -> int:
    """Returns where YAML front matter and the blank lines after it end, or 0 without any."""
    start = _DASHES.match(text, position)
    if not start or not _YAML_KEY.match(text, start.end()):
        return 0
    end = _YAML_END.search(text, start.end())
    if not end:
        return 0
    blank = _BLANK_LINES.match(text, end.end())
    return blank.end() if blank else end.end()


def _cut_window(text: str, start: int, end: int) -> list[Piece]:
    """Cuts a part of the text that begins with a block."""
    window = text[start:end]
    state, offsets = _state_of(window)
    found = _find_pieces(state)
    pieces: list[Piece] = []
    for index, piece in enumerate(found):
        following = found[index + 1].line if index + 1 < len(found) else -1
        piece_end = start + offsets[following] if index + 1 < len(found) else end
        head_end = start + offsets[piece.head_end] if piece.head_end >= 0 else piece_end
        first = start + offsets[piece.line]
        parts = tuple((start + offsets[line], depth) for line, depth in piece.parts)
        pieces.append(Piece(first, piece_end, piece.kind, piece.name, piece.level, head_end, parts))
    return pieces


def _state_of(window: str) -> tuple[StateBlock, list[int]]:
    """Returns the block parser's state and where each of its lines starts in the window."""
    if "\r" not in window:
        state = _State(window, _parser(), {}, [])
        return state, state.bMarks.copy()
    starts = [0, *(found.end() for found in LINE_END.finditer(window))]
    state = _State(LINE_END.sub("\n", window), _parser(), {}, [])
    starts[state.lineMax :] = [len(window)]
    return state, starts


def _find_pieces(state: StateBlock) -> list[_Found]:
    """Runs the block rules over a window, one top-level block at a time."""
    (rule,) = _parser().block.ruler.getRules("")
    found: list[_Found] = []
    line = state.skipEmptyLines(0)
    while line < state.lineMax:
        state.line = line
        rule(state, line, state.lineMax, False)
        found.extend(_describe(state, line))
        state.tokens.clear()
        line = state.skipEmptyLines(state.line)
    return found


def _describe(state: StateBlock, line: int) -> Iterator[_Found]:
    """Yields the pieces of the block that was just read: the items of a list, else itself."""
    tokens = state.tokens
    first = tokens[0]
    if first.type in {"bullet_list_open", "ordered_list_open"}:
        yield from _items(tokens)
    elif first.type == "heading_open" and not _is_definition(state, line):
        yield _Found(line, "heading", first.markup[:1], level=int(first.tag[1:]))
    elif first.type == "table_open":
        rows = [token.map[0] for token in tokens if token.type == "tr_open" and token.map]
        yield _Found(line, "prose", "table", parts=tuple((row, 1) for row in rows[1:]))
    elif first.type == "blockquote_open":
        quoted = (one.map[0] for one in tokens if one.type == "list_item_open" and one.map)
        parts = tuple((at, 1) for at in dict.fromkeys(quoted) if at > line)
        yield _Found(line, "prose", "blockquote", parts=parts)
    else:
        yield _Found(line, "prose", _name(first.type))


def _items(tokens: list[Token]) -> Iterator[_Found]:
    """Yields the items of a list, each with those nested in it."""
    found: _Found | None = None
    parts: list[tuple[int, int]] = []
    last = -1
    inside = 0
    for index, token in enumerate(tokens):
        if token.type == "blockquote_open":
            inside += 1
        elif token.type == "blockquote_close":
            inside -= 1
        if token.type != "list_item_open" or not token.map or inside:
            continue
        line = token.map[0]
        if token.level == 1:
            if found:
                yield found._replace(parts=tuple(parts))
            inner = tokens[index + 1]
            head_end = inner.map[1] if inner.map else line + 1
            found = _Found(line, "item", _name(inner.type), head_end=head_end)
            parts = []
        elif line != last:
            parts.append((line, token.level // 2))
        last = line
    if found:
        yield found._replace(parts=tuple(parts))


def _name(token_type: str) -> str:
    """Returns the block's name without the word for its first half."""
    return token_type.removesuffix("_open")


def _is_definition(state: StateBlock, line: int) -> bool:
    """Says whether an underlined line defines a link, which is no heading."""
    return _DEFINITION.match(state.src, state.bMarks[line]) is not None

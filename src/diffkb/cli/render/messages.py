"""The lines for people on standard error: errors, warnings, hints; and text made safe to print."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from diffkb.errors import DiffkbError

COLORS = {"error": "31;1", "warning": "33;1", "hint": "36"}

# Marks that reorder what stands beside them (https://www.unicode.org/reports/tr9/), and the
# two line separators of Unicode.
REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
SEPARATORS = frozenset("\u2028\u2029")

# Of a long line so many characters on each side of a place are shown.
NEAR = 50


def printable(text: str, *, keep: str = "") -> str:
    r"""Returns text in which nothing can steer a terminal.

    Control characters, marks that reorder text, and halves of surrogate pairs are written as
    escapes such as `\x1b`; everything else stays, joiners of scripts and emoji included.

    Args:
        text: what a file, a source or a person gave.
        keep: characters to leave alone, such as a newline in a note.
    """
    if text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode()
        if character not in keep and _steers(character)
        else character
        for character in text
    )


def _steers(character: str) -> bool:
    """Says whether a terminal acts on that character instead of showing it."""
    return (
        character < " "
        or "\x7f" <= character <= "\x9f"
        or "\ud800" <= character <= "\udfff"
        or character in REORDERING
        or character in SEPARATORS
    )


def entries(count: int) -> str:
    """Returns "1 entry" or "2 entries"."""
    return f"{count:,} {'entry' if count == 1 else 'entries'}"


def say(kind: str, text: str, *, color: bool = False) -> None:
    """Writes one line to standard error.

    Args:
        kind: "error", "warning", "hint", or "" for a line without a label.
        text: what to say; it is made printable.
        color: whether to colour the label.
    """
    # print(file=None) would write to standard output, where only data belongs.
    if sys.stderr is None:
        return
    label = f"{kind}: " if kind else ""
    if label and color:
        label = f"\x1b[{COLORS[kind]}m{kind}:\x1b[0m "
    print(label + printable(text), file=sys.stderr, flush=True)


def say_error(error: DiffkbError, *, color: bool = False, hint: bool = True) -> None:
    """Writes an error, and then its hint, the next thing to type, unless that is left out."""
    place = f" (line {error.line})" if error.line and f"line {error.line}" not in str(error) else ""
    say("error", error.message + place, color=color)
    if error.place is not None:
        for shown in pointed(*error.place, near=_near()):
            say("", f"  {shown}")
    if error.hint and hint:
        say("hint", error.hint, color=color)


def _near() -> int:
    """Returns how many characters of a line are shown on either side of a place in it."""
    if not sys.stderr.isatty():
        return NEAR
    # Loaded here: only errors with a place need it. Indent, ellipses and caret take the rest.
    from shutil import get_terminal_size

    return max(10, min(NEAR, (get_terminal_size().columns - 5) // 2))


def pointed(text: str, at: int, near: int = NEAR) -> tuple[str, str]:
    """Returns a line of text, and a line with a caret under one of its characters.

    Args:
        text: what was typed; of a long one only what is near the place is shown.
        at: how many characters stand before the place.
        near: how many are shown on either side of it.
    """
    start = max(0, at - near)
    before = ("…" if start else "") + printable(text[start:at])
    behind = printable(text[at : at + near]) + ("…" if len(text) > at + near else "")
    return before + behind, " " * _columns(before) + "^"


def _columns(text: str) -> int:
    """Returns how many columns a text takes (https://www.unicode.org/reports/tr11/)."""
    # Loaded here: of all that is said, only errors with a place need it.
    from unicodedata import combining, east_asian_width

    wide = sum(east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(map(bool, map(combining, text)))


def colored(choice: str, stream: TextIO | None, environ: Mapping[str, str]) -> bool:
    """Says whether a stream gets colour.

    Args:
        choice: auto, always or never.
        stream: standard output or error; None where it is closed.
        environ: the environment: `NO_COLOR` (https://no-color.org) and a dumb terminal count
            where the choice is left open.
    """
    if choice != "auto" or stream is None:
        return choice == "always"
    return not environ.get("NO_COLOR") and environ.get("TERM") != "dumb" and stream.isatty()

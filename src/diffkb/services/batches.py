"""References from a file or a stream, one a line."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from diffkb.errors import UnreadableInput

if TYPE_CHECKING:
    from collections.abc import Iterator

STANDARD_INPUT = "-"
# A comment at the end of a line stands apart; other hashes belong to links.
_COMMENT = re.compile(r"(?:\A|\s)#.*\Z")


def read_batch(name: str) -> list[tuple[str, int]]:
    """Reads references, one a line.

    Args:
        name: a file, or `-` for standard input.

    Returns:
        Each with its line, from 1; blank lines and comments are left out, and counted.

    Raises:
        UnreadableInput: it cannot be read, or is not UTF-8.
    """
    try:
        if name == STANDARD_INPUT:
            content = sys.stdin.buffer.read() if sys.stdin else b""
        else:
            content = Path(name).read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise UnreadableInput(name, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise UnreadableInput(name, f"it is not UTF-8 at byte {error.start}") from error
    return list(_references(text))


def _references(text: str) -> Iterator[tuple[str, int]]:
    """Yields what the lines of a text refer to."""
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        reference = _COMMENT.sub("", line).strip()
        if reference:
            yield reference, number

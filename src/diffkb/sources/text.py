"""Text from a source as plain text: no control characters, white space of one kind."""

from __future__ import annotations

import re

# What a terminal would obey: colours and cursor movements, titles and links, whole where they
# are complete. A lone C1 byte before a letter is a mistaken quotation mark and takes nothing along.
_SEQUENCES = (
    r"\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x9b[0-9;:?]+[@-~]"
    r"|(?:\x1b[\]P^_X]|[\x9d\x90\x9e\x9f\x98])[^<>\x07\x1b\x9c]{0,500}(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]"
)
_CONTROLS = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"


def without_controls(text: str) -> str:
    """Strips terminal sequences and the control characters of ASCII and Latin-1, but line ends.

    Marks for the direction of writing stay: they belong to names and titles.
    """
    return re.sub(_CONTROLS, "", re.sub(_SEQUENCES, "", text))


def one_line(text: str | None) -> str | None:
    """Returns the text with its white space collapsed, or None if nothing is left."""
    return " ".join(without_controls(text or "").split()) or None


def paragraphs(text: str | None) -> str | None:
    """Returns the text with a blank line between paragraphs and no other line ends.

    A paragraph ends at a blank line or where the next line is indented, as arXiv's do.
    """
    parts = re.split(r"\n(?:[ \t]*\n)*[ \t]+(?=\S)|\n(?:[ \t]*\n)+", without_controls(text or ""))
    return "\n\n".join(filter(None, (one_line(part) for part in parts))) or None

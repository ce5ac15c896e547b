"""What a file is that is no text, as its first bytes show."""

from __future__ import annotations

# https://en.wikipedia.org/wiki/List_of_file_signatures
_SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG\r\n\x1a\n", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF87a", "an image"),
    (b"GIF89a", "an image"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b\x08", "a compressed file"),
    (b"BZh", "a compressed file"),
    (b"\xfd7zXZ\x00", "a compressed file"),
    (b"7z\xbc\xaf\x27\x1c", "a compressed file"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"\x7fELF", "a program"),
)
_LOOKED_AT = 8192
# A text has few kinds of control characters, and what is shorter may have any.
_KINDS = 10
_SHORT = 512
# A signature alone is no file.
_MORE = 8
_IN_TEXTS = frozenset(b"\t\n\x0b\x0c\r\x1b")


def binary_kind(content: bytes) -> str | None:
    """Returns what a file is that is no text; None for what may be a list.

    Bytes that are not UTF-8, and NUL, stand in lists too: they are no sign of a binary file.
    """
    for signature, kind in _SIGNATURES:
        if content.startswith(signature) and len(content) > len(signature) + _MORE:
            return kind
    head = content[:_LOOKED_AT]
    controls = {byte for byte in head if byte < ord(" ")} - _IN_TEXTS
    return "a binary file" if len(head) >= _SHORT and len(controls) >= _KINDS else None

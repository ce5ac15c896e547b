"""Names of files made of citation keys and identifiers, that any system can hold in a folder."""

from __future__ import annotations

import re
from hashlib import sha256

from diffkb.core.text import fold

LONGEST = 100
_UNSAFE = re.compile(r"[^A-Za-z0-9._+-]+|\.(?=\.)")
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file: not even with a suffix.
_DEVICE = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?")
_DIGITS = re.compile(r".*-[0-9a-f]{8}")


def file_stem(name: str) -> str:
    """Returns what the file for a name is called, without its suffix.

    Args:
        name: a citation key or an identifier, whatever it holds.

    Returns:
        `name` itself where it is an ordinary one. Else what is left of it, and digits that another
        name does not share. A file called so is in the folder it is put in and no other, is not
        hidden, and is no device.
    """
    plain = _UNSAFE.sub("-", name if name.isascii() else fold(name)).strip(".-")[:LONGEST]
    if plain == name and plain and not _DEVICE.fullmatch(plain) and not _DIGITS.fullmatch(plain):
        return plain
    if not plain or _DEVICE.fullmatch(plain):
        plain = f"file-{plain}".rstrip("-")
    return f"{plain}-{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"

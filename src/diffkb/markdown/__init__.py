"""The lens between Markdown and entries: cut, read, and write back only what was changed.

Text goes in and text comes out, decoded from UTF-8 with surrogateescape. What is exported here is
loaded when first asked for, because most commands only read the base.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diffkb.markdown.dialect import Context, Dialect, Form
    from diffkb.markdown.document import Block, Reading, read_document
    from diffkb.markdown.entries import get_fields
    from diffkb.markdown.headings import Heading, year_position

__all__ = [
    "Block",
    "Context",
    "Dialect",
    "Form",
    "Heading",
    "Reading",
    "get_fields",
    "read_document",
    "year_position",
]

_ROOMS = {
    "Block": "document",
    "Context": "dialect",
    "Dialect": "dialect",
    "Form": "dialect",
    "Heading": "headings",
    "Reading": "document",
    "get_fields": "entries",
    "read_document": "document",
    "year_position": "headings",
}


def __getattr__(name: str) -> Any:
    """Returns a name of this room from the module it is in.

    Raises:
        AttributeError: the room has no such name.
    """
    if name in _ROOMS:
        return getattr(import_module(f"diffkb.markdown.{_ROOMS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

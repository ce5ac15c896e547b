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
    from diffkb.markdown.heading_forms import move_heading, rename_heading, write_heading
    from diffkb.markdown.headings import Heading, year_position
    from diffkb.markdown.placing import check_window, insert_block, usual_gap, write_entry
    from diffkb.markdown.writing import put_fields

__all__ = [
    "Block",
    "Context",
    "Dialect",
    "Form",
    "Heading",
    "Reading",
    "check_window",
    "get_fields",
    "insert_block",
    "move_heading",
    "put_fields",
    "read_document",
    "rename_heading",
    "usual_gap",
    "write_entry",
    "write_heading",
    "year_position",
]

_ROOMS = {
    "Block": "document",
    "Context": "dialect",
    "Dialect": "dialect",
    "Form": "dialect",
    "Heading": "headings",
    "Reading": "document",
    "check_window": "placing",
    "get_fields": "entries",
    "insert_block": "placing",
    "move_heading": "heading_forms",
    "put_fields": "writing",
    "read_document": "document",
    "rename_heading": "heading_forms",
    "usual_gap": "placing",
    "write_entry": "placing",
    "write_heading": "heading_forms",
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

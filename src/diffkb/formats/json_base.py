"""JSON of the whole base: documents block by block, entries, and works with all that is known."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from diffkb.formats.jsonl import SURROGATES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SCHEMA = 1


class Part(NamedTuple):
    """A named array of the object, with its values as JSON holds them."""

    name: str
    values: Iterable[dict[str, Any]]


def write(parts: Iterable[Part]) -> Iterator[str]:
    """Yields the object piece by piece, a value a line.

    Args:
        parts: its arrays, in order.
    """
    yield f'{{"diffkb": {SCHEMA}'
    for part in parts:
        yield f",\n{json.dumps(part.name)}: ["
        before = "\n"
        for value in part.values:
            text = json.dumps(value, ensure_ascii=False)
            yield before + SURROGATES.sub("\ufffd", text)
            before = ",\n"
        yield "\n]"
    yield "\n}\n"


def block_object(document: str, kind: str, raw: bytes) -> dict[str, Any]:
    """Returns a block as JSON holds it: as text, or in base64 where it is not UTF-8."""
    try:
        return {"document": document, "kind": kind, "text": raw.decode()}
    except UnicodeDecodeError:
        return {"document": document, "kind": kind, "base64": base64.b64encode(raw).decode()}

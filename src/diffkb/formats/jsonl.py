"""JSON lines: an entry a line, in the shape an entry has in every answer of `--json`."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from diffkb.core.models import Entry

# Halves of surrogate pairs stand for bytes that are no UTF-8; JSON has no word for them.
SURROGATES = re.compile("[\ud800-\udfff]")


def write(entries: Iterable[Entry]) -> Iterator[str]:
    """Yields a line for each entry."""
    for entry in entries:
        yield SURROGATES.sub("\ufffd", json.dumps(entry_object(entry), ensure_ascii=False)) + "\n"


def entry_object(entry: Entry) -> dict[str, Any]:
    """Returns an entry as JSON holds it; what is not known is null."""
    return asdict(entry)

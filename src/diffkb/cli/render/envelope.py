"""The one JSON object that `--json` writes to standard output, for answers and errors alike."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from diffkb.errors import DiffkbError

    Status = Literal["ok", "partial", "error"]

SCHEMA = 1


def write_envelope(
    command: str | None,
    data: Any,
    *,
    errors: Iterable[DiffkbError] = (),
    status: Status | None = None,
    exit_code: int = 0,
) -> None:
    """Writes the object on one line.

    Args:
        command: the command's words, such as "section list"; None where none was recognised.
        data: what the command found, as JSON knows it.
        errors: what went wrong.
        status: how it went; by default "error" where errors are all there is, "partial" where
            there is data beside them, else "ok".
        exit_code: the status the program is about to end with.
    """
    listed = [error_object(error) for error in errors]
    write_json(
        {
            "schema": SCHEMA,
            "command": command,
            "status": status or _status(data, listed),
            "exit_code": exit_code,
            "data": data,
            "errors": listed,
        }
    )


def _status(data: Any, errors: list[dict[str, Any]]) -> Status:
    """Returns how it went, as far as that can be told from the outcome."""
    if not errors:
        return "ok"
    return "error" if data is None else "partial"


def error_object(error: DiffkbError) -> dict[str, Any]:
    """Returns an error as the envelope holds it."""
    return {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "ref": error.ref,
        "line": error.line,
    }


def write_json(value: Any) -> None:
    """Writes a value to standard output as one line of JSON in UTF-8, whatever the locale is."""
    import json

    if sys.stdout is None:
        return
    # Halves of surrogate pairs stand for bytes that are no UTF-8; JSON has no word for them.
    text = re.sub("[\ud800-\udfff]", "\ufffd", json.dumps(value, ensure_ascii=False))
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode() + b"\n")
    sys.stdout.flush()

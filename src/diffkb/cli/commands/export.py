"""`diffkb export`: the base given back, as its own Markdown or in another form."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from diffkb.cli.options import DocumentName, Run, command
from diffkb.errors import BadValue
from diffkb.formats import FORMATS
from diffkb.services.exporting import (
    choose_document,
    export_lines,
    export_markdown,
    export_whole,
)
from diffkb.services.opening import open_reader

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMES = [form.name for form in FORMATS]


@command(
    details="markdown gives a document's own bytes back, changed only where diffkb changed it; "
    "json is the whole base; jsonl is an entry a line.",
    examples=("diffkb export markdown > list.md", "diffkb export jsonl | head"),
)
def export(
    run: Run,
    form: Annotated[
        str,
        typer.Argument(metavar="FORMAT", help=", ".join(NAMES), autocompletion=lambda: NAMES),
    ],
    *,
    document: DocumentName = None,
    private: Annotated[
        bool, typer.Option("--private", help="With private notes, in json.")
    ] = False,
) -> int:
    """Writes the base to standard output."""
    if form not in NAMES:
        raise BadValue("FORMAT", form, " or ".join(NAMES))
    parts: Iterable[bytes]
    with open_reader(run.base, run.say) as reader:
        if form == "markdown":
            chosen = choose_document(reader, document, run.configuration.default_document)
            parts = export_markdown(reader, chosen)
        elif form == "json":
            parts = (text.encode() for text in export_whole(reader, private=private))
        else:
            parts = (line.encode() for line in export_lines(reader, document))
        if run.json:
            return run.answer(_as_json(form, b"".join(parts)))
        _write(parts)
    return 0


def _as_json(form: str, content: bytes) -> dict[str, str]:
    """Returns what was exported as JSON holds it: as text, or in base64 where it is not UTF-8."""
    try:
        return {"format": form, "text": content.decode()}
    except UnicodeDecodeError:
        import base64

        return {"format": form, "base64": base64.b64encode(content).decode()}


def _write(parts: Iterable[bytes]) -> None:
    """Writes bytes to standard output as they are."""
    sys.stdout.flush()
    for part in parts:
        sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()

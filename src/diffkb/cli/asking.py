"""Questions to a person at a terminal."""

from __future__ import annotations

import typer

from diffkb.errors import NotAgreed


def confirm(question: str) -> None:
    """Asks a question that a person answers with yes, or with no, which Enter means too.

    Raises:
        NotAgreed: the answer was no.
        typer.Abort: the person interrupted it, or ended the input.
    """
    if not typer.confirm(question, err=True):
        raise NotAgreed

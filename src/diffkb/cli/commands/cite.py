"""`diffkb cite`: entries as a bibliography shows them."""

from __future__ import annotations

import base64
import sys
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from diffkb.cli.options import Refs, Run, command
from diffkb.cli.render.messages import entries
from diffkb.errors import BadValue, DiffkbError
from diffkb.services.citing import cite_as_bibtex, cite_entries, reference_of
from diffkb.services.opening import open_reader

if TYPE_CHECKING:
    from diffkb.core.references import Reference
    from diffkb.formats.bibliography import Target

TARGETS: dict[str, Target] = {"text": "text", "markdown": "markdown", "html": "html"}
FORMS = [*TARGETS, "bibtex"]


@command(
    details="The style is apa, ieee, chicago, the name of another style of citationstyles.org, or "
    "a file in CSL. Several entries come in the order of the style, or with --keep-order as they "
    "were typed. --copy asks the terminal to take the text to the clipboard, over ssh too.",
    examples=(
        "diffkb cite 2006.11239",
        "diffkb cite ho2020denoising 12 --style ieee --format markdown",
        "diffkb cite 12 --format bibtex --copy",
    ),
)
def cite(
    run: Run,
    refs: Refs,
    *,
    style: Annotated[
        str, typer.Option("--style", metavar="STYLE", help="apa, ieee, chicago, or FILE.csl.")
    ] = "apa",
    form: Annotated[
        str,
        typer.Option(
            "--format", metavar="FORMAT", help=", ".join(FORMS), autocompletion=lambda: FORMS
        ),
    ] = "text",
    keep_order: Annotated[
        bool, typer.Option("--keep-order", help="In the order they are named.")
    ] = False,
    copy: Annotated[bool, typer.Option("--copy", help="To the clipboard too.")] = False,
) -> int:
    """Cites entries; those that are not found are said, the others are cited."""
    if form not in FORMS:
        raise BadValue("--format", form, " or ".join(FORMS))
    found, errors = _find(run, refs)
    cited = list(found.values())
    target = TARGETS.get(form)
    if target is None:
        texts = cite_as_bibtex(cited)
    else:
        texts = cite_entries(cited, style, target, keeps=keep_order)
    status = 0 if not errors else 1 if found else errors[0].exit_code
    for problem in errors:
        run.report(problem)
    text = "\n\n".join(texts)
    if copy and text:
        copy_text(text, sys.stderr)
        run.say(f"{entries(len(cited))} sent to the clipboard of the terminal")
    if run.json:
        data = {"format": form, "style": style, "texts": texts}
        return run.answer(data, errors=errors, exit_code=status)
    if text:
        print(text)
    return status


def _find(run: Run, refs: list[str]) -> tuple[dict[int, Reference], list[DiffkbError]]:
    """Returns what is meant, by its id, and why the rest is not found."""
    found: dict[int, Reference] = {}
    errors: list[DiffkbError] = []
    with open_reader(run.base, run.say) as reader:
        for ref in refs:
            try:
                one = reference_of(reader, ref)
            except DiffkbError as error:
                if len(refs) == 1:
                    raise
                errors.append(error)
            else:
                found.setdefault(one.entry.id, one)
    return found, errors


def copy_text(text: str, terminal: TextIO) -> None:
    """Asks a terminal to take text to its clipboard, by OSC 52 of xterm's control sequences.

    No program of the machine can do that over ssh: the clipboard is where the terminal is.
    """
    encoded = base64.b64encode(text.encode("utf-8", "replace")).decode()
    terminal.write(f"\x1b]52;c;{encoded}\x07")
    terminal.flush()

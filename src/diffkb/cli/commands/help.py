"""`diffkb help`: what the program, a command, or the query language does."""

from __future__ import annotations

from typing import Annotated

import typer

from diffkb.cli.options import Run, command

QUERY = "query"


@command(
    details="`diffkb help query` explains the language in which `list` and `search` are asked.",
    examples=("diffkb help query", "diffkb help section list"),
)
def help_topic(
    run: Run,
    topic: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[COMMAND|query]...",
            help="What to explain.",
            autocompletion=lambda: [QUERY],
        ),
    ] = None,
) -> int:
    """Prints the help of a command, or the explanation of queries."""
    if topic == [QUERY]:
        return _explain_queries(run)
    # Imported here: the program is what imported this command.
    from diffkb.cli.app import make_program

    words = [*(topic or ()), "--help"]
    run.command = None
    with make_program(rich=run.terminal).make_context("diffkb", words, obj=run) as ctx:
        status: int = ctx.command.invoke(ctx) or 0
    return status


def _explain_queries(run: Run) -> int:
    """Prints the explanation of queries."""
    from diffkb.cli.render.query_language import explain_queries

    lines = list(explain_queries())
    if run.json:
        return run.answer({"lines": lines})
    print("\n".join(lines))
    return 0

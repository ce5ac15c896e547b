"""`diffkb next`: what to read next."""

from __future__ import annotations

from typing import Annotated

import typer

from diffkb.cli.options import DocumentName, Run, SectionName, command
from diffkb.cli.render.forms import Listing, choose_form
from diffkb.services.listing import Wish, select
from diffkb.services.opening import open_reader


@command(
    details="Of what was not read yet, that which is most worth reading; of several the first in "
    "the list. `diffkb read` marks what was read.",
    examples=("diffkb next", 'diffkb next --section "Inverse problems"', "diffkb next tag:survey"),
)
def show_next(
    run: Run,
    query: Annotated[
        list[str] | None,
        typer.Argument(metavar="[QUERY]...", help="Of those that a query finds."),
    ] = None,
    *,
    section: SectionName = None,
    document: DocumentName = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, help="The next N of them.")
    ] = 1,
) -> int:
    """Shows the entry to read next."""
    saved = run.saved_queries(query or ())
    asked = ("(", *query, ")", "not", "read:yes") if query else ("not", "read:yes")
    wish = Wish(asked, section, document, sort=("wr-",), limit=limit)
    show = choose_form(run, None, ())
    with open_reader(run.base, run.say) as reader:
        shown = show(Listing(run, reader, select(reader, wish, saved), ()))
    if not shown:
        run.say("nothing is left to read there")
    return 0

"""`diffkb edit`: the fields of entries, what is known of their works, or their Markdown."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from diffkb.cli.completion import complete_ref
from diffkb.cli.curation import Wanted, Yes, change_entries, meant
from diffkb.cli.options import DocumentName, DryRun, Run, command
from diffkb.errors import UsageError
from diffkb.services.amending import EDIT, amending, rewriting, shown_text
from diffkb.services.assigning import FIELDS, split_words

if TYPE_CHECKING:
    from diffkb.services.choosing import Meant

Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="REF... [FIELD=VALUE]...",
        help="Entries or a query, and the values their fields shall have.",
        autocompletion=complete_ref,
    ),
]


@command(
    details=f"The fields are {', '.join(FIELDS)}. In the Markdown nothing but a field's own words "
    "changes; FIELD= with nothing takes a value away. Authors, venue, published, abstract and the "
    "identifiers are facts of the work: yours beat those of all sources, `refresh` keeps them, and "
    "with nothing the best source counts again. Without a value the entry's Markdown opens in the "
    "editor that VISUAL or EDITOR names.",
    examples=(
        'diffkb edit 12 title="Denoising diffusion" wr=3',
        "diffkb edit 12 authors='Ho, Jonathan; Jain, Ajay' venue=NeurIPS doi=10.5555/3495724",
        "diffkb edit 12 venue=",
        "diffkb edit section:Unsorted section=Foundations --yes",
        "diffkb edit 12",
    ),
)
def edit(
    run: Run,
    words: Words = None,
    *,
    wanted: Wanted = None,
    document: DocumentName = None,
    create: Annotated[
        bool, typer.Option("--create", help="Make the section where it is missing.")
    ] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> int:
    """Edits entries."""
    named, values = split_words(words or ())
    if values:
        change = amending(values, create=create)
        return change_entries(
            run, EDIT, meant(run, named, wanted, document), change, dry_run=dry_run, yes=yes
        )
    return _edit_text(run, meant(run, named, wanted, document), dry_run=dry_run)


def _edit_text(run: Run, which: Meant, *, dry_run: bool) -> int:
    """Opens the Markdown of an entry in the editor, and takes over what was saved.

    Raises:
        UsageError: nobody can be given an editor, or several entries are meant.
    """
    from diffkb.cli.editor import edit_text, keeping
    from diffkb.services.choosing import Meant, choose_entries
    from diffkb.services.opening import open_reader
    from diffkb.services.showing import markdown_of

    with open_reader(run.base, run.say) as reader:
        ids = choose_entries(reader, which)
        if not (run.terminal and sys.stdin is not None and sys.stdin.isatty()):
            raise UsageError(
                "no value is given, and there is no terminal for the editor",
                hint=f"`diffkb edit {ids[0] if ids else 'REF'} title=…` gives one; the fields are "
                + ", ".join(FIELDS),
            )
        if len(ids) != 1:
            raise UsageError(
                f"the editor opens one entry, and {len(ids)} are meant", hint="name one"
            )
        before = shown_text(markdown_of(reader, ids[0]))
    name = f"entry-{ids[0]}.md"
    text = edit_text(f"{before}\n", name, run.environ)
    with keeping(text, name):
        only = Meant([str(ids[0])])
        change = rewriting(before, text)
        return change_entries(run, EDIT, only, change, dry_run=dry_run, yes=True)

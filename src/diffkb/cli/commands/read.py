"""`diffkb read`: entries that were read."""

from __future__ import annotations

from diffkb.cli.curation import Wanted, Words, Yes, change_entries, meant
from diffkb.cli.options import DocumentName, DryRun, Run, command
from diffkb.services.marking import READ, marking


@command(
    details="A list with marks for it gets one in its Markdown; elsewhere the base keeps it. "
    "`diffkb next` tells what is left.",
    examples=("diffkb read 12", "diffkb read 2006.11239 2010.02502 --yes"),
)
def read(
    run: Run,
    words: Words = None,
    *,
    wanted: Wanted = None,
    document: DocumentName = None,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> int:
    """Marks entries as read."""
    return change_entries(
        run, READ, meant(run, words, wanted, document), marking(read=True), dry_run=dry_run, yes=yes
    )

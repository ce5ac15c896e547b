"""`diffkb unread`: entries that are to be read again."""

from __future__ import annotations

from diffkb.cli.curation import Wanted, Words, Yes, change_entries, meant
from diffkb.cli.options import DocumentName, DryRun, Run, command
from diffkb.services.marking import UNREAD, marking


@command(
    details="It takes back what `diffkb read` did, or what the list says.",
    examples=("diffkb unread 12",),
)
def unread(
    run: Run,
    words: Words = None,
    *,
    wanted: Wanted = None,
    document: DocumentName = None,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> int:
    """Marks entries as not read."""
    return change_entries(
        run,
        UNREAD,
        meant(run, words, wanted, document),
        marking(read=False),
        dry_run=dry_run,
        yes=yes,
    )

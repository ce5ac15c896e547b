"""`diffkb rm`: entries taken out of their lists."""

from __future__ import annotations

from diffkb.cli.curation import Wanted, Words, Yes, change_entries, meant
from diffkb.cli.options import DocumentName, DryRun, Run, command
from diffkb.services.removing import REMOVE, Removing


@command(
    details="An entry goes with its notes and its tags, and its work where no other entry lists "
    "it. A year group that diffkb made goes with its last entry.",
    examples=("diffkb rm 12", "diffkb rm 12 --dry-run", "diffkb rm 'section:Old wr:1' --yes"),
)
def remove(
    run: Run,
    words: Words = None,
    *,
    wanted: Wanted = None,
    document: DocumentName = None,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> int:
    """Removes entries."""
    edit = Removing()
    return change_entries(
        run,
        REMOVE,
        meant(run, words, wanted, document),
        edit,
        dry_run=dry_run,
        yes=yes,
        finish=edit.finish,
        last_first=True,
    )

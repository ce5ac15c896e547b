"""`diffkb tag`: labels of entries, given and taken off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from diffkb.cli.completion import complete_ref_or_tag, complete_tag
from diffkb.cli.curation import Wanted, Yes, change_entries, meant
from diffkb.cli.options import DocumentName, DryRun, Run, command
from diffkb.errors import UsageError
from diffkb.services.labelling import TAG, tag_name, tagging

if TYPE_CHECKING:
    from collections.abc import Sequence


@command(
    details="`+x` gives a tag, `-x` takes one off; `--remove x` is the same, for names that are "
    "options of their own. A list that shows tags gets them in its Markdown; elsewhere the base "
    "keeps them.",
    examples=(
        "diffkb tag 12 +survey -todo",
        "diffkb tag 12 13 +survey --yes",
        "diffkb tag -Q 'section:Foundations' +basics --yes",
    ),
    dashed=True,
)
def tag(
    run: Run,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="REF... +x -y",
            help="Entries or a query, then tags to give and to take off.",
            autocompletion=complete_ref_or_tag,
        ),
    ] = None,
    *,
    remove: Annotated[
        list[str] | None,
        typer.Option(
            "--remove", metavar="TAG", help="Take that tag off.", autocompletion=complete_tag
        ),
    ] = None,
    wanted: Wanted = None,
    document: DocumentName = None,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> int:
    """Tags entries."""
    refs = [word for word in words or () if word[:1] not in {"+", "-"}]
    added = _names(words, "+")
    removed = [*_names(words, "-"), *map(tag_name, remove or ())]
    if not added and not removed:
        raise UsageError("no tag is given", hint="`diffkb tag REF +x` gives one, `-x` takes it off")
    edit = tagging(added, removed)
    return change_entries(
        run, TAG, meant(run, refs, wanted, document), edit, dry_run=dry_run, yes=yes
    )


def _names(words: Sequence[str] | None, sign: str) -> list[str]:
    """Returns the tags behind a sign.

    Raises:
        BadValue: nothing stands behind it.
    """
    return [tag_name(word[1:]) for word in words or () if word[:1] == sign]

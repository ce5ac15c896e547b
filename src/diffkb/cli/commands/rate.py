"""`diffkb rate`: how much entries are worth reading."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffkb.cli.curation import Wanted, Words, Yes, change_entries, meant
from diffkb.cli.options import DocumentName, DryRun, Run, command
from diffkb.errors import BadValue, UsageError
from diffkb.services.rating import RATE, UNRATED, rating

if TYPE_CHECKING:
    from collections.abc import Sequence


@command(
    details="The last word is the mark: a number on the scale of the list, or `none`, which takes "
    "it off. In the Markdown nothing but the mark changes.",
    examples=("diffkb rate 12 3", "diffkb rate 12 13 none", "diffkb rate -Q 'tag:survey' 2 --yes"),
)
def rate(
    run: Run,
    words: Words = None,
    *,
    wanted: Wanted = None,
    document: DocumentName = None,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> int:
    """Rates entries."""
    if not words:
        raise UsageError("no mark is given", hint="`diffkb rate REF 3` gives one, `none` takes it")
    *refs, mark = words
    wr = _mark(mark, refs or wanted)
    return change_entries(
        run, RATE, meant(run, refs, wanted, document), rating(wr), dry_run=dry_run, yes=yes
    )


def _mark(text: str, named: Sequence[str] | None) -> int | None:
    """Reads a mark.

    Raises:
        UsageError: there is but one word, which cannot be both.
        BadValue: it is none.
    """
    if not named:
        raise UsageError(
            "a REF and a mark are needed", hint=f"`diffkb rate {text} 3`, or `none` to take it off"
        )
    word = text.strip().lower()
    if word == UNRATED:
        return None
    if not re.fullmatch(r"[0-9]{1,6}", word):
        raise BadValue("the mark", text, f"a whole number on the list's scale, or {UNRATED}")
    return int(word)

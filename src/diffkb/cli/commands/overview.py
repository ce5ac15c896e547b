"""`diffkb` alone: a short overview of the base, and what to type next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.cli.options import Run, command
from diffkb.cli.render.messages import entries, printable
from diffkb.services.bases import describe_base

if TYPE_CHECKING:
    from diffkb.services.bases import Overview

# The next useful commands, with what they do.
NEXT = (
    ("diffkb list --min-wr 3", "what is most worth reading"),
    ("diffkb add 2006.11239", "add a paper by its arXiv id"),
    ("diffkb show 1", "everything known about an entry"),
    ("diffkb export markdown", "the list, as it was written"),
    ("diffkb --help", "all commands"),
)
FIRST = (
    ("diffkb import FILE.md", "bring your own list"),
    ("diffkb add 2006.11239", "add a paper by its arXiv id"),
    ("diffkb --help", "all commands"),
)


@command()
def overview(run: Run) -> int:
    """Shows documents, sections with their counts, and the next useful commands."""
    found = describe_base(run.base, run.say)
    if run.json:
        return run.answer(_as_json(run, found))
    print(printable(f"{run.base.path} ({run.base.why})"))
    if found is None or not found.documents:
        print("no entries yet" if found else "it does not exist yet")
    else:
        _show(found)
    print()
    listed = NEXT if found and found.entries else FIRST
    width = max(len(line) for line, _ in listed)
    for line, does in listed:
        print(f"  {line:<{width}}  {does}")
    return 0


def _show(found: Overview) -> None:
    """Prints what a base holds."""
    several = len(found.documents) > 1
    for document in found.documents:
        print(f"\n{printable(document.name)}: {entries(document.entries)}")
        for section in found.sections:
            if section.document == document.name:
                unrated = f", {section.unrated} unrated" if section.unrated else ""
                indent = "  " * len(section.path)
                print(f"{indent}{printable(section.path[-1])}  ({section.entries}{unrated})")
    total = f"{entries(found.entries)} in all, " if several else ""
    waiting = f", {found.pending} pending" if found.pending else ""
    print(f"\n{total}{found.unrated} unrated{waiting}, {found.unfetched} not fetched yet")


def _as_json(run: Run, found: Overview | None) -> dict[str, object]:
    """Returns the overview as JSON holds it."""
    return {
        "base": str(run.base.path),
        "documents": [one._asdict() for one in found.documents] if found else [],
        "sections": [
            {
                "document": one.document,
                "section": list(one.path),
                "entries": one.entries,
                "unrated": one.unrated,
            }
            for one in (found.sections if found else [])
        ],
        "entries": found.entries if found else 0,
        "unrated": found.unrated if found else 0,
        "pending": found.pending if found else 0,
        "unfetched": found.unfetched if found else 0,
    }

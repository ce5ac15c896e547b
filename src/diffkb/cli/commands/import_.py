"""`diffkb import`: a person's own Markdown list, taken over byte for byte."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer looks the annotation up
from typing import Annotated, Any

import typer

from diffkb.cli.options import DryRun, Run, command
from diffkb.cli.render.messages import entries, printable
from diffkb.errors import DiffkbError
from diffkb.services.importing import Imported, bring_lists

# Lines that are named one by one where nobody asked for more.
SHOWN = 5


@command(
    details="Everything that is not understood is kept as text, and given back with the rest. "
    "Nothing is fetched: `diffkb refresh` does that.",
    examples=("diffkb import my-list.md", "diffkb import my-list.md --dry-run"),
)
def import_lists(
    run: Run,
    files: Annotated[
        list[Path],
        # What cannot be read is told by the service: typer would call it a wrong command.
        typer.Argument(
            metavar="FILE...", help="Markdown lists.", show_default=False, readable=False
        ),
    ],
    *,
    dry_run: DryRun = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 where anything is doubtful.")
    ] = False,
) -> int:
    """Imports lists, a document each, and says by line what was not read as an entry."""
    done: list[dict[str, Any]] = []
    doubtful = False
    errors: list[DiffkbError] = []
    for outcome in bring_lists(run.base, files, dry_run=dry_run, report=run.say):
        if isinstance(outcome, DiffkbError):
            if len(files) == 1:
                raise outcome
            errors.append(outcome)
            run.report(outcome)
            continue
        # What was read of one list is let go before the next.
        done.append(_as_json(outcome) if run.json else {})
        doubtful = doubtful or bool(outcome.reading.doubtful)
        _tell(run, outcome, dry_run=dry_run)
    status = 0
    if errors:
        status = 1 if done else errors[0].exit_code
    elif strict and doubtful:
        status = 1
    if run.json:
        return run.answer({"documents": done}, errors=errors, exit_code=status)
    return status


def _tell(run: Run, imported: Imported, *, dry_run: bool) -> None:
    """Says what was read, and what was not."""
    if imported.not_utf8 is not None:
        run.warn(f"{imported.path} is not UTF-8 at byte {imported.not_utf8}; its bytes are kept")
    if not imported.entry_count:
        run.warn(f"{imported.path} holds no entries")
    verb = "would be" if dry_run else "is"
    reading = imported.reading
    run.say(
        f'{imported.path} {verb} the document "{imported.name}": '
        f"{entries(imported.entry_count)}, {len(reading.kept_as_text)} kept as text, "
        f"{len(reading.doubtful)} doubtful"
    )
    kept = [(first, why) for first, _, why in reading.kept_as_text]
    for title, found in (("kept as text", kept), ("doubtful", reading.doubtful)):
        shown = found if run.verbose else found[:SHOWN]
        for line, why in shown:
            run.say(f"  line {line}: {title}, {why}")
        if len(found) > len(shown):
            run.say(f"  and {len(found) - len(shown)} more {title}; --verbose shows all")


def _as_json(imported: Imported) -> dict[str, Any]:
    """Returns what was imported as JSON holds it."""
    return {
        "name": imported.name,
        "path": printable(imported.path),
        "bytes": imported.size,
        "entries": list(imported.entries()),
        "kept_as_text": [
            {"line": first, "end_line": last, "why": why}
            for first, last, why in imported.reading.kept_as_text
        ],
        "doubtful": [{"line": line, "why": why} for line, why in imported.reading.doubtful],
    }

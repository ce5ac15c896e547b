"""`diffkb import`: a person's own list, taken over byte for byte, and entries of other programs."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer looks the annotation up
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from diffkb.cli.options import DocumentName, DryRun, Run, command
from diffkb.cli.render.messages import entries, printable
from diffkb.errors import BadValue, DiffkbError, StorageError, UsageError
from diffkb.formats import BY_NAME, FORMATS
from diffkb.services.importing import Imported, bring_lists
from diffkb.services.whole_base import Made

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from diffkb.services.records import Brought

# Lines that are named one by one where nobody asked for more.
SHOWN = 5
REJECTED = ".rejected"
READABLE = {form.name: form for form in FORMATS if form.reads}


@command(
    details="Everything in a Markdown list that is not understood is kept as text, and given back "
    "with the rest. JSON lines, an entry a line as `export jsonl` writes them, go into the "
    "list each names, else the default one, in its form. Nothing is fetched: `diffkb refresh` "
    "does that.",
    examples=(
        "diffkb import my-list.md",
        "diffkb import my-list.md --dry-run",
        "diffkb import more.jsonl --document 'Reading list'",
    ),
)
def import_lists(
    run: Run,
    files: Annotated[
        list[Path],
        # What cannot be read is told by the service: typer would call it a wrong command.
        typer.Argument(
            metavar="FILE...", help="Lists; `-` is JSON lines.", show_default=False, readable=False
        ),
    ],
    *,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help=f"{' or '.join(READABLE)}; by default as the file's name ends.",
            autocompletion=lambda: list(READABLE),
        ),
    ] = None,
    document: DocumentName = None,
    rejects: Annotated[
        Path | None,
        typer.Option(
            "--rejects",
            metavar="FILE",
            help="Where entries go that cannot be taken; by default beside FILE.",
        ),
    ] = None,
    dry_run: DryRun = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 where anything is doubtful.")
    ] = False,
) -> int:
    """Imports files, and says by line what was not read as an entry."""
    forms = [_form_of(path, form) for path in files]
    if document is not None and "markdown" in forms:
        raise UsageError(
            "a Markdown list becomes a document of its own",
            hint="`diffkb document rename` names it; --document is for JSON lines",
        )
    done: list[dict[str, Any]] = []
    doubtful = False
    errors: list[DiffkbError] = []
    for path, name in zip(files, forms, strict=True):
        brought = _bring(run, path, name, document=document, rejects=rejects, dry_run=dry_run)
        for outcome in brought:
            if isinstance(outcome, DiffkbError):
                if len(files) == 1:
                    raise outcome
                errors.append(outcome)
                run.report(outcome)
                continue
            # What was read of one list is let go before the next.
            told = _tell(run, outcome, dry_run=dry_run)
            done += [told.data] if told.is_done else []
            errors += told.errors
            doubtful = doubtful or told.is_doubtful
    status = 0
    if errors:
        status = 1 if done else errors[0].exit_code
    elif strict and doubtful:
        status = 1
    if run.json:
        return run.answer({"documents": done}, errors=errors, exit_code=status)
    return status


class Told(NamedTuple):
    """What is left to say of a file at the end.

    Attributes:
        data: what it brought, as JSON holds it; empty where nobody asked for JSON.
        is_done: whether anything of it could be taken.
        is_doubtful: whether it is not certain what all of it means.
        errors: the records that could not be taken.
    """

    data: dict[str, Any]
    is_done: bool
    is_doubtful: bool
    errors: Sequence[DiffkbError] = ()


def _tell(run: Run, outcome: Imported | Brought | Made, *, dry_run: bool) -> Told:
    """Says what a file brought."""
    if isinstance(outcome, Imported):
        _tell_list(run, outcome, dry_run=dry_run)
        data = _as_json(outcome) if run.json else {}
        is_doubtful = bool(outcome.reading.doubtful) or not outcome.entry_count
        return Told(data, is_done=True, is_doubtful=is_doubtful)
    if not isinstance(outcome, Made):
        return _tell_brought(run, outcome, dry_run=dry_run)
    verb = "would be made" if dry_run else "is made"
    run.say(
        f"{printable(str(run.base.target))} {verb} of {outcome.path}: {entries(outcome.entries)}, "
        f"{'with' if outcome.private else 'without'} private notes"
    )
    data = {
        "name": None,
        "path": printable(outcome.path),
        "bytes": outcome.size,
        "entries": [],
        "kept_as_text": [],
        "doubtful": [],
    }
    return Told(data, is_done=True, is_doubtful=False)


def _tell_brought(run: Run, outcome: Brought, *, dry_run: bool) -> Told:
    """Says what a file of records brought."""
    _tell_records(run, outcome, dry_run=dry_run)
    data = _records_as_json(run, outcome) if run.json else {}
    is_done = bool(outcome.added or outcome.known or not outcome.errors)
    return Told(data, is_done, bool(outcome.undated), outcome.errors)


def _form_of(path: Path, asked: str | None) -> str:
    """Returns the format of a file: as it was asked for, else by how its name ends.

    Raises:
        BadValue, UsageError: there is no such format to be read.
    """
    if asked is not None:
        if asked not in READABLE:
            raise BadValue("--format", asked, " or ".join(READABLE))
        return asked
    if str(path) == "-":
        return "jsonl"
    suffix = path.suffix.lower()
    if suffix == ".json":
        return "json" if _is_base(path) else "csl-json"
    found = (form.name for form in READABLE.values() if suffix in form.suffixes)
    return next(found, "markdown")


def _is_base(path: Path) -> bool:
    """Says whether a JSON file is what `export json` writes."""
    try:
        with path.open("rb") as file:
            return file.read(100).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b'{"diffkb":')
    except OSError:
        # What cannot be read is told when it is.
        return False


def _rejects_of(path: Path) -> Path | None:
    """Returns the file beside another that takes what cannot be taken; none of standard input.

    Of one that was mended and is tried again it is that file itself.
    """
    if str(path) == "-":
        return None
    return path.with_name(f"{path.stem.removesuffix(REJECTED)}{REJECTED}{path.suffix}")


def _bring(
    run: Run, path: Path, form: str, *, document: str | None, rejects: Path | None, dry_run: bool
) -> Iterator[Imported | Brought | Made | DiffkbError]:
    """Imports one file, and yields what it brought, or why it could not be taken."""
    if form == "markdown":
        yield from bring_lists(run.base, [path], dry_run=dry_run, report=run.say)
        return
    from diffkb.services.records import bring_records

    try:
        if BY_NAME[form].writes == "base":
            from diffkb.services.whole_base import bring_whole

            yield bring_whole(run.base, path, dry_run=dry_run, report=run.say)
            return
        yield bring_records(
            run.base,
            path,
            BY_NAME[form],
            document=document,
            default_document=run.configuration.default_document,
            rejects=rejects or _rejects_of(path),
            dry_run=dry_run,
            report=run.say,
        )
    except StorageError:
        # The next file would meet the same base.
        raise
    except DiffkbError as error:
        yield error


def _tell_records(run: Run, brought: Brought, *, dry_run: bool) -> None:
    """Says how many records were taken, and which were not."""
    shown = brought.errors if run.verbose else brought.errors[:SHOWN]
    for error in shown:
        run.report(error)
    if len(brought.errors) > len(shown):
        run.say(f"and {len(brought.errors) - len(shown)} more lines; --verbose shows all")
    if brought.rejects is not None:
        run.say(f"{printable(str(brought.rejects))} has them, to be mended and imported again")
    verb = "would be added" if dry_run else "added"
    names = ", ".join(f'"{name}"' for name in brought.documents)
    where = f" to {names}" if names else ""
    run.say(f"{brought.path}: {entries(brought.added)} {verb}{where}, {brought.known} known")
    if brought.undated:
        run.say(f"  {entries(brought.undated)} without their year: the list has no place for it")
    if brought.keyless:
        run.say(f"  {entries(brought.keyless)} without their citation key: another entry has it")


def _records_as_json(run: Run, brought: Brought) -> dict[str, Any]:
    """Returns what a file of records brought as JSON holds it; each entry names its document."""
    from diffkb.formats.jsonl import entry_object
    from diffkb.services.opening import open_reader

    found: list[dict[str, Any]] = []
    if brought.first_id is not None and brought.added:
        ids = range(brought.first_id, brought.first_id + brought.added)
        with open_reader(run.base, run.say) as reader:
            found = [entry_object(entry) for entry in reader.entries_of(ids)]
    return {
        "name": ", ".join(brought.documents) or None,
        "path": printable(brought.path),
        "bytes": brought.size,
        "entries": found,
        "kept_as_text": [],
        "doubtful": [],
        "known": brought.known,
        "undated": brought.undated,
        "keyless": brought.keyless,
    }


def _tell_list(run: Run, imported: Imported, *, dry_run: bool) -> None:
    """Says what was read, and what was not."""
    if imported.not_utf8 is not None:
        run.warn(f"{imported.path} is not UTF-8 at byte {imported.not_utf8}; its bytes are kept")
    if not imported.entry_count:
        _warn_of_none(run, imported, dry_run=dry_run)
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


def _warn_of_none(run: Run, imported: Imported, *, dry_run: bool) -> None:
    """Says that a list has no entries, and what one looks like."""
    path = printable(str(imported.path))
    if not imported.size:
        run.warn(f"{path} is empty")
    else:
        run.warn(f"nothing in {path} was read as an entry; all of it is kept as text")
    back = "" if dry_run else "; `diffkb undo` takes the import back"
    run.hint(f"an entry is an item such as `- [Title](https://…)`{back}")


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

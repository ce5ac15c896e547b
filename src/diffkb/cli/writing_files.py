"""What `diffkb export` does with a file: it writes it, or says whether it is stale."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from diffkb.cli.curation import write_diff
from diffkb.cli.render.messages import printable
from diffkb.errors import ChangedOnDisk
from diffkb.services.publishing import (
    STDIN,
    file_of,
    find_differences,
    make_folder_of,
    write_file,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffkb.cli.run import Run
    from diffkb.errors import DiffkbError
    from diffkb.services.publishing import Exported
    from diffkb.store.reader import Reader


class Target(NamedTuple):
    """The file that is meant, and what is to be done with it.

    Attributes:
        path: the file; None for the one that the document was last written to or read from.
        force: whether one that was edited since is replaced too.
        check: whether it is only looked at.
        makes_folder: whether the folder it is to stand in is made where there is none.
    """

    path: Path | None
    force: bool
    check: bool
    makes_folder: bool = False


def deliver(
    run: Run,
    reader: Reader,
    form: str,
    exported: Exported,
    target: Target,
    *,
    errors: Sequence[DiffkbError] = (),
) -> int:
    """Writes what is exported to its file, or says whether that is stale; returns the status.

    Args:
        run: the call of the program.
        reader: the base.
        form: the format.
        exported: the bytes, and whose they are.
        target: the file.
        errors: what could not be exported.
    """
    path = target.path or Path(file_of(reader, exported.document))
    if target.check:
        return _check(run, form, path, exported, errors)
    if target.makes_folder:
        make_folder_of(path)
    try:
        written = write_file(run.base, path, exported, force=target.force, report=run.say)
    except ChangedOnDisk as error:
        if error.seen and exported.document is not None:
            name = shlex.quote(str(path))
            error.hint = f"`diffkb sync {name}` merges both sides; --force replaces the file"
        raise
    if run.json:
        return run.answer(
            {
                "format": form,
                "path": printable(str(path)),
                "outcome": "written" if written else "unchanged",
                "bytes": len(exported.content),
            },
            errors=errors,
            exit_code=int(bool(errors)),
        )
    for one in errors:
        run.report(one)
    run.say(f"{path} is {'written' if written else 'up to date'}")
    return int(bool(errors))


def _check(
    run: Run, form: str, path: Path, exported: Exported, errors: Sequence[DiffkbError]
) -> int:
    """Says in what a file differs from what would be written to it."""
    lines = find_differences(path, exported.content)
    status = int(bool(lines or errors))
    if run.json:
        return run.answer(
            {
                "format": form,
                "path": printable(str(path)),
                "stale": bool(lines),
                "diff": b"".join(lines).decode("utf-8", "replace"),
            },
            errors=errors,
            status=None if errors else "ok",
            exit_code=status,
        )
    for one in errors:
        run.report(one)
    write_diff(run, lines)
    if lines and str(path) == STDIN:
        run.say("standard input is stale")
    elif lines:
        missing = "" if path.exists() else ": it is not there"
        run.say(f"{path} is stale{missing}")
        name = shlex.quote(str(path))
        merged = not missing and exported.document is not None
        edited = f"; `diffkb sync {name}` takes over what was edited there" if merged else ""
        run.hint(f"`diffkb export {form} -o {name}` renews it{edited}")
    return status

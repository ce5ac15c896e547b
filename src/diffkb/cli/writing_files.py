"""What `diffkb export` does with a file: it writes it, or says whether it is stale."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from diffkb.cli.curation import write_diff
from diffkb.cli.render.messages import printable
from diffkb.errors import ChangedOnDisk
from diffkb.services.publishing import STDIN, file_of, find_differences, write_file

if TYPE_CHECKING:
    from diffkb.cli.run import Run
    from diffkb.services.publishing import Exported
    from diffkb.store.reader import Reader


class Target(NamedTuple):
    """The file that is meant, and what is to be done with it.

    Attributes:
        path: the file; None for the one that the document was last written to or read from.
        force: whether one that was edited since is replaced too.
        check: whether it is only looked at.
    """

    path: Path | None
    force: bool
    check: bool


def deliver(run: Run, reader: Reader, form: str, exported: Exported, target: Target) -> int:
    """Writes what is exported to its file, or says whether that is stale; returns the status."""
    path = target.path or Path(file_of(reader, exported.document))
    if target.check:
        return _check(run, form, path, exported)
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
            }
        )
    run.say(f"{path} is {'written' if written else 'up to date'}")
    return 0


def _check(run: Run, form: str, path: Path, exported: Exported) -> int:
    """Says in what a file differs from what would be written to it."""
    lines = find_differences(path, exported.content)
    status = int(bool(lines))
    if run.json:
        return run.answer(
            {
                "format": form,
                "path": printable(str(path)),
                "stale": bool(lines),
                "diff": b"".join(lines).decode("utf-8", "replace"),
            },
            status="ok",
            exit_code=status,
        )
    write_diff(run, lines)
    if lines and str(path) == STDIN:
        run.say("standard input is stale")
    elif lines:
        missing = "" if path.exists() else ": it is not there"
        run.say(f"{path} is stale{missing}")
        name = shlex.quote(str(path))
        edited = f"; `diffkb sync {name}` takes over what was edited there" if not missing else ""
        run.hint(f"`diffkb export {form} -o {name}` renews it{edited}")
    return status

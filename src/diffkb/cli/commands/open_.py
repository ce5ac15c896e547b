"""`diffkb open`: the page of an entry in the browser, or its PDF."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import typer

from diffkb.cli.options import Refs, Run, command
from diffkb.cli.render.messages import printable
from diffkb.errors import DiffkbError, UsageError
from diffkb.services.opening import open_reader
from diffkb.services.visiting import find_visited, kept_copy, page_of, pdf_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from diffkb.services.visiting import Visited

    Outcome = Literal["opened", "printed", "downloaded", "kept", "failed"]
    Open = Callable[[Visited], "Opened"]


class Opened(NamedTuple):
    """What became of one entry.

    Attributes:
        outcome: what became of it.
        url: the address of its page or its PDF, as far as it was needed.
        path: its PDF in the files directory.
        ref: as it was typed.
        error: why it failed.
    """

    outcome: Outcome
    url: str | None = None
    path: Path | None = None
    ref: str = ""
    error: DiffkbError | None = None


@command(
    details="The page is the entry's link, else that of its identifier. The browser is that which "
    "BROWSER names, else the system's; where there is none, the address is printed. A PDF is "
    "looked for in the files directory, then where its service keeps it; --download fetches it "
    "there, named after the citation key.",
    examples=(
        "diffkb open 12",
        "diffkb open ho2020denoising --pdf",
        "diffkb open 12 13 --pdf --download",
    ),
)
def open_entries(
    run: Run,
    refs: Refs,
    *,
    pdf: Annotated[bool, typer.Option("--pdf", help="The PDF instead of the page.")] = False,
    download: Annotated[
        bool, typer.Option("--download", help="Keep the PDF in the files directory; open nothing.")
    ] = False,
    refetch: Annotated[
        bool, typer.Option("--refetch", help="Download it again where it is kept.")
    ] = False,
    print_only: Annotated[
        bool, typer.Option("--print", help="Print the address instead of opening it.")
    ] = False,
) -> int:
    """Opens entries; each that cannot be is said, the others are."""
    if refetch and not download:
        raise UsageError("--refetch is for downloads", hint="add --download")
    if print_only and download:
        raise UsageError("--print fetches nothing", hint="leave out --print or --download")
    with ExitStack() as door:
        open_one = _downloading(run, door, refetch=refetch) if download else None
        open_one = open_one or _opening(run, pdf=pdf, print_only=print_only)
        results = [
            _outcome(run, ref, found, open_one)
            for ref, found in _find(run, list(dict.fromkeys(refs)))
        ]
    errors = [one.error for one in results if one.error is not None]
    status = _exit_status(errors, len(results))
    if run.json:
        return run.answer(
            {"results": [_as_json(one) for one in results]},
            errors=errors,
            status="error" if len(errors) == len(results) else None,
            exit_code=status,
        )
    return status


def _find(run: Run, refs: list[str]) -> list[tuple[str, Visited | DiffkbError]]:
    """Returns the entry each reference means, or why it means none."""
    found: list[tuple[str, Visited | DiffkbError]] = []
    with open_reader(run.base, run.say) as reader:
        for ref in refs:
            try:
                found.append((ref, find_visited(reader, ref)))
            except DiffkbError as error:
                found.append((ref, error))
    return found


def _outcome(run: Run, ref: str, found: Visited | DiffkbError, open_one: Open) -> Opened:
    """Opens one entry, and says what became of it."""
    try:
        if isinstance(found, DiffkbError):
            raise found
        opened = open_one(found)._replace(ref=ref)
    except DiffkbError as error:
        error.ref = ref
        run.report(error)
        if ref not in error.message:
            run.say(f"  {ref}")
        return Opened("failed", ref=ref, error=error)
    if opened.outcome != "opened" and not run.json:
        print(printable(str(opened.path or opened.url)))
    return opened


def _opening(run: Run, *, pdf: bool, print_only: bool) -> Open:
    """Returns what opens the page or the PDF of an entry, or prints where it is."""
    from diffkb.cli.browser import open_file, open_page

    def open_one(visited: Visited) -> Opened:
        path = kept_copy(_files(run), visited) if pdf else None
        url = None if path else (pdf_of(visited).url if pdf else page_of(visited))
        if print_only:
            return Opened("printed", url, path)
        if open_file(path, run.environ) if path else open_page(url or ""):
            run.say(f"opened {path or url}")
            return Opened("opened", url, path)
        run.hint(
            "there is no viewer for PDFs" if path else "there is no browser; BROWSER names one"
        )
        return Opened("printed", url, path)

    return open_one


def _downloading(run: Run, door: ExitStack, *, refetch: bool) -> Open:
    """Returns what fetches the PDF of an entry through one door."""
    from diffkb.services.keeping import keep_pdf
    from diffkb.sources.downloading import Downloads

    downloads = Downloads(door.enter_context(run.open_door()), run.say)

    def open_one(visited: Visited) -> Opened:
        kept = keep_pdf(visited, _files(run), downloads, run.say, refetch=refetch)
        if kept.url is None:
            run.hint(f"{kept.path.name} was there already; --refetch downloads it again")
        return Opened("downloaded" if kept.url else "kept", kept.url, kept.path)

    return open_one


def _files(run: Run) -> Path:
    """Returns the files directory: as configured, else beside the base."""
    return (run.configuration.files or run.base.target.parent / "files").absolute()


def _exit_status(errors: list[DiffkbError], count: int) -> int:
    """Returns the status to end with: 1 where some were opened, else what kept them all."""
    if not errors:
        return 0
    codes = {error.exit_code for error in errors}
    return codes.pop() if len(errors) == count and len(codes) == 1 else 1


def _as_json(result: Opened) -> dict[str, Any]:
    """Returns what became of an entry as JSON holds it."""
    from diffkb.cli.render.envelope import error_object

    return {
        "ref": result.ref,
        "outcome": result.outcome,
        "url": result.url,
        "path": None if result.path is None else str(result.path),
        "error": None if result.error is None else error_object(result.error),
    }

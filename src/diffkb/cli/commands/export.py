"""`diffkb export`: the base given back, as its own Markdown or in another form."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer looks the annotation up
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from diffkb.cli.options import DocumentName, Run, command
from diffkb.errors import BadValue, KeysNotFound, UsageError
from diffkb.formats import BY_NAME, FORMATS
from diffkb.services.exporting import (
    Cited,
    choose_document,
    export_markdown,
    export_selected,
)
from diffkb.services.listing import Wish, select
from diffkb.services.opening import open_reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from diffkb.errors import DiffkbError
    from diffkb.formats import Format
    from diffkb.store.reader import Document, Reader

NAMES = [form.name for form in FORMATS if form.writes]
SUFFIXES = {".mdown": "markdown", ".markdown": "markdown"} | {
    suffix: form.name for form in reversed(FORMATS) if form.writes for suffix in form.suffixes
}
# What stands for standard output where a file is named; for standard input where it is checked.
STDOUT = "-"


@command(
    details="markdown gives a document's own bytes back, changed only where diffkb changed it; "
    "with a query it is a new list, of the entries found. jsonl is an entry a line; json is the "
    "whole base; atom is what was added last. With -o a file is replaced in one step, unless it "
    "was edited since diffkb saw it last: then `diffkb sync` merges both. FORMAT may be left out "
    "where the file's name tells it. `diffkb help query` explains queries.",
    examples=(
        "diffkb export markdown > list.md",
        "diffkb export markdown -o list.md",
        "diffkb export -o list.md --check",
        "diffkb export markdown wr:3 year:2022.. > best.md",
        "diffkb export bibtex --cited paper.aux -o refs.bib",
        "diffkb export jsonl author:song | head",
        "diffkb export html -o site",
    ),
)
def export(
    run: Run,
    form: Annotated[
        str | None,
        typer.Argument(metavar="FORMAT", help=", ".join(NAMES), autocompletion=lambda: NAMES),
    ] = None,
    query: Annotated[
        list[str] | None,
        typer.Argument(metavar="[QUERY]...", help="Which entries: words, field:value, ..."),
    ] = None,
    *,
    document: DocumentName = None,
    private: Annotated[
        bool, typer.Option("--private", help="With private notes, where the format has a place.")
    ] = False,
    cited: Annotated[
        Path | None,
        typer.Option("--cited", metavar="FILE", help="Only what a .tex, .aux or .bcf file cites."),
    ] = None,
    annotate: Annotated[
        bool,
        typer.Option("--annotate", help="With WR, section and note as keywords and annotations."),
    ] = False,
    template: Annotated[
        Path | None,
        typer.Option(
            "--template", metavar="FILE", help="A Jinja template: page.html.j2, refs.tex.j2, ..."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write to this file, in one step (html: FILE or a folder).",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a file that was edited since.")
    ] = False,
    check: Annotated[
        bool,
        typer.Option("--check", help="Exit with 1 and a diff where the file, or - , is stale."),
    ] = False,
) -> int:
    """Writes the base to standard output, or to a file."""
    form = form or (_form_of(output) if template is None else "template")
    if form not in NAMES:
        raise BadValue("FORMAT", form, " or ".join(NAMES))
    if query and BY_NAME[form].writes == "base":
        raise UsageError(
            f"{form} is the whole base, and takes no query",
            hint="`diffkb export jsonl QUERY` writes an entry a line",
        )
    if BY_NAME[form].by_template != (template is not None):
        raise UsageError(
            f"{form} takes {'a' if template is None else 'no'} template",
            hint="`diffkb export template --template FILE` writes by one",
        )
    if cited is not None and BY_NAME[form].writes == "base":
        raise UsageError(f"{form} is the whole base", hint="leave --cited out")
    if str(output) == STDOUT and not check:
        output = None
    output = _page_in(output) if form == "html" and output is not None else output
    wanted = Wanted(BY_NAME[form], query or (), document, cited, annotate, private, template)
    with open_reader(run.base, run.say) as reader:
        found = _find(run, reader, wanted)
        if output is not None or check:
            from diffkb.cli.writing_files import Target, deliver
            from diffkb.services.publishing import Exported

            exported = Exported(b"".join(found.parts), found.document)
            target = Target(output, force, check, makes_folder=form == "html")
            return deliver(run, reader, form, exported, target, errors=found.errors)
        status = int(bool(found.errors))
        if run.json:
            data = _as_json(form, b"".join(found.parts))
            return run.answer(data, errors=found.errors, exit_code=status)
        _write(found.parts)
    for error in found.errors:
        run.report(error)
    return status


class Wanted(NamedTuple):
    """What is to be exported, as it was typed."""

    form: Format
    query: Sequence[str]
    document: str | None
    cited: Path | None
    annotated: bool
    private: bool
    template: Path | None


class Parts(NamedTuple):
    """What is exported.

    Attributes:
        parts: its bytes.
        document: the document whose list it is; None of anything else.
        errors: what could not be exported.
    """

    parts: Iterable[bytes]
    document: Document | None = None
    errors: Sequence[DiffkbError] = ()


def _find(run: Run, reader: Reader, wanted: Wanted) -> Parts:
    """Finds what is to be exported."""
    if wanted.form.name == "markdown" and not wanted.query and wanted.cited is None:
        document = choose_document(reader, wanted.document, run.configuration.default_document)
        return Parts(export_markdown(reader, document), document)
    if wanted.form.writes == "base":
        from diffkb.services.whole_base import export_whole

        whole = export_whole(reader, private=wanted.private)
        return Parts(text.encode() for text in whole)
    wish = Wish(wanted.query, document=wanted.document)
    selection = select(reader, wish, run.saved_queries(wish.query))
    if wanted.form.cites:
        from diffkb.services.keying import give_keys

        give_keys(reader, run.base, selection, run.say)
    cited = None if wanted.cited is None else Cited.of(reader, wanted.cited)
    texts = export_selected(
        reader,
        selection,
        wanted.form,
        cited=cited,
        annotated=wanted.annotated,
        private=wanted.private,
        template=wanted.template,
    )
    missing = cited.missing if cited is not None else []
    errors = [KeysNotFound(str(wanted.cited), missing)] if missing else []
    return Parts((text.encode("utf-8", "replace") for text in texts), errors=errors)


def _page_in(output: Path) -> Path:
    """Returns the file that is meant: a folder, or what has the name of one, holds a page."""
    is_folder = output.is_dir() or (not output.suffix and not output.exists())
    return output / "index.html" if is_folder and str(output) != STDOUT else output


def _form_of(output: Path | None) -> str:
    """Returns the format that a file's name tells.

    Raises:
        UsageError: it tells none.
    """
    hint = "`diffkb export --help` shows what it takes"
    if output is None:
        raise UsageError("missing argument 'FORMAT'", hint=hint)
    form = SUFFIXES.get(output.suffix.lower())
    if form is None:
        raise UsageError(f"the name {output} tells no FORMAT", hint=hint)
    return form


def _as_json(form: str, content: bytes) -> dict[str, str]:
    """Returns what was exported as JSON holds it: as text, or in base64 where it is not UTF-8."""
    try:
        return {"format": form, "text": content.decode()}
    except UnicodeDecodeError:
        import base64

        return {"format": form, "base64": base64.b64encode(content).decode()}


def _write(parts: Iterable[bytes]) -> None:
    """Writes bytes to standard output as they are."""
    sys.stdout.flush()
    for part in parts:
        sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()

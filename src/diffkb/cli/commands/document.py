"""`diffkb document`: the lists that the base holds."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from diffkb.cli.asking import confirm
from diffkb.cli.completion import complete_document
from diffkb.cli.options import Commands, Run
from diffkb.cli.render.messages import entries, printable
from diffkb.errors import UsageError
from diffkb.services.listing import find_document
from diffkb.services.opening import open_reader

commands = Commands(details="A base holds one list or more; `diffkb import` brings another.")

Name = Annotated[
    str,
    typer.Argument(metavar="NAME", help="A document's name.", autocompletion=complete_document),
]


@commands.default
@commands.command("list", "The documents, with how many entries they hold.")
def list_all(run: Run) -> int:
    """Shows name, entries and file between tabs; a star marks the default one."""
    with open_reader(run.base, run.say) as reader:
        found = reader.document_counts()
    default = run.configuration.default_document
    if run.json:
        documents = [
            {
                "name": document.name,
                "title": document.title,
                "path": document.path,
                "entries": count,
                "default": bool(document.preferred) or document.name == default,
            }
            for document, count in found
        ]
        return run.answer({"documents": documents})
    for document, count in found:
        mark = "*" if document.preferred or document.name == default else ""
        print("\t".join(map(printable, (document.name, str(count), document.path or "", mark))))
    return 0


@commands.command("default", "Say which one is meant where none is named.")
def prefer(run: Run, name: Name) -> int:
    """Makes a document the default one."""
    from diffkb.services.documents import prefer_document

    chosen = prefer_document(run.base, name, run.say)
    if run.json:
        return run.answer({"document": chosen})
    run.say(f'"{chosen}" is meant where no document is named')
    return 0


@commands.command(
    "rename",
    "Give a document another name; its Markdown stays as it is.",
    examples=('diffkb document rename README "Diffusion models"',),
)
def rename(
    run: Run, name: Name, new: Annotated[str, typer.Argument(metavar="NEW", help="The new name.")]
) -> int:
    """Renames a document."""
    from diffkb.services.documents import rename_document

    before, after = rename_document(run.base, name, new, run.say)
    if run.json:
        return run.answer({"document": after, "before": before})
    run.say(f'"{before}" is now "{after}"')
    return 0


@commands.command("rm", "Take a document out of the base, with its entries.")
def remove(
    run: Run,
    name: Name,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> int:
    """Removes a document, once that is confirmed."""
    from diffkb.services.documents import remove_document

    with open_reader(run.base, run.say) as reader:
        document = find_document(reader.documents(), name)
        count = {one.id: total for one, total in reader.document_counts()}[document.id]
    _confirm(f'remove "{document.name}" with {entries(count)}?', yes=yes)
    removed, gone = remove_document(run.base, name, run.say)
    if run.json:
        return run.answer({"document": removed, "entries": gone})
    run.say(f'"{removed}" is removed, with {entries(gone)}')
    return 0


def _confirm(question: str, *, yes: bool) -> None:
    """Asks on a terminal; elsewhere only `--yes` says yes.

    Raises:
        UsageError: there is nobody to ask.
        NotAgreed: the person said no.
    """
    if yes:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(f"this would {question[:-1]}", hint="--yes says that you mean it")
    confirm(printable(question))

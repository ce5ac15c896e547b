"""`diffkb section`: the sections of the base, shown and edited."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diffkb.cli.asking import confirm
from diffkb.cli.completion import complete_section
from diffkb.cli.options import Commands, DocumentName, DryRun, Run
from diffkb.cli.render.messages import entries, printable
from diffkb.core.outline import write_path
from diffkb.errors import BadValue, UsageError
from diffkb.services.bases import list_sections
from diffkb.services.listing import find_document
from diffkb.services.opening import open_reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from diffkb.services.bases import SectionSummary
    from diffkb.services.restructuring import Change, Restructured

commands = Commands(
    details="A section is named by its heading, or by a path such as Models/Diffusion; a slash in "
    "a name is written \\/. What is edited reads again to the same list, or is refused."
)

Section = Annotated[
    str,
    typer.Argument(metavar="SECTION", help="Its name or path.", autocompletion=complete_section),
]
Yes = Annotated[
    bool, typer.Option("--yes", "--recursive", help="Do not ask, whatever stands in it.")
]


@commands.default
@commands.command(
    "list",
    "The sections with how many entries they hold.",
    details="An entry counts in its section and in all above it. Where nobody watches, a line is "
    "the path, the entries, the unrated ones among them and the document, between tabs.",
    examples=("diffkb section list",),
)
def list_all(run: Run, document: DocumentName = None) -> int:
    """Shows the sections as a tree on a terminal, else as paths with counts between tabs."""
    with open_reader(run.base, run.say) as reader:
        documents = reader.documents()
        chosen = find_document(documents, document).id if document else None
        sections = list_sections(reader, chosen)
    if run.json:
        return run.answer({"sections": [_as_json(one) for one in sections]})
    several = len({one.document for one in sections}) > 1
    shown = None
    for one in sections:
        if several and run.terminal and one.document != shown:
            print(printable(one.document))
            shown = one.document
        print(_in_the_tree(one) if run.terminal else _as_line(one))
    return 0


@commands.command(
    "add",
    "Make a section, last in the one above it.",
    details="The heading is written in the form of its siblings.",
    examples=('diffkb section add "Models/Flow matching"', "diffkb section add Datasets"),
)
def add(
    run: Run,
    path: Annotated[
        str, typer.Argument(metavar="PARENT/NAME", help="Its name after that of the one above.")
    ],
    *,
    create: Annotated[
        bool, typer.Option("--create", help="Make the one above too, where it is missing.")
    ] = False,
    document: DocumentName = None,
    dry_run: DryRun = False,
) -> int:
    """Makes a section."""
    from diffkb.services.restructuring import adding

    path = _name("PARENT/NAME", path)
    return _change(run, adding(path, create=create), document, None, dry_run=dry_run)


@commands.command(
    "rename",
    "Give a section another name; the rest of its heading stays.",
    examples=('diffkb section rename "Diffusion" "Diffusion models"',),
)
def rename(
    run: Run,
    section: Section,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The new name, no path.")],
    *,
    document: DocumentName = None,
    dry_run: DryRun = False,
) -> int:
    """Renames a section."""
    from diffkb.services.restructuring import renaming

    return _change(run, renaming(section, _name("NAME", name)), document, section, dry_run=dry_run)


@commands.command(
    "move",
    "Move a section with all in it to the end of another one.",
    details="Its headings get the levels they have there. PARENT / is the top of the document.",
    examples=('diffkb section move "Flow matching" Models', "diffkb section move Datasets /"),
)
def move(
    run: Run,
    section: Section,
    parent: Annotated[
        str,
        typer.Argument(metavar="PARENT", help="Where it goes.", autocompletion=complete_section),
    ],
    *,
    document: DocumentName = None,
    dry_run: DryRun = False,
) -> int:
    """Moves a section."""
    from diffkb.services.restructuring import moving

    return _change(run, moving(section, parent), document, section, dry_run=dry_run)


@commands.command(
    "rm",
    "Remove a section with all that stands in it.",
    details="You are asked where anything stands in it.",
    examples=("diffkb section rm Unsorted", "diffkb section rm Drafts --yes"),
)
def remove(
    run: Run,
    section: Section,
    *,
    yes: Yes = False,
    document: DocumentName = None,
    dry_run: DryRun = False,
) -> int:
    """Removes a section, once that is confirmed where it is not empty."""
    from diffkb.services.restructuring import removing

    change = removing(section)
    return _change(run, change, document, section, dry_run=dry_run, agree=None if yes else _confirm)


def _name(option: str, typed: str) -> str:
    """Returns the name of a section on one line.

    Raises:
        BadValue: a list cannot hold it.
    """
    from diffkb.services.assigning import one_line

    name = one_line(option, typed)
    if name is None:
        raise BadValue(option, typed, "a word or more")
    return name


def _change(
    run: Run,
    change: Change,
    document: str | None,
    section: str | None,
    *,
    dry_run: bool,
    agree: Callable[[Restructured], None] | None = None,
) -> int:
    """Changes the sections of the document that is meant, and says what was done."""
    from diffkb.services.restructuring import Place, change_sections

    command = run.command or ""
    done = change_sections(
        run.base,
        command,
        Place(document, run.configuration.default_document, section),
        change,
        dry_run=dry_run,
        agree=agree,
        report=run.say,
    )
    if run.json:
        return run.answer(_edit_as_json(command, done, dry_run=dry_run))
    _tell(run, command, done, dry_run=dry_run)
    return 0


def _confirm(planned: Restructured) -> None:
    """Asks on a terminal whether all that stands in a section is to go with it.

    Raises:
        UsageError: there is nobody to ask.
        NotAgreed: the person said no.
    """
    from diffkb.services.restructuring import say_contents

    path, contents = write_path(planned.outcome.before or ()), planned.outcome.contents
    if not any(contents):
        return
    question = f'remove section "{path}" with {say_contents(contents)}?'
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(
            f"this would {question[:-1]}",
            hint="--yes says that you mean it; --dry-run shows what would go",
        )
    confirm(printable(question))


def _tell(run: Run, command: str, done: Restructured, *, dry_run: bool) -> None:
    """Says what was done, or with the lines that would differ what would be."""
    from diffkb.cli.curation import write_diff
    from diffkb.services.restructuring import say_outcome

    sentence = say_outcome(command.rpartition(" ")[2], done.outcome, done=not dry_run)
    if done.outcome.changed and not dry_run:
        run.print_done(sentence)
    else:
        run.say(sentence)
    if done.years:
        run.say(f"the year of {entries(len(done.years))} goes with the heading")
    if done.dead_links:
        lines = ", ".join(map(str, done.dead_links))
        word = "line" if len(done.dead_links) == 1 else "lines"
        run.warn(f"{word} {lines} of the list still {_link(len(done.dead_links))} to the old name")
    write_diff(run, done.diff)


def _link(count: int) -> str:
    """Returns the verb for one line that links, or for several."""
    return "links" if count == 1 else "link"


def _edit_as_json(command: str, done: Restructured, *, dry_run: bool) -> dict[str, Any]:
    """Returns what became of a section as JSON holds it."""
    from diffkb.services.restructuring import say_outcome

    verb = command.rpartition(" ")[2]
    outcome = "unchanged"
    if done.outcome.changed:
        outcome = "would-change" if dry_run else "changed"
    diff = b"".join(done.diff).decode("utf-8", "replace") if dry_run else None
    return {
        "outcome": outcome,
        "summary": say_outcome(verb, done.outcome, done=not dry_run),
        "document": done.document,
        "before": done.outcome.before and list(done.outcome.before),
        "after": done.outcome.after and list(done.outcome.after),
        "entries": done.outcome.contents.entries,
        "dead_links": list(done.dead_links),
        "diff": diff,
        "step": done.step_id,
    }


def _in_the_tree(section: SectionSummary) -> str:
    """Returns a section as a line of a tree."""
    indent = "  " * (len(section.path) - 1)
    unrated = f", {section.unrated} unrated" if section.unrated else ""
    return f"{indent}{printable(section.path[-1])}  ({section.entries}{unrated})"


def _as_line(section: SectionSummary) -> str:
    """Returns a section as a line for a program."""
    path = printable(write_path(section.path))
    return f"{path}\t{section.entries}\t{section.unrated}\t{printable(section.document)}"


def _as_json(section: SectionSummary) -> dict[str, object]:
    """Returns a section as JSON holds it."""
    return {
        "id": section.id,
        "document": section.document,
        "section": list(section.path),
        "level": section.level,
        "entries": section.entries,
        "unrated": section.unrated,
    }

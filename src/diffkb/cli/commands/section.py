"""`diffkb section`: the sections of the base."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.cli.options import Commands, DocumentName, Run
from diffkb.cli.render.messages import printable
from diffkb.core.outline import write_path
from diffkb.services.bases import list_sections
from diffkb.services.listing import find_document
from diffkb.services.opening import open_reader

if TYPE_CHECKING:
    from diffkb.services.bases import SectionSummary

commands = Commands()


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

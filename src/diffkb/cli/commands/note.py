"""`diffkb note`: the curator's words on an entry."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from diffkb.cli.curation import Wanted, Words, Yes, change_entries, meant
from diffkb.cli.options import DocumentName, DryRun, Run, command
from diffkb.cli.render.messages import printable
from diffkb.errors import UnreadableInput, UsageError
from diffkb.services.choosing import Meant, choose_entries
from diffkb.services.noting import NOTE, note_text, note_to_edit, noting, read_note
from diffkb.services.opening import open_reader

if TYPE_CHECKING:
    from collections.abc import Sequence

STANDARD_INPUT = "-"


@command(
    details="The words go on from the last paragraph of the note; `-` reads them from standard "
    "input. Without any, the note opens in the editor, and elsewhere than on a terminal it is "
    "printed. Private notes leave the base only when asked for.",
    examples=(
        'diffkb note 12 "Read the appendix first."',
        "diffkb note 12 --replace - < note.md",
        'diffkb note 12 --private "ask Ann"',
        "diffkb note 12",
    ),
    dashed=True,
)
def note(
    run: Run,
    words: Words = None,
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="In the place of the note; no words take it away.")
    ] = False,
    private: Annotated[
        bool, typer.Option("--private", help="The note that does not stand in the list.")
    ] = False,
    wanted: Wanted = None,
    document: DocumentName = None,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> int:
    """Adds to notes, or prints one."""
    refs, text = _split(words or (), wanted)
    which = meant(run, refs, wanted, document)
    if text is None:
        if not _is_at_keyboard(run):
            return _print(run, which, private=private)
        return _edit(run, which, private=private, dry_run=dry_run)
    edit = noting(note_text(text), replaced=replace, private=private)
    return change_entries(run, NOTE, which, edit, dry_run=dry_run, yes=yes)


def _split(words: Sequence[str], wanted: Sequence[str] | None) -> tuple[Sequence[str], str | None]:
    """Returns which entries are meant, and the words for them; None where none were typed.

    Raises:
        UsageError: there are more words than that.
        UnreadableInput: standard input is closed.
    """
    refs, texts = ((), words) if wanted else (words[:1], words[1:])
    if len(texts) > 1:
        raise UsageError(
            f"`{texts[1]}` is one word too many",
            hint="put the words of a note in quotation marks; several entries are named by -Q",
            ref=texts[1],
        )
    if not texts:
        return refs, None
    if texts[0] != STANDARD_INPUT:
        return refs, texts[0]
    if sys.stdin is None:
        raise UnreadableInput("standard input", "it is closed", hint="give the words themselves")
    return refs, sys.stdin.buffer.read().decode("utf-8", "surrogateescape")


def _is_at_keyboard(run: Run) -> bool:
    """Says whether a person can be given an editor."""
    return run.terminal and not run.json and sys.stdin is not None and sys.stdin.isatty()


def _print(run: Run, which: Meant, *, private: bool) -> int:
    """Prints notes."""
    with open_reader(run.base, run.say) as reader:
        ids = choose_entries(reader, which)
        notes = {one: read_note(reader, one, private=private) for one in ids}
    if run.json:
        return run.answer({"notes": [{"entry": one, "note": notes[one]} for one in ids]})
    for text in notes.values():
        if text is not None:
            print(printable(text, keep="\n\t"))
    return 0


def _edit(run: Run, which: Meant, *, private: bool, dry_run: bool) -> int:
    """Opens the note on an entry in the editor, and takes over what was saved.

    Raises:
        UsageError: several entries are meant.
    """
    from diffkb.cli.editor import edit_text, keeping

    with open_reader(run.base, run.say) as reader:
        ids = choose_entries(reader, which)
        if len(ids) != 1:
            raise UsageError(
                f"the editor opens one note, and {len(ids)} entries are meant", hint="name one"
            )
    before = note_to_edit(run.base, ids[0], private=private)
    name = f"note-{ids[0]}.md"
    text = edit_text(f"{before}\n" if before else "", name, run.environ)
    edit = noting(note_text(text), replaced=True, private=private)
    with keeping(text, name):
        only = Meant([str(ids[0])])
        return change_entries(run, NOTE, only, edit, dry_run=dry_run, yes=True)

"""What all commands that change entries have in common: which, whether, and what was done."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diffkb.cli.asking import confirm
from diffkb.cli.completion import complete_ref
from diffkb.cli.render.messages import entries, printable
from diffkb.errors import UsageError
from diffkb.services.choosing import Meant
from diffkb.services.curating import Curated, Verb, curate, say_change

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from diffkb.cli.options import Run
    from diffkb.services.curating import Change, Edit, Editing

Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="REF...",
        help="Entries: ids, arXiv ids, DOIs, URLs, titles; or a query such as 'wr:3 tag:x'.",
        autocompletion=complete_ref,
    ),
]
Wanted = Annotated[
    list[str] | None,
    typer.Option("--query", "-Q", metavar="QUERY", help="All entries that a query finds."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]

# Of lines that go, that come, and that say where.
COLORS = {b"-": "31", b"+": "32", b"@": "36"}

# Of many entries so many are shown before a person is asked.
SHOWN = 20


def meant(
    run: Run,
    words: Sequence[str] | None,
    wanted: Sequence[str] | None,
    document: str | None = None,
) -> Meant:
    """Returns which entries are meant; of one document where it is named."""
    words, wanted = words or (), wanted or ()
    return Meant(words, wanted, run.saved_queries((*words, *wanted)), document)


def change_entries(
    run: Run,
    verb: Verb,
    which: Meant,
    edit: Edit,
    *,
    dry_run: bool,
    yes: bool,
    finish: Callable[[Editing], None] = lambda _: None,
    last_first: bool = False,
    more: Callable[[], dict[str, Any]] = dict,
) -> int:
    """Changes entries and says what was done, or what would be.

    Args:
        run: the call of the program.
        verb: what is done.
        which: the entries.
        edit: changes one of them.
        dry_run: whether it is only to be shown, as a diff of the Markdown.
        yes: whether nobody is to be asked.
        finish: is called after the last of them.
        last_first: whether those that stand last in their lists are changed first.
        more: returns what else the JSON object holds.

    Returns:
        The exit status.
    """

    def agree(count: int, rehearse: Callable[[], Curated]) -> None:
        if not yes:
            _ask(run, verb, count, rehearse)

    done = curate(
        run.base,
        verb,
        which,
        edit,
        dry_run=dry_run,
        agree=agree,
        report=run.say,
        finish=finish,
        last_first=last_first,
    )
    if run.json:
        return run.answer(_as_json(verb, done, dry_run=dry_run) | more())
    _tell(run, verb, done, dry_run=dry_run)
    return 0


def _ask(run: Run, verb: Verb, count: int, rehearse: Callable[[], Curated]) -> None:
    """Shows on a terminal what would be changed, and asks.

    Raises:
        UsageError: there is nobody to ask.
        NotAgreed: the person said no.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(
            f"this would {verb.name} {entries(count)}",
            hint=f"`{_with_yes(run.words)}` says that you mean it; --dry-run shows what would be",
        )
    changes = rehearse().changed
    for change in changes[:SHOWN]:
        print(printable(f"  {say_change(f'would {verb.name}', change)}"), file=sys.stderr)
    if len(changes) > SHOWN:
        print(f"  and {len(changes) - SHOWN} more", file=sys.stderr)
    if changes:
        confirm(f"{verb.name} {entries(len(changes))}?")


def _with_yes(words: Sequence[str]) -> str:
    """Returns the command line that was typed with the option that says yes."""
    end = words.index("--") if "--" in words else len(words)
    return shlex.join(["diffkb", *words[:end], "--yes", *words[end:]])


def _tell(run: Run, verb: Verb, done: Curated, *, dry_run: bool) -> None:
    """Says what was done to each entry; of what would be done the lines that would differ."""
    if not done.changes:
        run.say("no entry is found by that query")
    for change in done.changes:
        if change.rest is None:
            run.say(say_change("unchanged", change))
        elif dry_run:
            run.say(say_change(f"would {verb.name}", change))
        else:
            run.print_done(say_change(verb.past, change))
    if dry_run and done.changed and not done.diff:
        run.say("the Markdown stays as it is")
    write_diff(run, done.diff)


def write_diff(run: Run, lines: Sequence[bytes]) -> None:
    """Writes lines of a diff as they are; on a terminal so that none of them can steer it."""
    if run.terminal:
        for line in lines:
            shown = printable(line.decode("utf-8", "surrogateescape").rstrip("\r\n"))
            color = COLORS.get(line[:1]) if run.color else None
            print(f"\x1b[{color}m{shown}\x1b[0m" if color else shown)
        return
    sys.stdout.flush()
    sys.stdout.buffer.writelines(lines)
    sys.stdout.buffer.flush()


def _as_json(verb: Verb, done: Curated, *, dry_run: bool) -> dict[str, Any]:
    """Returns what became of the entries as JSON holds it."""
    diff = b"".join(done.diff).decode("utf-8", "replace") if dry_run else None
    return {
        "results": [_result_object(verb, one, dry_run=dry_run) for one in done.changes],
        "diff": diff,
        "step": done.step_id,
    }


def _result_object(verb: Verb, change: Change, *, dry_run: bool) -> dict[str, Any]:
    """Returns what became of an entry as JSON holds it."""
    from diffkb.formats.jsonl import entry_object

    outcome = "unchanged"
    word = "unchanged"
    if change.rest is not None:
        outcome = "would-change" if dry_run else "changed"
        word = f"would {verb.name}" if dry_run else verb.past
    return {
        "ref": str(change.entry_id),
        "outcome": outcome,
        "summary": say_change(word, change),
        "before": entry_object(change.before),
        "after": None if change.after is None else entry_object(change.after),
    }

"""`diffkb base`: which base is meant and why, making a new one, and keeping it safe."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from diffkb.cli.options import Commands, Run
from diffkb.cli.render.messages import entries, printable
from diffkb.errors import StorageError, UsageError
from diffkb.paths import expanded, shipped_base
from diffkb.services.bases import describe_base, make_base

if TYPE_CHECKING:
    from diffkb.cli.render.envelope import Status
    from diffkb.services.examining import Examination
    from diffkb.store.backups import Copy

commands = Commands(
    details="The base is the one --base names, else DIFFKB_BASE, else that of the checkout of "
    "diffkb around this folder, else your own. Until your first change the last is the one "
    "diffkb ships with, read in place."
)


@commands.default
@commands.command("which", "Which base is meant, why, and what it holds.")
def show_which(run: Run) -> int:
    """Shows the base's path, what decided, and the number of its entries."""
    choice = run.base
    found = describe_base(choice, run.say)
    if run.json:
        return run.answer(
            {
                "path": str(choice.path),
                "origin": choice.origin,
                "why": choice.why,
                "writes_to": str(choice.target),
                "exists": found is not None,
                "documents": [one.name for one in found.documents] if found else [],
                "entries": found.entries if found else 0,
            }
        )
    print(printable(str(choice.path)))
    run.say(f"it is {choice.why}")
    if found is None:
        run.say("it does not exist yet: the first change makes it")
    else:
        count = len(found.documents)
        run.say(f"{entries(found.entries)} in {count} {'document' if count == 1 else 'documents'}")
    if choice.target != choice.path:
        run.say(f"changes go to {choice.target}")
    return 0


@commands.command(
    "init",
    "Make a new base: a copy of the one diffkb ships with, or an empty one.",
    examples=("diffkb --base mine.sqlite base init --empty",),
)
def init(
    run: Run,
    *,
    empty: Annotated[bool, typer.Option("--empty", help="Without any entry.")] = False,
) -> int:
    """Makes the base that --base or DIFFKB_BASE names, else your own; never replaces a file."""
    choice = run.base
    if choice.origin == "checkout":
        raise UsageError(
            f"{choice.path} is the base of the checkout, and there already",
            hint="name another with --base",
        )
    make_base(choice.target, None if empty else shipped_base())
    if run.json:
        return run.answer({"path": str(choice.target), "empty": empty})
    run.say(f"{choice.target} is made" + (", empty" if empty else ""))
    return 0


@commands.command(
    "backup",
    "Copy the base, verified, while others may go on writing.",
    details="Without FILE the copy gets a name with the time, in the folder `backups` beside the "
    "base. Such copies are yours: diffkb never removes them.",
    examples=(
        "diffkb base backup",
        "diffkb base backup /media/stick/kb.sqlite",
        "diffkb base backup --list",
    ),
)
def backup(
    run: Run,
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="Where to: a file, or a folder.")
    ] = None,
    *,
    listed: Annotated[
        bool, typer.Option("--list", help="List the backups there are, the newest first.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it is there.")] = False,
) -> int:
    """Copies the base, or lists its backups."""
    from diffkb.services.backups import back_up_base

    if listed:
        if file is not None or force:
            raise UsageError("--list stands alone", hint="leave FILE and --force out")
        return _list_backups(run)
    place = None if file is None else expanded(file, "FILE", "the path of a file or a folder")
    with run.progress("copying") as progress:
        made = back_up_base(run.base, place, progress, replacing=force)
    if run.json:
        return run.answer(_copy_object(made))
    print(printable(str(made.path)))
    run.say(f"verified: {entries(made.rows.get('entries', 0))}, revision {made.revision}")
    return 0


def _copy_object(made: Copy) -> dict[str, object]:
    """Returns a backup that was made as JSON holds it."""
    return {
        "path": str(made.path),
        "revision": made.revision,
        "bytes": made.path.stat().st_size,
        "rows": made.rows,
    }


def _list_backups(run: Run) -> int:
    """Shows the backups there are: when, how large, by whom, where."""
    from diffkb.services.backups import list_backups

    found = list_backups(run.base)
    if run.json:
        return run.answer(
            {
                "backups": [
                    {
                        "path": str(one.path),
                        "written": one.written,
                        "bytes": one.size,
                        "automatic": one.automatic,
                    }
                    for one in found
                ]
            }
        )
    for one in found:
        by = "automatic" if one.automatic else "yours"
        print(f"{one.written}\t{one.size}\t{by}\t{printable(str(one.path))}")
    if not found:
        run.say(f"there is no backup of {run.base.target} yet; `diffkb base backup` makes one")
    return 0


@commands.command(
    "restore",
    "Put a backup in the place of the base, which is kept as it was.",
    details="The backup is looked through first. Whoever is at work on the base sees it before or "
    "after. As it was, the base is kept as an automatic backup; of those the last five are kept.",
    examples=("diffkb base restore backups/kb-20261125T093000Z.sqlite",),
)
def restore(
    run: Run, file: Annotated[str, typer.Argument(metavar="FILE", help="The backup.")]
) -> int:
    """Restores the base from a backup."""
    from diffkb.services.backups import restore_base

    backup = expanded(file, "FILE", "the path of a backup")
    with run.progress("restoring") as progress:
        kept = restore_base(run.base, backup, run.say, progress)
    if run.json:
        return run.answer(
            {"path": str(run.base.target), "from": str(file), "kept": kept and str(kept)}
        )
    run.say(f"{run.base.target} holds again what {file} holds")
    if kept is not None:
        run.say(f"as it was, it is in {kept}")
    return 0


@commands.command(
    "upgrade",
    "Bring the base to the newest revision.",
    details="Other commands do so by themselves when they meet an older base. As it was, the base "
    "is kept as an automatic backup.",
)
def upgrade(run: Run) -> int:
    """Upgrades the base."""
    from diffkb.services.backups import upgrade_chosen_base
    from diffkb.store.opening import REVISION

    before = upgrade_chosen_base(run.base, run.say)
    if run.json:
        return run.answer(
            {"path": str(run.base.path), "before": before or REVISION, "revision": REVISION}
        )
    if before is None:
        run.say(f"{run.base.path} has the newest revision, {REVISION}, already")
    return 0


@commands.command(
    "doctor",
    "Say whether the base is sound, and what to do where it is not.",
    details="Looks at the file, the tables, the journal, the index of texts, and every entry and "
    "document, read anew from the Markdown. --repair makes indexes anew, takes what is stored of "
    "an entry from its Markdown, and removes works that no entry stands for, after an automatic "
    "backup. The status is 0 for a sound base, 1 with findings, 7 where it cannot be used.",
    examples=("diffkb base doctor", "diffkb base doctor --repair"),
)
def doctor(
    run: Run,
    *,
    repair: Annotated[bool, typer.Option("--repair", help="Repair what can be.")] = False,
) -> int:
    """Examines the base."""
    from diffkb.services.examining import examine_base, repair_base

    work = repair_base if repair else examine_base
    with run.progress("looking") as progress:
        found = work(run.base, run.say, progress)
    status = (1 if found.findings else 0) if found.usable else StorageError.exit_code
    errors = [] if found.usable else [_unusable(run, found)]
    if run.json:
        answer = _examination_object(found)
        return run.answer(answer, errors=errors, status=_word(found), exit_code=status)
    for finding in found.findings:
        print(printable(f"{finding.kind}: {finding.message}; {finding.hint}"))
    _tell_examination(run, found)
    for error in errors:
        run.report(error)
    return status


def _word(found: Examination) -> Status:
    """Returns how the examination ended, in JSON's word."""
    if not found.usable:
        return "error"
    return "partial" if found.findings else "ok"


def _examination_object(found: Examination) -> dict[str, object]:
    """Returns an examination as JSON holds it."""
    return {
        "path": str(found.path),
        "revision": found.revision,
        "usable": found.usable,
        "documents": found.documents,
        "entries": found.entries,
        "findings": [
            {
                "kind": one.kind,
                "message": one.message,
                "hint": one.hint,
                "repairable": one.repair is not None,
            }
            for one in found.findings
        ],
        "backup": found.backup and str(found.backup),
        "repaired": list(found.repaired),
        "kept": found.kept and str(found.kept),
    }


def _tell_examination(run: Run, found: Examination) -> None:
    """Says on standard error what was done, and how to get a broken base back."""
    for done in found.repaired:
        run.say(done)
    if found.kept is not None:
        run.say(f"as it was, the base is in {found.kept}")
    if not found.findings:
        count = found.documents
        lists = f"{count} {'document' if count == 1 else 'documents'}"
        run.say(f"{found.path} is sound: {entries(found.entries)} in {lists}")
    elif found.usable:
        run.say(f"{found.path} can be used; what is wrong is said above")


def _unusable(run: Run, found: Examination) -> StorageError:
    """Returns the error for a base that cannot be used, with how to get it back."""
    path = quote(str(found.path))
    if found.backup is not None:
        back = f"`{_called(run)} base restore {quote(str(found.backup))}`"
        hint = f"{back} goes back to the newest backup that is whole"
    else:
        hint = (
            "there is no backup that is whole; the sqlite3 program saves what can still be read: "
            f"`sqlite3 {path} .recover | sqlite3 saved.sqlite`, then "
            "`diffkb --base saved.sqlite base doctor`"
        )
    return StorageError(f"{found.path} cannot be used as it is", hint=hint)


def _called(run: Run) -> str:
    """Returns how diffkb was called, as far as it says which base is meant."""
    return "diffkb" if run.base_option is None else f"diffkb --base {quote(run.base_option)}"

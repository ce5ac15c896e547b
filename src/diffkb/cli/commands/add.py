"""`diffkb add`: papers by reference, fetched and placed."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diffkb.cli.completion import complete_section
from diffkb.cli.options import DocumentName, DryRun, Refetch, Run, command
from diffkb.cli.render.messages import printable
from diffkb.errors import BadValue, DiffkbError, Interrupted, UsageError

if TYPE_CHECKING:
    from diffkb.core.models import Entry
    from diffkb.services.additions import Added, Plan, Request

# The sections that are offered before the person types a name.
OFFERED = 9


@command(
    details="The entry goes last into its year group, in the form of its neighbours. What is in "
    "the list already is said, not added twice. Where a source cannot answer, the entry waits as "
    "pending, and `diffkb refresh` completes it. A file holds one REF a line; blank lines and "
    "what follows a # are passed over. A PDF stands for the work whose arXiv id or DOI it names; "
    "it is not copied. A title alone, without a REF, makes an entry without a link.",
    examples=(
        "diffkb add 2006.11239",
        'diffkb add 2401.00001 --section "Flow Matching" --wr 2 --note "Read it."',
        "diffkb add --from ids.txt",
        "diffkb add ~/Downloads/*.pdf",
        'diffkb add --title "Notes on my desk" --section Books',
    ),
)
def add(
    run: Run,
    refs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="REF...",
            help="arXiv ids in any spelling, DOIs, links, PDF files; - reads them, one a line.",
            show_default=False,
        ),
    ] = None,
    *,
    batch: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE|-", help="Read REFs too, one a line."),
    ] = None,
    section: Annotated[
        str | None,
        typer.Option(
            "--section",
            metavar="NAME",
            help="Where it goes; else you are asked, or it is Unsorted.",
            autocompletion=complete_section,
        ),
    ] = None,
    create: Annotated[
        bool, typer.Option("--create", help="Make the section where it is missing.")
    ] = False,
    year: Annotated[
        int | None,
        typer.Option("--year", metavar="YEAR", min=1, max=9999, help="The year in the list."),
    ] = None,
    wr: Annotated[
        int | None, typer.Option("--wr", metavar="N", help="How much it is worth reading.")
    ] = None,
    note: Annotated[
        str | None, typer.Option("--note", metavar="TEXT|-", help="Your words; - reads them.")
    ] = None,
    title: Annotated[
        str | None,
        typer.Option(
            "--title", metavar="TEXT", help="The title to write; without REF the whole entry."
        ),
    ] = None,
    tags: Annotated[
        list[str] | None, typer.Option("--tag", metavar="NAME", help="A tag; give it repeatedly.")
    ] = None,
    document: DocumentName = None,
    again: Annotated[
        bool, typer.Option("--again", help="List it once more where it is listed already.")
    ] = False,
    no_fetch: Annotated[bool, typer.Option("--no-fetch", help="Ask no source.")] = False,
    refetch: Refetch = False,
    dry_run: DryRun = False,
) -> int:
    """Adds papers; each that cannot be added is said, the others are."""
    from diffkb.services.adding import carry_out, make_plan
    from diffkb.services.additions import Request
    from diffkb.services.labelling import tag_name

    title = _title(title)
    alone = title if not refs and not batch else None
    typed = [] if alone else _references(refs or [], batch, note)
    if title is not None and len(typed) > 1:
        raise UsageError("one title cannot be that of several papers", hint="add them one by one")
    request = Request(
        section=section,
        create=create,
        year=year,
        wr=wr,
        note=_note(note),
        title=title,
        document=document,
        again=again,
        fetch=not no_fetch,
        dry_run=dry_run,
        tags=tuple(map(tag_name, tags or ())),
    )
    default = run.configuration.default_document
    if alone:
        return _add_titled(run, alone, request, default)
    with run.progress("asking") as progress:
        plan = make_plan(
            run.base,
            typed,
            request,
            door=partial(run.open_door, refetch=refetch),
            default_document=default,
            report=run.say,
            progress=progress,
        )
    results = carry_out(
        run.base,
        plan,
        sections=_ask_sections(run, plan, request),
        default_document=default,
        report=run.say,
    )
    return _answer(run, results, document)


def _title(typed: str | None) -> str | None:
    """Returns the title that was given, on one line.

    Raises:
        BadValue: nothing stands there, or what no title can hold.
    """
    from diffkb.services.assigning import one_line

    if typed is None:
        return None
    title = one_line("--title", typed)
    if title is None:
        raise BadValue("--title", typed, "the words of a title")
    return title


def _add_titled(run: Run, title: str, request: Request, default: str | None) -> int:
    """Adds an entry by its title alone."""
    from diffkb.services.titled import add_titled, check_titled

    check_titled(run.base, request, default, run.say)
    section = None
    if _asks(run, request):
        from diffkb.services.suggesting import likely_sections

        offered = likely_sections(run.base, title, request.document)[:OFFERED]
        section = _choose(run, title, offered, request) if offered else None
    result = add_titled(
        run.base, title, request, section=section, default_document=default, report=run.say
    )
    return _answer(run, [result], request.document)


def _answer(run: Run, results: list[Added], document: str | None) -> int:
    """Says what became of each reference, and returns the status to end with."""
    _tell_all(run, results, document)
    status = exit_status(results)
    if run.json:
        errors = [one.error for one in results if one.error and one.outcome != "known"]
        return run.answer(
            {"results": [_as_json(one) for one in results]},
            errors=errors,
            status="error" if errors and all(one.outcome == "failed" for one in results) else None,
            exit_code=status,
        )
    return status


def _references(
    refs: list[str], batch: str | None, note: str | None
) -> list[tuple[str, int | None]]:
    """Returns what is to be added: what was typed, then what stands in a file or a stream.

    Raises:
        UsageError: there is nothing to add, or one stream is to be read twice.
        UnreadableInput: the file cannot be read.
    """
    from diffkb.services.batches import STANDARD_INPUT, read_batch

    names = [STANDARD_INPUT] * (STANDARD_INPUT in refs) + ([batch] if batch else [])
    if names.count(STANDARD_INPUT) + (note == STANDARD_INPUT) > 1:
        raise UsageError("standard input can be read only once", hint="name a file instead")
    if not refs and not names:
        raise UsageError("nothing was named to add", hint="`diffkb add --help` shows how")
    typed: list[tuple[str, int | None]] = [(ref, None) for ref in refs if ref != STANDARD_INPUT]
    for name in names:
        typed += read_batch(name)
    return typed


def exit_status(results: list[Added]) -> int:
    """Returns the status to end with: 1 where only some were added, else what kept them all."""
    errors = [one.error for one in results if one.error and one.outcome in {"failed", "pending"}]
    if not errors:
        return 0
    if any(isinstance(error, Interrupted) for error in errors):
        return Interrupted.exit_code
    codes = {error.exit_code for error in errors}
    return codes.pop() if len(errors) == len(results) and len(codes) == 1 else 1


def _ask_sections(run: Run, plan: Plan, request: Request) -> dict[int, str]:
    """Asks for the section of each new entry, on a terminal and where none was named."""
    if plan.interrupted or not _asks(run, request):
        return {}
    from diffkb.services.additions import Item
    from diffkb.services.suggesting import likely_sections

    chosen = {}
    for place, item in enumerate(plan.items):
        if isinstance(item, Item) and item.is_new and item.line is None:
            offered = likely_sections(run.base, item.title, request.document)[:OFFERED]
            if offered:
                chosen[place] = _choose(run, item.title, offered, request)
    return chosen


def _asks(run: Run, request: Request) -> bool:
    """Says whether a person is asked for a section that was not named."""
    if request.section is not None or request.dry_run or run.json:
        return False
    return run.terminal and sys.stdin is not None and sys.stdin.isatty()


def _choose(run: Run, title: str, offered: list[str], request: Request) -> str:
    """Asks for one of these sections, by number or by name, until one is meant."""
    from diffkb.services.headings import UNSORTED
    from diffkb.services.suggesting import check_section

    print(printable(title), file=sys.stderr)
    for number, path in enumerate([UNSORTED, *offered]):
        print(f"  {number}  {printable(path)}", file=sys.stderr)
    while True:
        answer: str = typer.prompt("Section (number or name)", default="1", err=True)
        word = answer.strip()
        if word.isdecimal() and int(word) <= len(offered):
            return [UNSORTED, *offered][int(word)]
        try:
            check_section(run.base, word, request.document)
        except DiffkbError as error:
            run.report(error)
        else:
            return word


def _note(text: str | None) -> str | None:
    """Returns the note, read from standard input where it is `-`; nothing but blanks is none."""
    if text == "-":
        text = sys.stdin.read()
    if text is None or not text.strip():
        return None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def _tell_all(run: Run, results: list[Added], document: str | None) -> None:
    """Says what became of each reference, and how many an interruption left out."""
    left_out = 0
    for result in results:
        if isinstance(result.error, Interrupted):
            left_out += 1
        else:
            _tell(run, result, document)
    if left_out:
        references = "reference was" if left_out == 1 else "references were"
        run.warn(f"interrupted: {left_out:,} {references} not asked about")
        run.hint(Interrupted().hint or "")


def _tell(run: Run, result: Added, document: str | None) -> None:
    """Says what became of a reference; of a work in another document than the named one, where."""
    entry = result.entry
    elsewhere = (
        entry is not None
        and document is not None
        and document.casefold() != entry.document.casefold()
    )
    where = "" if entry is None else _place_of(entry, with_document=elsewhere)
    match result.outcome:
        case "added":
            run.print_done(f"added {where}")
            _warn_of_twins(run, result)
            if not result.asked:
                run.hint("no source answers for it: --title gives an entry its title")
        case "pending":
            run.print_done(f"added {where}, pending")
        case "known":
            run.print_done(f"known {where}" if where else f"known {result.ref}")
            if elsewhere:
                run.hint(f'--again lists it in "{printable(document or "")}" too')
        case "would-add":
            run.print_or_say(f"would add {_to_be(result)}")
        case "failed":
            pass
    _warn_of_left_out(run, result)
    if result.error is not None and result.outcome == "known":
        run.warn(result.error.message)
    elif result.error is not None:
        run.report(result.error)


def _warn_of_left_out(run: Run, result: Added) -> None:
    """Says which of the given fields the list does not show."""
    if result.entry is not None and "year" in result.left_out:
        year = result.entry.year
        shown = "shows no year there" if year is None else f"says {year} there"
        run.warn(f"the list {shown}: --year was left out")


def _warn_of_twins(run: Run, result: Added) -> None:
    """Warns of entries that have the same title, and are taken for other works."""
    if result.entry is None or not result.same_title:
        return
    others = ", ".join(map(str, result.same_title))
    word = "entry" if len(result.same_title) == 1 else "entries"
    run.warn(f'"{result.entry.title}" has the same title as {word} {others}, another work')
    run.hint(f"`diffkb merge {result.same_title[0]} {result.entry.id}` if they are one")


def _place_of(entry: Entry, *, with_document: bool) -> str:
    """Returns an entry as people are told of it: id, title, section and year."""
    year = f", {entry.year}" if entry.year else ""
    named = (entry.document,) if with_document or not entry.section else ()
    place = " / ".join((*named, *entry.section))
    return f'{entry.id} "{entry.title}" ({place}{year})'


def _to_be(result: Added) -> str:
    """Returns what would be added and where, as people are told of it."""
    entry = result.entry
    if entry is None:
        return result.ref
    year = f", {entry.year}" if entry.year else ""
    place = f'"{entry.title}" ({" / ".join(entry.section or (entry.document,))}{year})'
    return place if entry.title == result.ref else f"{result.ref} as {place}"


def _as_json(result: Added) -> dict[str, Any]:
    """Returns what became of a reference as JSON holds it."""
    from diffkb.cli.render.envelope import error_object
    from diffkb.formats.jsonl import entry_object

    identifier = result.identifier
    return {
        "ref": result.ref,
        "line": result.line,
        "outcome": result.outcome,
        "identifier": None
        if identifier is None
        else {
            "scheme": identifier.scheme,
            "value": identifier.value,
            "version": identifier.version,
        },
        "entry": entry_object(result.entry) if result.entry and result.entry_id else None,
        "same_title": list(result.same_title),
        "error": None if result.error is None else error_object(result.error),
    }

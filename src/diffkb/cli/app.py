"""The program: the table of commands, and the one place where every error ends."""

from __future__ import annotations

import errno
import gc
import os
import re
import sys
from typing import TYPE_CHECKING, Any

import typer
import typer.main

from diffkb.cli.lazy import LazyGroup, Row
from diffkb.cli.options import global_options
from diffkb.cli.run import Run
from diffkb.errors import DiffkbError, NotABase, StorageError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

ABOUT = (
    "A reading list that is a database: papers, sections and notes, "
    "given back as the same Markdown."
)

COMMANDS = (
    Row("add", "Add papers by arXiv id, DOI or link, fetched and placed.", "add:add"),
    Row("list", "The entries, filtered and sorted.", "list:list_entries", aliases=("ls",)),
    Row("search", "The entries whose texts hold words, the best first.", "search:search_entries"),
    Row("show", "Everything known about an entry.", "show:show"),
    Row("open", "An entry's page in the browser, or its PDF.", "open_:open_entries"),
    Row("import", "Bring a Markdown list of your own.", "import_:import_lists"),
    Row("refresh", "Ask the sources again: complete what waits.", "refresh:refresh"),
    Row("accept", "Take over a published version that is proposed.", "accept:accept"),
    Row("next", "What to read next: the most worth reading, not yet read.", "next:show_next"),
    Row("edit", "Change fields and facts, or the Markdown in the editor.", "edit:edit"),
    Row("rate", "Say how much entries are worth reading.", "rate:rate"),
    Row("note", "Add words to an entry's note, in the list or beside it.", "note:note"),
    Row("tag", "Give entries tags, and take tags off.", "tag:tag"),
    Row("read", "Mark entries as read.", "read:read"),
    Row("unread", "Mark entries as not read.", "unread:unread"),
    Row("move", "Move entries to a section, a year, or beside another one.", "move:move"),
    Row("copy", "List entries in another document too.", "copy:copy"),
    Row("rm", "Take entries out of their lists.", "rm:remove"),
    Row("merge", "Make two entries one work.", "merge:merge"),
    Row("split", "Give an entry a work of its own.", "split:split"),
    Row("undo", "Take back the last steps, or one.", "undo:undo"),
    Row("redo", "Take back the last undos.", "undo:redo"),
    Row("log", "Who did what, and when.", "log:log"),
    Row("export", "The base given back, as its Markdown or in another form.", "export:export"),
    Row("cite", "Entries as a bibliography shows them.", "cite:cite"),
    Row("sync", "Merge a list and its file, whichever was edited.", "sync:sync"),
    Row("diff", "What changed between two lists, or a file and the base.", "diff:diff"),
    Row("section", "The sections: list, add, rename, move, remove.", "section:commands"),
    Row("document", "The lists of the base: default, rename, remove.", "document:commands"),
    Row("base", "Which base is meant and why; `init` makes a new one.", "base:commands"),
    Row("sources", "Who is asked about papers and links.", "sources:sources"),
    Row("schema", "What `--json` answers, as JSON Schema.", "schema:schema"),
    Row("help", "How a command is used; `help query` explains queries.", "help:help_topic"),
    Row("overview", "What the base holds.", "overview:overview", hidden=True),
    Row("config", "What is configured and where; `get` and `set` one key.", "config:commands"),
)

# What a command without a name is, once there is one.
OVERVIEW = "overview"

# The variable by which a shell asks how a line may go on.
COMPLETION = "_DIFFKB_COMPLETE"

BUG = 70
INTERRUPTED = 130
# What a shell reports of a program that SIGPIPE ended, as it ends `git log | head`.
CLOSED_PIPE = 141

# The class of everything typer says about a command line: its public name is younger than the
# oldest typer that will do.
TyperError: type[Exception] = typer.BadParameter.__mro__[2]


def main() -> None:
    """Runs the program on the words it was called with, and ends the process."""
    settle_streams()
    status = run_program(sys.argv[1:])
    # The interpreter's last collection would go through every object of every module, for memory
    # that the system takes back anyway: a fifth of the time of a command that writes.
    gc.freeze()
    sys.exit(status)


def run_program(words: Sequence[str], run: Run | None = None) -> int:
    """Runs one command to its end.

    Args:
        words: what stands after the program's name.
        run: the environment it runs in, if not the process's own.

    Returns:
        The exit status. Whatever went wrong has been said; nothing is raised.
    """
    run = run or Run()
    run.words = words
    try:
        status = _call(words, run)
        _flush()
    except BaseException as error:  # noqa: BLE001 - the boundary: what passes here is a traceback
        return _end(error, words, run)
    return status


def _call(words: Sequence[str], run: Run) -> int:
    """Reads the words and calls the command they name; returns what it ends with."""
    program = make_program(rich=run.terminal)
    if run.environ.get(COMPLETION):
        # typer answers the shell, and exits.
        program.main(list(words), prog_name="diffkb", obj=run)
    with program.make_context("diffkb", list(words), obj=run) as ctx:
        return program.invoke(ctx) or 0


def make_program(*, rich: bool = False) -> LazyGroup:
    """Builds the program's outermost command.

    Args:
        rich: whether help goes through rich, which takes as long to load as all the rest.
    """
    program = LazyGroup(
        name="diffkb",
        help=ABOUT,
        params=[*global_options(), *typer.main.get_install_completion_arguments()],
        callback=typer.main.get_callback(
            callback=_alone, context_param_name="ctx", pretty_exceptions_short=False
        ),
        invoke_without_command=True,
        context_settings={"help_option_names": ["-h", "--help"]},
        rich_markup_mode="rich" if rich else None,
    )
    program.table = COMMANDS
    return program


def _alone(ctx: typer.Context) -> int:
    """Does what `diffkb` does without a command: the overview, or help for want of one."""
    if ctx.invoked_subcommand is not None:
        return 0
    program: Any = ctx.command
    command = program.get_command(ctx, OVERVIEW)
    if command is None:
        print(ctx.get_help())
        return 0
    with command.make_context(OVERVIEW, [], parent=ctx) as inner:
        status: int = command.invoke(inner) or 0
    return status


def _end(error: BaseException, words: Sequence[str], run: Run) -> int:
    """Says what ended the command, and returns the status for it."""
    try:
        status = _status_of(error, words, run)
        _flush()
    except BrokenPipeError:
        status = CLOSED_PIPE
    except (OSError, StorageError):
        # Not even the error found room in the output; standard error has it.
        status = StorageError.exit_code
    _drop_what_is_left()
    return status


def _status_of(error: BaseException, words: Sequence[str], run: Run) -> int:
    """Says an error where there is something to say, and returns the status for it.

    Raises:
        BrokenPipeError: whoever reads the output has gone.
    """
    if isinstance(error, BrokenPipeError):
        raise error
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    if isinstance(error, typer.Exit):
        return error.exit_code
    if run.environ.get(COMPLETION):
        # A message would land in the middle of the line that is being typed.
        return 1
    if isinstance(error, KeyboardInterrupt | typer.Abort | EOFError):
        return _say(Interrupted(), words, run)
    if run.debug:
        _show_traceback(error)
    return _say(_told(error, run), words, run)


# What typer says of numbers, and the same in words.
NUMBERS = (
    (re.compile(r"is not a valid int(eger)?( range)?$"), "is no whole number"),
    (re.compile(r"is not in the range x>=(-?\d+)$"), r"is less than \1"),
    (re.compile(r"is not in the range (-?\d+)<=x<=(-?\d+)$"), r"is not from \1 to \2"),
)
# A number that was taken for an option.
NEGATIVE = re.compile(r"-[0-9][0-9.]*")


class Interrupted(DiffkbError):
    """The person pressed Ctrl-C, or ended the input a question waits for."""

    code = "interrupted"
    exit_code = INTERRUPTED

    def __init__(self) -> None:
        super().__init__("interrupted")


class Bug(DiffkbError):
    """Something nobody foresaw."""

    code = "bug"
    exit_code = BUG

    def __init__(self, error: BaseException) -> None:
        super().__init__(
            f"diffkb met a bug: {type(error).__name__}: {error}",
            hint="report it with the command you typed; with --debug it shows the traceback",
        )


def _told(error: BaseException, run: Run) -> DiffkbError:
    """Returns the error as one of diffkb's own."""
    if isinstance(error, DiffkbError):
        return error
    if isinstance(error, TyperError):
        return _usage(error, run)
    if isinstance(error, OSError) and _is_of_the_output(error):
        return _unwritable(error)
    return _damage(run) or Bug(error)


def _damage(run: Run) -> DiffkbError | None:
    """Returns the error for a damaged base, where that may be what nobody foresaw."""
    # Only a run that has come as far as to know its base can have stumbled over it.
    if "base" not in vars(run):
        return None
    from diffkb.store.examining import find_damage

    damage = find_damage(run.base.path)
    return NotABase(str(run.base.path), f"it is damaged ({damage})") if damage else None


def _usage(error: Any, run: Run) -> UsageError:
    """Returns what typer says about the command line, in diffkb's words."""
    path = f"diffkb {run.command}" if run.command else "diffkb"
    hint = f"`{path} --help` shows what it takes"
    if near := getattr(error, "possibilities", None):
        hint = f"did you mean {' or '.join(f'`{option}`' for option in near)}? {hint}"
        text = error.message
    else:
        text = error.format_message()
    text = text.rstrip(".")
    for said, plainly in NUMBERS:
        text = said.sub(plainly, text)
    if NEGATIVE.fullmatch(getattr(error, "option_name", "")):
        hint = f"what is no option goes behind `--`; {hint}"
    return UsageError(text[:1].lower() + text[1:], hint=hint)


def _say(error: DiffkbError, words: Sequence[str], run: Run) -> int:
    """Says an error in the form that was asked for, and returns its exit status."""
    run.report(error)
    if run.json or _asks_for_json(words):
        run.answer(None, errors=[error], exit_code=error.exit_code)
    return error.exit_code


def _asks_for_json(words: Sequence[str]) -> bool:
    """Says whether `--json` stands among the words, for when reading them failed before it."""
    options = words[: words.index("--")] if "--" in words else words
    return "--json" in options


def _show_traceback(error: BaseException) -> None:
    """Writes the traceback to standard error."""
    import traceback

    if sys.stderr is not None:
        traceback.print_exception(error)


def settle_streams() -> None:
    """Makes output never fail on a character: what an encoding lacks is written as an escape."""
    for stream in (sys.stdout, sys.stderr):
        # A closed stream is None; one that a test put there may lack the method.
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")


def _flush() -> None:
    """Writes what is buffered while an error can still be told.

    Raises:
        BrokenPipeError: whoever reads the output has gone.
        StorageError: there is no room for the output.
    """
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _unwritable(error) from error


def _is_of_the_output(error: OSError) -> bool:
    """Says whether a full disk stopped the output: such an error names no file."""
    return error.filename is None and error.errno in {errno.ENOSPC, errno.EIO, errno.EDQUOT}


def _unwritable(error: OSError) -> StorageError:
    """Returns the error for output that found no room."""
    return StorageError(
        f"the output cannot be written: {error.strerror}", hint="make room, or send it elsewhere"
    )


def _drop_what_is_left() -> None:
    """Sends what cannot be written to nowhere, so that the interpreter's last flush is silent.

    As the manual says: https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and _is_broken(stream):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _is_broken(stream: Any) -> bool:
    """Says whether what the stream holds cannot be written."""
    try:
        stream.flush()
    except OSError:
        return True
    return False

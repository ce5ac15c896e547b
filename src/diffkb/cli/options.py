"""The options commands share, and how a function is made a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperOption

from diffkb.cli.completion import complete_document, complete_ref, complete_section
from diffkb.cli.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from typer.core import TyperArgument

__all__ = [
    "Command",
    "Commands",
    "DocumentName",
    "DryRun",
    "Limit",
    "NoPager",
    "Refetch",
    "Refs",
    "Run",
    "SectionName",
    "command",
    "global_options",
]

Refs = Annotated[
    list[str],
    typer.Argument(
        metavar="REF...",
        help="Entries: ids, arXiv ids, DOIs, URLs, titles.",
        autocompletion=complete_ref,
    ),
]
SectionName = Annotated[
    str | None,
    typer.Option(
        "--section",
        metavar="NAME",
        help="The section of that name, or path of names.",
        autocompletion=complete_section,
    ),
]
DocumentName = Annotated[
    str | None,
    typer.Option(
        "--document",
        metavar="NAME",
        help="The document of that name.",
        autocompletion=complete_document,
    ),
]
Limit = Annotated[
    int | None, typer.Option("--limit", metavar="N", min=0, help="At most N of them.")
]
NoPager = Annotated[bool, typer.Option("--no-pager", help="Print longer tables as they are.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and do nothing.")]
Refetch = Annotated[
    bool, typer.Option("--refetch", help="Ask again for answers of the last 24 hours.")
]

GLOBAL_PANEL = "Global options"
COLOR_CHOICES = ("auto", "always", "never")


class Command:
    """A function that is a command of the command line.

    Attributes:
        function: takes a Run first, then its options; returns the exit status, None meaning 0.
        details: what its help says after the first line, or None.
        examples: whole command lines for its help.
        settings: what its parser is to do differently, as typer's `context_settings`.
        dashed: whether words that begin with a dash and are no options are arguments.
    """

    def __init__(
        self,
        function: Callable[..., int | None],
        *,
        details: str | None = None,
        examples: tuple[str, ...] = (),
        settings: dict[str, Any] | None = None,
        dashed: bool = False,
    ) -> None:
        self.function = function
        self.details = details
        self.examples = examples
        self.settings = settings
        self.dashed = dashed


def command(
    *,
    details: str | None = None,
    examples: tuple[str, ...] = (),
    settings: dict[str, Any] | None = None,
    dashed: bool = False,
) -> Callable[[Callable[..., int | None]], Command]:
    """Makes a function a command; the arguments are Command's.

    The line that says what the command does stands in the table of `diffkb.cli.app`, so that
    the list of commands is known without importing any.
    """
    return lambda function: Command(
        function, details=details, examples=examples, settings=settings, dashed=dashed
    )


class Commands:
    """A command with commands of its own, such as `diffkb config get`.

    Attributes:
        details: what its help says after the first line, or None.
        alone: what `diffkb config` does without a further word; None says that one is missing.
        listed: each command with the line that says what it does.
    """

    def __init__(self, *, details: str | None = None) -> None:
        self.details = details
        self.alone: Command | None = None
        self.listed: dict[str, tuple[str, Command]] = {}

    def default(self, made: Command) -> Command:
        """Makes a command the one that is meant without a further word."""
        self.alone = made
        return made

    def command(
        self,
        name: str,
        line: str,
        *,
        details: str | None = None,
        examples: tuple[str, ...] = (),
        settings: dict[str, Any] | None = None,
    ) -> Callable[[Callable[..., int | None]], Command]:
        """Makes a function the command of that name; `line` says what it does."""

        def add(function: Callable[..., int | None]) -> Command:
            made = Command(function, details=details, examples=examples, settings=settings)
            self.listed[name] = (line, made)
            return made

        return add


def global_options() -> list[TyperArgument | TyperOption]:
    """Returns the options that every command takes, before and after its name.

    None is handed to the command's function: each notes its value in the Run, wherever it stands.
    """
    return [
        _noting("base_option", "--base", metavar="PATH", help="The base to use."),
        _noting("json", "--json", help="Answer with one JSON object."),
        _noting("quiet", "--quiet", "-q", help="Say nothing but data, warnings and errors."),
        _noting("verbose", "--verbose", "-v", help="Say more."),
        _noting(
            "color_option",
            "--color",
            metavar="|".join(COLOR_CHOICES),
            check=_color_choice,
            help="When to colour.",
            autocompletion=lambda *_: list(COLOR_CHOICES),
        ),
        _noting("offline_option", "--offline", help="Do not use the network."),
        _noting("debug", "--debug", help="Show the traceback of a failure."),
        _option("version", "--version", _show_version, is_eager=True, help="Show the version."),
    ]


def _noting(
    name: str,
    *spellings: str,
    check: Callable[[str], str] | None = None,
    metavar: str | None = None,
    **details: Any,
) -> TyperOption:
    """Returns an option that notes its value in the Run: with a metavar a value, else a flag."""

    def note(ctx: Any, _param: Any, value: Any) -> None:
        # Absent here, it may have been given before the command: that stays.
        if value is not None and isinstance(ctx.obj, Run):
            setattr(ctx.obj, name, check(value) if check else value)

    return _option(name, *spellings, note, metavar=metavar, **details)


def _option(name: str, *rest: Any, metavar: str | None = None, **details: Any) -> TyperOption:
    """Returns a click option; the last of `rest` is the callback, the others are spellings."""
    *spellings, callback = rest
    return TyperOption(
        param_decls=[name, *spellings],
        callback=callback,
        expose_value=False,
        is_flag=metavar is None,
        metavar=metavar,
        rich_help_panel=GLOBAL_PANEL,
        **details,
    )


def _color_choice(value: str) -> str:
    """Returns the choice of colour, once it is known to be one."""
    if value not in COLOR_CHOICES:
        raise typer.BadParameter(f"{value!r} is none of {', '.join(COLOR_CHOICES)}")
    return value


def _show_version(ctx: Any, _param: Any, value: Any) -> None:
    """Prints the version and ends."""
    if value and not ctx.resilient_parsing:
        from diffkb import __version__

        print(f"diffkb {__version__}")
        raise typer.Exit

"""Commands that are imported and built when they are called, and listed without that.

typer has no public name for the class of its contexts, which is why they are Any here.
"""

from __future__ import annotations

import functools
import inspect
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup
from typer.models import CommandInfo

from diffkb.cli.arguments import shield_arguments
from diffkb.cli.options import GLOBAL_PANEL, Command, Commands, Run, global_options
from diffkb.cli.query_words import spell_out_minus
from diffkb.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Literal

    Markup = Literal["rich"] | None


class Row(NamedTuple):
    """One line of a table of commands.

    Attributes:
        name: the word a person types.
        line: what the command does; the only place that says it.
        target: where its Command or Commands is, as "module:name" of diffkb.cli.commands, or
            the Command itself.
        aliases: other words for it, which no listing shows.
        hidden: whether listings leave it out.
    """

    name: str
    line: str
    target: str | Command
    aliases: tuple[str, ...] = ()
    hidden: bool = False


class _Polite:
    """What single commands and groups have in common; it stands before typer's class."""

    def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
        """Notes which command is being read before reading it, so that an error can name it."""
        if parent is not None and isinstance(parent.obj, Run):
            words = parent.obj.command
            parent.obj.command = f"{words} {info_name}" if words else info_name
        return super().make_context(info_name, args, parent, **extra)  # type: ignore[misc]

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Completes without help texts: for them typer loads rich, at every press of the key."""
        items: list[Any] = super().shell_complete(ctx, incomplete)  # type: ignore[misc]
        for item in items:
            item.help = None
        return items

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Lists the command's own parameters, then the options every command takes."""
        sections: dict[str, list[Any]] = {"Arguments": [], "Options": [], GLOBAL_PANEL: []}
        for param in self.get_params(ctx):  # type: ignore[attr-defined]
            own = "Arguments" if param.param_type_name == "argument" else "Options"
            record = param.get_help_record(ctx)
            if record is not None:
                sections[getattr(param, "rich_help_panel", None) or own].append(record)
        for title, records in sections.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Writes the examples as they are: a command line is to be copied, not rewrapped."""
        if self.epilog:  # type: ignore[attr-defined]
            formatter.write("\n")
            for line in self.epilog.split("\n\n"):  # type: ignore[attr-defined]
                formatter.write(f"{line}\n")


class LazyCommand(_Polite, TyperCommand):
    """A single command.

    Attributes:
        dashed: whether words that begin with a dash and are no options are arguments.
    """

    dashed = False

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Reads the words after the command's name; in a query, -WORD leaves a word out."""
        prepare = shield_arguments if self.dashed else spell_out_minus
        rest: list[str] = super().parse_args(ctx, prepare(args, self.params))
        return rest


class LazyGroup(_Polite, TyperGroup):
    """A command with commands, each of which is built when it is called.

    Attributes:
        table: its commands.
    """

    table: tuple[Row, ...] = ()

    @property
    def _rich(self) -> bool:
        """Whether help goes through rich."""
        return self.rich_markup_mode == "rich"

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """Returns the names a listing shows."""
        return [row.name for row in self.table if not row.hidden]

    def get_command(self, ctx: Any, cmd_name: str) -> LazyCommand | LazyGroup | None:  # noqa: ARG002
        """Builds the command of that name or alias; None where there is none."""
        row = self._row(cmd_name)
        return build(row, rich=self._rich) if row else None

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Finds the command that the first word names.

        Raises:
            UsageError: there is no such command.
        """
        row = self._row(args[0])
        if row is None and not ctx.resilient_parsing:
            raise self._unknown(ctx, args[0])
        return (row.name if row else None), self.get_command(ctx, args[0]), args[1:]

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Completes names of commands and options without importing a command."""
        if ctx.command is not self:
            return super().shell_complete(ctx, incomplete)
        listing = self._listing()
        items: list[Any] = listing.shell_complete(
            typer.Context(listing, parent=ctx.parent), incomplete
        )
        return items

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Writes the help; the commands come from the table, none is imported."""
        self._listing().format_help(ctx, formatter)

    def _row(self, name: str) -> Row | None:
        """Returns the line for that name or alias."""
        for row in self.table:
            if name == row.name or name in row.aliases:
                return row
        return None

    def _unknown(self, ctx: Any, name: str) -> UsageError:
        """Returns the error for a word that is no command, with the nearest ones."""
        from difflib import get_close_matches

        words = [word for row in self.table for word in (row.name, *row.aliases)]
        near = [f"`{ctx.command_path} {word}`" for word in get_close_matches(name, words)]
        hint = f"did you mean {' or '.join(near)}? " if near else ""
        return UsageError(
            f"there is no command `{name}`",
            hint=f"{hint}`{ctx.command_path} --help` lists the commands",
            ref=name,
        )

    def _listing(self) -> Listing:
        """Returns a group of the same looks, whose commands are but names and lines."""
        return Listing(
            name=self.name,
            commands={
                row.name: TyperCommand(row.name, help=_help(row.line, None, rich=self._rich))
                for row in self.table
                if not row.hidden
            },
            params=self.params,
            help=self.help,
            epilog=self.epilog,
            rich_markup_mode=self.rich_markup_mode,
        )


class Listing(_Polite, TyperGroup):
    """A group for showing: it has the looks of a LazyGroup, and commands that do nothing."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Lists the commands first: they are what a person looks for."""
        self.format_commands(ctx, formatter)
        super().format_options(ctx, formatter)


def build(row: Row, *, rich: bool) -> LazyCommand | LazyGroup:
    """Imports a command and builds it.

    Args:
        row: its line in the table.
        rich: whether its help goes through rich.
    """
    target = _imported(row.target) if isinstance(row.target, str) else row.target
    if isinstance(target, Commands):
        return _build_group(row, target, rich=rich)
    return _build_command(row, target, rich=rich)


def _imported(target: str) -> Command | Commands:
    """Imports what "module:name" says."""
    from importlib import import_module

    module, _, name = target.partition(":")
    found: Command | Commands = getattr(import_module(f"diffkb.cli.commands.{module}"), name)
    return found


def _build_command(row: Row, made: Command, *, rich: bool) -> LazyCommand:
    """Builds a single command from its function."""
    built = typer.main.get_command_from_info(
        CommandInfo(
            name=row.name,
            cls=LazyCommand,
            callback=_taking_context(made.function),
            help=_help(row.line, made.details, rich=rich),
            epilog=_epilog(made.examples, rich=rich),
            context_settings=made.settings,
            hidden=row.hidden,
        ),
        pretty_exceptions_short=False,
        rich_markup_mode="rich" if rich else None,
    )
    built.params.extend(global_options())
    built.dashed = made.dashed  # type: ignore[attr-defined]
    return built  # type: ignore[return-value]


def _build_group(row: Row, made: Commands, *, rich: bool) -> LazyGroup:
    """Builds a command with commands."""
    alone = _build_command(row, made.alone, rich=rich) if made.alone else None
    group = LazyGroup(
        name=row.name,
        params=alone.params if alone else [*global_options()],
        callback=alone.callback if alone else None,
        invoke_without_command=alone is not None,
        help=_help(row.line, made.details, rich=rich),
        epilog=alone.epilog if alone else None,
        hidden=row.hidden,
        rich_markup_mode="rich" if rich else None,
    )
    group.table = tuple(Row(name, line, one) for name, (line, one) in made.listed.items())
    return group


def _taking_context(function: Callable[..., int | None]) -> Callable[..., int | None]:
    """Returns the function as typer can take it: with a context in the place of the Run."""
    # Evaluated once, here: typer would evaluate the annotations of the original twice.
    signature = inspect.signature(function, eval_str=True)
    first, *others = signature.parameters.values()

    @functools.wraps(function)
    def call(**options: Any) -> int | None:
        ctx = options.pop(first.name)
        if ctx.invoked_subcommand is not None:
            # A group's own function, while one of the group's commands is meant.
            return None
        return function(ctx.obj, **options)

    call.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[first.replace(annotation=typer.Context), *others]
    )
    call.__annotations__ = {}
    return call


def _help(line: str, details: str | None, *, rich: bool) -> str:
    """Returns the help text of a command."""
    text = f"{line}\n\n{inspect.cleandoc(details)}" if details else line
    return _literal(text) if rich else text


def _epilog(examples: Iterable[str], *, rich: bool) -> str | None:
    """Returns the examples as they stand under the help, a paragraph each: rich joins lines."""
    shown = "\n\n".join(f"  {example}" for example in examples)
    text = f"Examples:\n\n{shown}" if shown else None
    return _literal(text) if text and rich else text


def _literal(text: str) -> str:
    """Returns text that rich shows as it is: an opening bracket could be the start of markup."""
    return re.sub(r"\[(?=[a-z#/@])", r"\\[", text)

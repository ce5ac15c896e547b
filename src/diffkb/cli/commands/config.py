"""`diffkb config`: what is configured, what decided it, and how to change it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from diffkb.cli.options import Commands, Run
from diffkb.cli.render.messages import printable
from diffkb.paths import config_file
from diffkb.services import configuration

commands = Commands(
    details="Every key is also an environment variable: DIFFKB_ and the key in capitals, with _ "
    "for -. An option beats the variable, the variable the file, the file the default."
)

KeyName = Annotated[str, typer.Argument(metavar="KEY", help="A key, or @NAME for a saved query.")]


@commands.default
@commands.command("list", "Every key with its value and what decided it.")
def list_settings(run: Run) -> int:
    """Shows the settings as key, value and origin between tabs; secrets are masked."""
    path = config_file(run.environ)
    settings = configuration.list_configuration(path, run.environ)
    if run.json:
        return run.answer({"path": str(path), "settings": [_as_json(one) for one in settings]})
    shown = [(one.key, _as_text(one.value), one.origin) for one in settings]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        print(_row(row, widths) if run.terminal else "\t".join(row))
    return 0


@commands.command("path", "Where the configuration file is, or would be.")
def show_path(run: Run) -> int:
    """Shows the path; the file need not exist."""
    path = config_file(run.environ)
    if run.json:
        return run.answer({"path": str(path), "exists": path.exists()})
    print(printable(str(path)))
    return 0


@commands.command(
    "get", "The value of one key, secrets whole.", examples=("diffkb config get contact",)
)
def get_value(run: Run, key: KeyName) -> int:
    """Shows one value; a key that is not set shows nothing."""
    setting = configuration.get_value(config_file(run.environ), run.environ, key)
    if run.json:
        return run.answer(_as_json(setting))
    if setting.value is not None:
        print(_as_text(setting.value))
    return 0


@commands.command(
    "set",
    "Set one key in the file; nothing else in it changes.",
    examples=("diffkb config set contact ada@example.org", "diffkb config set patience 20"),
)
def set_value(
    run: Run,
    key: KeyName,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="The new value.")],
) -> int:
    """Sets the value, and says so where a variable goes on deciding."""
    path = config_file(run.environ)
    configuration.set_value(path, key, value)
    variable = configuration.variable_of(key)
    if run.environ.get(variable):
        run.warn(f"{variable} is set, and beats the file")
    if run.json:
        return run.answer({"path": str(path), "key": key})
    run.say(f"{key} is set in {path}")
    return 0


def _as_json(setting: configuration.Setting) -> dict[str, Any]:
    """Returns a setting as JSON holds it."""
    return {"key": setting.key, "value": setting.value, "origin": setting.origin}


def _as_text(value: str | float | bool | list[str] | None) -> str:
    """Returns a value as a person would type it."""
    match value:
        case None:
            return ""
        case bool():
            return str(int(value))
        case float():
            return f"{value:g}"
        case list():
            return printable(",".join(value))
        case _:
            return printable(value)


def _row(cells: tuple[str, ...], widths: list[int]) -> str:
    """Returns cells in columns, for a terminal."""
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()

"""Reading is light: what a command loads, seen from outside in a process of its own."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Loaded = Callable[..., set[str]]
    Runner = Callable[..., subprocess.CompletedProcess[Any]]

HEAVY = {
    "alembic",
    "asyncio",
    "feedparser",
    "httpx",
    "logging",
    "markdown_it",
    "pydantic",
    "rich",
    "sqlalchemy",
    "sqlmodel",
    "tenacity",
}
if sys.platform == "linux":
    HEAVY.add("platformdirs")

COMPLETION = {"_DIFFKB_COMPLETE": "complete_bash", "COMP_WORDS": "diffkb c", "COMP_CWORD": "1"}
ZSH = {"_DIFFKB_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "diffkb --"}
FISH = {
    "_DIFFKB_COMPLETE": "complete_fish",
    "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    "_TYPER_COMPLETE_ARGS": "diffkb config --",
}

# The words, the variables, and the modules of commands that may be loaded for them.
LIGHT: list[tuple[tuple[str, ...], dict[str, str], set[str]]] = [
    ((), {}, set()),
    (("--help",), {}, set()),
    (("--version",), {}, set()),
    (("no-such-command",), {}, set()),
    (("--no-such-option", "--json"), {}, set()),
    ((), COMPLETION, set()),
    ((), ZSH, set()),
    ((), FISH, {"config"}),
    (("config",), {}, {"config"}),
    (("config", "--json"), {}, {"config"}),
    (("config", "get", "patience"), {}, {"config"}),
    (("config", "get", "no-such-key"), {}, {"config"}),
    (("config", "--help"), {}, {"config"}),
]


# What is loaded is noted at the very end: -X importtime would not tell of import_module.
NOTING = """\
import atexit, sys
atexit.register(lambda: open({path!r}, "w").write(" ".join(sys.modules)))
{code}
"""
PROGRAM = "from diffkb.cli.app import main; main()"


@pytest.fixture
def loaded(run_python: Runner, tmp_path: Path) -> Callable[..., set[str]]:
    """Gives a function that runs code in a process, and returns the modules loaded at its end."""

    def run(code: str, *words: str, env: Mapping[str, str] | None = None) -> set[str]:
        path = tmp_path / "modules"
        run_python("-c", NOTING.format(path=str(path), code=code), *words, env=env)
        return set(path.read_text().split())

    return run


@pytest.mark.parametrize(("words", "variables", "commands"), LIGHT)
def test_reading_loads_nothing_heavy(
    loaded: Loaded, words: tuple[str, ...], variables: dict[str, str], commands: set[str]
) -> None:
    modules = loaded(PROGRAM, *words, env=variables)
    assert "diffkb.cli.app" in modules
    assert HEAVY & {module.split(".")[0] for module in modules} == set()
    prefix = "diffkb.cli.commands."
    assert {one.removeprefix(prefix) for one in modules if one.startswith(prefix)} == commands


@pytest.mark.parametrize("module", ["tomllib", "json", "importlib.metadata", "tempfile"])
def test_listing_the_defaults_loads_no_parser(loaded: Loaded, module: str) -> None:
    assert module not in loaded(PROGRAM, "config")


@pytest.mark.parametrize("module", ["rich.console", "platformdirs", "httpx", "sqlmodel"])
def test_what_is_heavy_would_be_seen(loaded: Loaded, module: str) -> None:
    assert module in loaded(f"import importlib; importlib.import_module({module!r})")


def test_the_package_itself_loads_next_to_nothing(loaded: Loaded) -> None:
    modules = loaded("import diffkb")
    assert {one for one in modules if one.startswith("diffkb")} == {"diffkb"}
    assert "importlib.metadata" not in modules


def test_the_package_knows_its_version_and_no_other_name(run_python: Runner) -> None:
    done = run_python("-c", "import diffkb; print(diffkb.__version__); diffkb.nothing")
    assert done.stdout.strip()
    assert "AttributeError: module 'diffkb' has no attribute 'nothing'" in done.stderr

"""Reading is light: what a command loads, seen from outside in a process of its own."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterable, Mapping
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
    "pypdf",
    "rich",
    "sqlalchemy",
    "sqlmodel",
    "tenacity",
}
# What it takes to read Markdown, and rich reads it for its help.
PARSER = {"logging", "markdown_it"}
# The commands that read it.
PARSING = {"import_", "diff", "sync"}
if sys.platform == "linux":
    HEAVY.add("platformdirs")


def bash(line: str) -> dict[str, str]:
    """Returns the variables by which bash asks how a line may go on."""
    return {
        "_DIFFKB_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(line.count(" ")),
    }


COMPLETION = {"_DIFFKB_COMPLETE": "complete_bash", "COMP_WORDS": "diffkb c", "COMP_CWORD": "1"}
ZSH = {"_DIFFKB_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "diffkb --"}
FISH = {
    "_DIFFKB_COMPLETE": "complete_fish",
    "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    "_TYPER_COMPLETE_ARGS": "diffkb config --",
}

# The words, the variables, and the modules of commands that may be loaded for them.
LIGHT: list[tuple[tuple[str, ...], dict[str, str], set[str]]] = [
    ((), {}, {"overview"}),
    (("--json",), {}, {"overview"}),
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
    (("list",), {}, {"list"}),
    (("ls", "--limit", "3"), {}, {"list"}),
    (("list", "--section", "Foundations", "--min-wr", "2", "--year", "2020.."), {}, {"list"}),
    (("list", "--section", "Inverse problems", "--min-wr", "2"), {}, {"list"}),
    (("list", "--unrated", "--sort", "year-,title"), {}, {"list"}),
    (("list", "--json"), {}, {"list"}),
    (("list", "--format", "jsonl"), {}, {"list"}),
    (("list", "--format", "ids"), {}, {"list"}),
    (("list", "--section", "no such section"), {}, {"list"}),
    (("--base", "no-such-base", "list", "--json"), {}, {"list"}),
    (("show", "12"), {}, {"show"}),
    (("show", "arXiv:2006.11239v2", "--json"), {}, {"show"}),
    (("show", "words in no title"), {}, {"show"}),
    (("next",), {}, {"next"}),
    (("next", "--section", "Foundations", "--json"), {}, {"next"}),
    (("note", "12"), {}, {"note"}),
    (("note", "12", "--private", "--json"), {}, {"note"}),
    (("rate", "12", "13", "2"), {}, {"rate"}),
    (("rate", "words in no title", "2"), {}, {"rate"}),
    (("rm", "--help"), {}, {"rm"}),
    (("tag", "12"), {}, {"tag"}),
    (("move", "--help"), {}, {"move"}),
    (("open", "12"), {"BROWSER": "true"}, {"open_"}),
    (("open", "12", "--pdf", "--print", "--json"), {}, {"open_"}),
    (("open", "--help"), {}, {"open_"}),
    (("export", "markdown"), {}, {"export"}),
    (("export", "json", "--private"), {}, {"export"}),
    (("export", "jsonl"), {}, {"export"}),
    (("export", "markdown", "--check", "-o", "list.md"), {}, {"export"}),
    (("export", "-o", "/dev/null", "--json", "markdown"), {}, {"export"}),
    (("diff", "list.md", "list.md", "--json"), {}, {"diff"}),
    (("diff", "list.md"), {}, {"diff"}),
    (("sync", "list.md", "--dry-run", "--document", "Knowledge"), {}, {"sync"}),
    (("section",), {}, {"section"}),
    (("section", "list", "--json"), {}, {"section"}),
    (("log",), {}, {"log"}),
    (("log", "12", "--limit", "3", "--json"), {}, {"log"}),
    (("undo", "--help"), {}, {"undo"}),
    (("base",), {}, {"base"}),
    (("base", "which", "--json"), {}, {"base"}),
    (("base", "backup"), {}, {"base"}),
    (("base", "backup", "--list"), {}, {"base"}),
    (("base", "upgrade"), {}, {"base"}),
    (("base", "doctor"), {}, {"base"}),
    (("add", "--help"), {}, {"add"}),
    (("base", "init", "--help"), {}, {"base"}),
    (("export", "--help"), {}, {"export"}),
    (("import", "--help"), {}, {"import_"}),
    (("import", "no-such-file"), {}, {"import_"}),
    (("import", "--dry-run", "list.md"), {}, {"import_"}),
    (("list", "--help"), {}, {"list"}),
    (("refresh", "--help"), {}, {"refresh"}),
    (("section", "list", "--help"), {}, {"section"}),
    (("show", "--help"), {}, {"show"}),
    ((), bash("diffkb list --section Inv"), {"list"}),
    ((), bash("diffkb list --document K"), {"list"}),
    ((), bash("diffkb show ho"), {"show"}),
    ((), bash("diffkb add --section F"), {"add"}),
    ((), bash("diffkb move 12 --section F"), {"move"}),
    ((), bash("diffkb tag 12 +s"), {"tag"}),
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


def roots(modules: Iterable[str]) -> set[str]:
    """Returns the packages that modules are in."""
    return {module.split(".")[0] for module in modules}


@pytest.mark.parametrize(("words", "variables", "commands"), LIGHT)
def test_reading_loads_nothing_heavy(
    loaded: Loaded,
    tmp_path: Path,
    words: tuple[str, ...],
    variables: dict[str, str],
    commands: set[str],
) -> None:
    (tmp_path / "list.md").write_text("- [A Paper](https://arxiv.org/abs/2001.00001) **WR=2**\n")
    modules = loaded(PROGRAM, *words, env=variables)
    assert "diffkb.cli.app" in modules
    parses = (commands and commands <= PARSING) or "doctor" in words
    heavy = HEAVY - (PARSER if parses else set())
    assert heavy & roots(modules) == set()
    prefix = "diffkb.cli.commands."
    assert {one.removeprefix(prefix) for one in modules if one.startswith(prefix)} == commands


@pytest.mark.parametrize("words", [("list",), ("--help",)])
def test_tables_and_help_load_rich_on_a_terminal(
    on_terminal: Callable[..., str], tmp_path: Path, words: tuple[str, ...]
) -> None:
    path = tmp_path / "modules"
    on_terminal("-c", NOTING.format(path=str(path), code=PROGRAM), *words)
    assert (HEAVY - PARSER) & roots(path.read_text().split()) == {"rich"}


@pytest.mark.parametrize("words", [("show", "12"), ("section",), ("base",), ()])
def test_what_shows_no_table_needs_no_rich_on_a_terminal_either(
    on_terminal: Callable[..., str], tmp_path: Path, words: tuple[str, ...]
) -> None:
    path = tmp_path / "modules"
    on_terminal("-c", NOTING.format(path=str(path), code=PROGRAM), *words)
    assert HEAVY & roots(path.read_text().split()) == set()


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

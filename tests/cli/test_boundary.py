"""How the program ends: every error in one form, no traceback, no half-written answer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from diffkb.cli.render.messages import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    Runner = Callable[..., subprocess.CompletedProcess[Any]]

ENVELOPE = {"schema", "command", "status", "exit_code", "data", "errors"}

# The program with one more command, whose body is given: what real commands never do on demand.
PROGRAM = """\
import signal, sys, time
from typing import Annotated
import typer
from diffkb import errors
from diffkb.cli import app
from diffkb.cli.lazy import Row
from diffkb.cli.options import Run, command

@command(examples=("diffkb try a --times 2",))
def attempt(
    run: Run,
    word: Annotated[str, typer.Argument()] = "",
    times: Annotated[int, typer.Option("--times")] = 1,
) -> int | None:
    \"\"\"Does what the test is about.\"\"\"
{body}

app.COMMANDS = (Row("{name}", "Tries [something].", attempt, ("attempt",)), *app.COMMANDS)
app.main()
"""


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., str]:
    """Gives a function that writes such a program and returns its path."""

    def write(body: str, name: str = "try") -> str:
        file = tmp_path / "program.py"
        file.write_text(PROGRAM.format(body=f"    {body}", name=name))
        return str(file)

    return write


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["confg"], "there is no command `confg`", "did you mean `diffkb config`?"),
        (["config", "gett"], "there is no command `gett`", "`diffkb config get`"),
        (["zzz"], "there is no command `zzz`", "`diffkb --help` lists the commands"),
        (["--", "-x"], "there is no command `-x`", "`diffkb --help`"),
        (["--bogus"], "no such option: --bogus", "`diffkb --help`"),
        (["undo", "-1"], "no such option: -1", "what is no option goes behind `--`"),
        (["undo", "0"], "invalid value for 'N': 0 is less than 1", "`diffkb undo --help`"),
        (["undo", "x"], "invalid value for 'N': 'x' is no whole number", "`diffkb undo --help`"),
        (["move", "1", "--year", "0"], "0 is not from 1 to 9999", "`diffkb move --help`"),
        (["add", "--title", " "], "--title is empty", "--title takes the words of a title"),
        (["edit", "1", "title="], "title= is empty", "title= takes words"),
        (["config", "path", "--jsn"], "no such option: --jsn", "did you mean `--json`?"),
        (["config", "get"], "missing argument 'KEY'", "`diffkb config get --help`"),
        (["config", "path", "x"], "got unexpected extra argument(s) (x)", "`diffkb config path"),
        (["--base"], "option '--base' requires an argument", "`diffkb --help`"),
        (["config", "path", "--base"], "option '--base' requires", "`diffkb config path --help`"),
        (["--color", "x", "config"], "'x' is none of auto, always, never", "`diffkb --help`"),
        (["config", "path", "--json=1"], "does not take a value", "`diffkb config path --help`"),
    ],
)
def test_a_command_put_wrongly_is_an_error_and_a_hint(
    run_diffkb: Runner, words: list[str], message: str, hint: str
) -> None:
    done = run_diffkb(*words)
    error, next_step = done.stderr.splitlines()
    assert done.returncode == 2
    assert done.stdout == ""
    assert error.startswith("error: ")
    assert message in error
    assert next_step.startswith("hint: ")
    assert hint in next_step


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["--json", "confg"], None),
        (["confg", "--json"], None),
        (["config", "path", "--bogus", "--json"], "config path"),
        (["--json", "config", "get"], "config get"),
        (["config", "--json", "get"], "config get"),
        (["config", "get", "nope", "--json"], "config get"),
        (["config", "nope", "--json"], "config"),
    ],
)
def test_with_json_an_error_is_one_object_on_standard_output(
    run_diffkb: Runner, words: list[str], command: str | None
) -> None:
    done = run_diffkb(*words)
    assert done.stdout.count("\n") == 1
    answer = json.loads(done.stdout)
    assert answer.keys() == ENVELOPE
    assert (answer["schema"], answer["command"], answer["status"]) == (1, command, "error")
    assert answer["exit_code"] == done.returncode == 2
    assert answer["data"] is None
    [error] = answer["errors"]
    assert error.keys() == {"code", "message", "hint", "ref", "line"}


def test_json_after_two_dashes_is_no_option(run_diffkb: Runner) -> None:
    assert run_diffkb("config", "path", "--", "--json").stdout == ""


@pytest.mark.parametrize(
    "words",
    [
        ("--json", "config", "path"),
        ("config", "--json", "path"),
        ("config", "path", "--json"),
    ],
)
def test_global_options_stand_anywhere(run_diffkb: Runner, words: tuple[str, ...]) -> None:
    answer = json.loads(run_diffkb(*words).stdout)
    assert (answer["command"], answer["status"], answer["errors"]) == ("config path", "ok", [])


@pytest.mark.parametrize("words", [("-q", "try"), ("try", "-q"), ("try", "--quiet", "--verbose")])
def test_quiet_leaves_out_what_is_going_on(
    run_python: Runner, program: Callable[..., str], words: tuple[str, ...]
) -> None:
    done = run_python(program("run.say('a'); run.hint('b'); run.warn('c')"), *words)
    assert done.stderr == "warning: c\n"


def test_every_global_option_reaches_the_command(
    run_python: Runner, program: Callable[..., str]
) -> None:
    body = "print(run.base.path, run.color, run.offline, run.verbose, run.debug, run.terminal)"
    words = ("--base", "x.sqlite", "--color", "always", "--offline", "-v", "--debug")
    before = run_python(program(body), *words, "try")
    after = run_python(program(body), "try", *words)
    assert before.stdout == after.stdout == "x.sqlite True True True True False\n"


def test_the_option_after_the_command_beats_the_one_before(
    run_python: Runner, program: Callable[..., str]
) -> None:
    done = run_python(program("print(run.base.path)"), "--base", "a", "try", "--base", "b")
    assert done.stdout == "b\n"


def test_offline_may_be_a_variable(run_python: Runner, program: Callable[..., str]) -> None:
    done = run_python(program("print(run.offline)"), "try", env={"DIFFKB_OFFLINE": "1"})
    assert done.stdout == "True\n"


def test_what_a_command_returns_is_the_exit_status(
    run_python: Runner, program: Callable[..., str]
) -> None:
    assert run_python(program("return 1"), "try").returncode == 1
    assert run_python(program("return None"), "try").returncode == 0


def test_arguments_and_aliases_reach_the_command(
    run_python: Runner, program: Callable[..., str]
) -> None:
    body = "return run.answer([word] * times)"
    done = run_python(program(body), "attempt", "a", "--times", "2", "--json")
    answer = json.loads(done.stdout)
    assert (answer["command"], answer["data"]) == ("try", ["a", "a"])


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ("errors.BadValue('--year', 'x', 'a year')", 2),
        ("errors.EntryNotFound('x')", 3),
        ("errors.AlreadyThere('f', hint='use another')", 4),
        ("errors.UnreadableInput('f', 'why')", 5),
        ("errors.Offline('arXiv')", 6),
        ("errors.BaseLocked('f')", 7),
    ],
)
def test_an_error_of_diffkb_ends_with_its_status(
    run_python: Runner, program: Callable[..., str], error: str, status: int
) -> None:
    done = run_python(program(f"raise {error}"), "try")
    assert done.returncode == status
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["error", "hint"]


def test_a_bug_is_one_line_and_how_to_report_it(
    run_python: Runner, program: Callable[..., str]
) -> None:
    path = program("raise ValueError('of \\x1b[31m colour')")
    done = run_python(path, "try")
    assert done.returncode == 70
    error, hint = done.stderr.splitlines()
    assert error == "error: diffkb met a bug: ValueError: of \\x1b[31m colour"
    assert "--debug" in hint
    with_traceback = run_python(path, "try", "--debug")
    assert "Traceback (most recent call last)" in with_traceback.stderr
    assert with_traceback.returncode == 70
    assert json.loads(run_python(path, "try", "--json").stdout)["errors"][0]["code"] == "bug"


@pytest.mark.parametrize("raised", ["KeyboardInterrupt", "typer.Abort", "EOFError"])
def test_an_interruption_is_quiet(
    run_python: Runner, program: Callable[..., str], raised: str
) -> None:
    done = run_python(program(f"raise {raised}"), "try")
    assert (done.returncode, done.stderr) == (130, "error: interrupted\n")


def test_control_c_is_an_interruption(
    program: Callable[..., str], clean_environment: dict[str, str]
) -> None:
    path = program("print('ready', flush=True); time.sleep(30)")
    with subprocess.Popen(
        [sys.executable, path, "try"],
        env=clean_environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=30)
    assert (process.returncode, stderr) == (130, b"error: interrupted\n")


@pytest.mark.parametrize(
    "body",
    [
        "[print('a line of some length', n) for n in range(100_000)]",
        "print('little'); time.sleep(0.3)",
        "sys.stdout.write('x'); raise errors.EntryNotFound('x')",
        "run.answer(['x' * 50] * 10_000)",
    ],
)
def test_a_closed_pipe_ends_silently(
    program: Callable[..., str], clean_environment: dict[str, str], body: str
) -> None:
    with subprocess.Popen(
        [sys.executable, program(body), "try"],
        env=clean_environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        stderr = process.stderr.read().decode()
    assert "Traceback" not in stderr
    assert "BrokenPipe" not in stderr
    assert process.returncode == 141


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no full device")  # noqa: PTH110
@pytest.mark.parametrize(
    "body",
    ["print('x')", "[print('x' * 100) for n in range(9_999)]", "return run.answer('x' * 10_000)"],
)
@pytest.mark.parametrize("option", ["--json", "--quiet"])
def test_output_without_room_is_a_storage_error(
    program: Callable[..., str], clean_environment: dict[str, str], body: str, option: str
) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, program(body), "try", option],
            env=clean_environment,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 7
    error, *hints = done.stderr.decode().splitlines()
    assert error.startswith("error: the output cannot be written")
    assert [hint[:6] for hint in hints] == ([] if option == "--quiet" else ["hint: "])


def test_messages_never_land_in_the_data(
    program: Callable[..., str], clean_environment: dict[str, str]
) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f"'{sys.executable}' '{program('run.warn(word); print(1)')}' try 2>&-"],
        env=clean_environment,
        stdout=subprocess.PIPE,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, b"1\n")


@pytest.mark.parametrize(
    "variables",
    [
        {"LANG": "C", "LC_ALL": "C"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "utf-8:strict"},
    ],
)
def test_no_character_is_too_much_for_a_locale(
    run_python: Runner, program: Callable[..., str], variables: dict[str, str]
) -> None:
    path = program(r"print('書 \udcff'); run.warn('書 \udcff \U0001f600')")
    done = run_python(path, "try", env=variables)
    assert done.returncode == 0
    assert "\\udcff" in done.stderr


@pytest.mark.parametrize("variables", [{}, {"PYTHONIOENCODING": "latin-1"}, {"LC_ALL": "C"}])
def test_json_is_utf8_in_every_locale(
    run_python: Runner, program: Callable[..., str], variables: dict[str, str]
) -> None:
    path = program(r"return run.answer('書 \U0001f600 \udcff')")
    done = run_python(path, "try", env=variables, binary=True)
    assert json.loads(done.stdout.decode("utf-8", "strict"))["data"] == "書 😀 �"


def test_an_argument_that_is_no_unicode_is_told(run_diffkb: Runner) -> None:
    done = run_diffkb("\udcff")
    assert done.returncode == 2
    assert done.stderr.startswith("error: there is no command `\\udcff`")
    assert json.loads(run_diffkb("\udcff", "--json").stdout)["errors"][0]["ref"] == "�"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 書 😀", "plain é 書 😀"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("a\rb\nc\td", "a\\rb\\nc\\td"),
        ("\x7f\x80\x9b", "\\x7f\\x80\\x9b"),
        ("\u202eabc\u2066", "\\u202eabc\\u2066"),
        ("\u2028\ufeff", "\\u2028\ufeff"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("\udc80", "\\udc80"),
    ],
)
def test_nothing_printable_steers_a_terminal(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_what_is_to_be_kept_is_kept() -> None:
    assert printable("a\nb\x1b", keep="\n") == "a\nb\\x1b"


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize("words", [[], ["config"], ["config", "get"], ["config", "set"]])
def test_help_is_plain_where_nobody_watches(
    run_diffkb: Runner, words: list[str], option: str
) -> None:
    done = run_diffkb(*words, option)
    assert done.returncode == 0
    assert done.stdout.startswith(" ".join(["Usage: diffkb", *words]))
    assert "Global options:" in done.stdout
    assert done.stdout.isascii()
    assert done.stderr == ""


def test_help_shows_the_line_of_the_table_and_the_examples(
    run_python: Runner, program: Callable[..., str]
) -> None:
    path = program("return None")
    listing = run_python(path, "--help").stdout
    assert ["try", "Tries", "[something]."] in [line.split() for line in listing.splitlines()]
    shown = run_python(path, "try", "--help").stdout
    assert "Tries [something]." in shown
    assert shown.endswith("\nExamples:\n  diffkb try a --times 2\n")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
@pytest.mark.parametrize("words", [["--help"], ["try", "--help"]])
def test_help_goes_through_rich_on_a_terminal(
    program: Callable[..., str], clean_environment: dict[str, str], words: list[str]
) -> None:
    done = on_a_terminal([sys.executable, program("return None"), *words], clean_environment)
    assert "╭─" in done
    assert "Tries [something]." in done


def on_a_terminal(words: list[str], environment: dict[str, str]) -> str:
    """Runs a program whose standard output and error are a terminal; returns what it shows."""
    import pty

    main, terminal = pty.openpty()
    settings = {**environment, "TERM": "xterm", "COLUMNS": "100", "NO_COLOR": ""}
    with subprocess.Popen(words, env=settings, stdout=terminal, stderr=terminal) as process:
        os.close(terminal)
        shown = b""
        # Reading from a pseudo-terminal whose other end is closed is an error on Linux.
        try:
            while part := os.read(main, 4096):
                shown += part
        except OSError:
            pass
        process.wait(timeout=30)
    os.close(main)
    return shown.decode()


def test_the_label_of_an_error_is_coloured_on_a_terminal_only(
    clean_environment: dict[str, str], run_diffkb: Runner
) -> None:
    program = [sys.executable, "-m", "diffkb", "nope"]
    assert "\x1b[31;1merror:" in on_a_terminal(program, clean_environment)
    never = on_a_terminal([*program[:-1], "--color", "never", "nope"], clean_environment)
    assert "\x1b" not in never
    assert "\x1b" not in run_diffkb("nope").stderr
    assert "\x1b[31;1merror:" in run_diffkb("--color", "always", "nope").stderr


def test_without_a_command_the_overview_runs(
    run_python: Runner, program: Callable[..., str]
) -> None:
    path = program("return run.answer('seen', exit_code=1) if run.json else 1", name="overview")
    done = run_python(path, "--json")
    assert (done.returncode, json.loads(done.stdout)["command"]) == (1, "overview")
    assert run_python(path).returncode == 1


def test_the_version_is_one_line(run_diffkb: Runner) -> None:
    done = run_diffkb("--version")
    assert done.stdout.startswith("diffkb ")
    assert run_diffkb("config", "path", "--version").stdout == done.stdout


def complete(shell: str, line: str) -> dict[str, str]:
    """Returns the variables by which a shell asks how a line may go on."""
    words = line.split(" ")
    asking = {"_DIFFKB_COMPLETE": f"complete_{shell}"}
    if shell == "bash":
        return {**asking, "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    return {**asking, "_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("diffkb conf", "config"),
        ("diffkb ", "config"),
        ("diffkb config g", "get"),
        ("diffkb --verb", "--verbose"),
        ("diffkb config path --js", "--json"),
        ("diffkb --color ne", "never"),
    ],
)
def test_shells_complete_names_and_options(
    run_diffkb: Runner, shell: str, line: str, word: str
) -> None:
    done = run_diffkb(env=complete(shell, line))
    assert done.returncode == 0
    assert word in done.stdout
    assert done.stderr == ""


def test_completion_that_fails_says_nothing(
    run_python: Runner, program: Callable[..., str]
) -> None:
    path = program("return 0")
    failing = (
        Path(path).read_text().replace("typer.Argument()", "typer.Argument(autocompletion=max)")
    )
    Path(path).write_text(failing)
    done = run_python(path, env=complete("bash", "diffkb try "))
    assert (done.stdout, done.stderr) == ("", "")
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("shell", "sign"),
    [
        ("bash", "complete -o default"),
        ("zsh", "#compdef diffkb"),
        ("fish", "complete --command diffkb"),
    ],
)
def test_completion_is_shown_and_installed(
    run_diffkb: Runner, tmp_path: Path, shell: str, sign: str
) -> None:
    # Which shell it is would be read off the processes around the test.
    named = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    assert sign in run_diffkb("--show-completion", shell, env=named).stdout
    assert run_diffkb("--install-completion", shell, env=named).returncode == 0
    installed = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert any(sign in file.read_text() for file in installed)


def test_a_command_in_a_folder_that_is_gone_still_answers(
    run_python: Runner, program: Callable[..., str], tmp_path: Path
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    path = program("print(run.base.origin)")
    leave = f"import os, runpy; os.rmdir({str(gone)!r}); runpy.run_path({path!r})"
    done = run_python("-c", leave, "try", cwd=gone)
    assert done.stdout.strip() in {"user", "shipped"}

"""`diffkb edit` as people use it: values, facts by hand, and the editor in a terminal."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cli.conftest import Paper
from tests.conftest import SECONDS, read_to_the_end
from tests.journal import last_step, rows, take_back

from diffkb.errors import BadValue, UsageError
from diffkb.services.assigning import FIELDS, split_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Arxiv

    Call = Callable[..., Any]

TITLE = "Denoising Diffusion Probabilistic Models"


def exported(call: Call) -> str:
    text: str = call("export", "markdown").stdout
    return text


def test_values_are_written_where_they_stand(call: Call) -> None:
    before = exported(call)
    done = call("edit", "12", "title=Noise, *taken* away", "wr=none")
    assert (done.status, done.stdout) == (0, f'edited 12 "{TITLE}" (title, wr)\n')
    old = f"[{TITLE}](https://arxiv.org/abs/2006.11239)  **WR=3**"
    new = "[Noise, *taken\\* away](https://arxiv.org/abs/2006.11239)"
    assert exported(call) == before.replace(old, new)
    assert call("show", "12", "--json").data["entries"][0]["title"] == "Noise, *taken* away"


def test_a_dry_run_is_a_diff_and_changes_nothing(call: Call, base: Path) -> None:
    held = base.read_bytes()
    done = call("edit", "12", "title=Noise", "--dry-run")
    assert done.status == 0
    changed = [line for line in done.stdout.splitlines() if re.match(r"[-+](?!--|\+\+)", line)]
    assert [line[:8] for line in changed] == ["-- [Deno", "+- [Nois"]
    assert base.read_bytes() == held


def test_facts_by_hand_are_told_with_their_source_and_stay_when_sources_answer(
    call: Call, arxiv: Arxiv
) -> None:
    arxiv.papers = {"2006.11239": Paper(TITLE, "2020-06-19", doi="10.5555/other")}
    before = exported(call)
    words = ("authors=Ho, Jonathan; Jain, Ajay", "venue=NeurIPS", "published=2020-12", "doi=10.1/a")
    assert call("edit", "12", *words).status == 2
    words = (*words[:3], "doi=10.1234/a")
    done = call("edit", "12", *words)
    assert done.stdout == f'edited 12 "{TITLE}" (authors, venue, published, doi)\n'
    assert call("refresh", "12").status == 0
    answer = call("show", "12", "--json").data
    [entry] = answer["entries"]
    told = [entry[name] for name in ("venue", "published", "doi", "arxiv_id")]
    assert told == ["NeurIPS", "2020-12", "10.1234/a", "2006.11239"]
    assert [one["family"] for one in entry["authors"]] == ["Ho", "Jain"]
    assert answer["proposals"] == []
    sources = {one["name"]: one["source"] for one in answer["facts"] if one["chosen"]}
    assert {sources[name] for name in ("authors", "venue", "published", "doi")} == {"curator"}
    assert "[curator, " in call("show", "12").stdout
    assert call("edit", "12", "authors=", "venue=", "published=", "doi=").status == 0
    assert call("refresh", "12", "--refetch").status == 0
    answer = call("show", "12", "--json").data
    assert [one["identifier"]["value"] for one in answer["proposals"]] == ["10.5555/other"]
    [entry] = answer["entries"]
    told = [entry[name] for name in ("venue", "published", "doi")]
    assert told == ["NeurIPS 2020", "2020-06-19", None]
    assert exported(call) == before


def test_many_are_edited_at_once_when_a_person_means_it(call: Call, base: Path) -> None:
    held = base.read_bytes()
    refused = call("edit", "section:Foundations", "wr=1")
    assert refused.status == 2
    assert "--yes" in refused.stderr
    assert base.read_bytes() == held
    done = call("edit", "section:Foundations", "wr=1", "--yes", "--json")
    outcomes = [one["outcome"] for one in done.data["results"]]
    assert (done.status, outcomes.count("changed"), len(outcomes)) == (0, 7, 8)
    [(summary,)] = [(one["summary"],) for one in call("show", "12", "--json").data["history"][-1:]]
    assert summary.startswith("edited 7 entries (wr): ")


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("12", "wr=4"), 2, "wr-out-of-scale"),
        (("12", "wr=many"), 2, "bad-value"),
        (("12", "titel=x"), 2, "usage"),
        (("12", "title="), 2, "bad-value"),
        (("12", "title=a", "title=b"), 2, "usage"),
        (("12", "published=2020-13"), 2, "bad-value"),
        (("12", "doi=2006.11239"), 2, "bad-value"),
        (("12", "key=a b"), 2, "bad-value"),
        (("12", "key=12"), 2, "bad-value"),
        (("12", "section=Nowhere"), 3, "section-not-found"),
        (("99", "wr=1"), 3, "entry-not-found"),
        (("12", "year="), 4, "cannot-write"),
        (("13", "arxiv=2006.11239"), 4, "identifier-taken"),
        (("13", "key=ho2020denoising"), 4, "key-taken"),
        (("wr=1",), 2, "usage"),
        (("12",), 2, "usage"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_changes(
    call: Call, base: Path, words: tuple[str, ...], status: int, code: str
) -> None:
    held = base.read_bytes()
    done = call("edit", *words, "--json")
    [error] = json.loads(done.stdout)["errors"]
    assert (done.status, error["code"], bool(error["hint"])) == (status, code, True)
    assert base.read_bytes() == held


HOSTILE = st.sampled_from(
    [
        "\x1b[2J",
        "a\0b",
        "\ud800",
        "\udcff",
        "\u202eabc\u202c",
        "'; DROP TABLE entries; --",
        "--help",
        "-x",
        "=1+1",
        "](https://example.org)",
        "**WR=1**",
        "\n\n# A heading\n\n",
        "\r",
        "<!--",
        "```",
        "| a | b |",
        "\u2028",
        "x" * 100_000,
    ]
) | st.text(max_size=20)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(name=st.sampled_from(FIELDS), value=HOSTILE)
def test_no_value_breaks_anything(call: Call, base: Path, name: str, value: str) -> None:
    before, held = exported(call), rows(base)
    done = call("edit", "12", f"{name}={value}", "--json")
    assert done.status in {0, 2, 3, 4}
    if done.status == 0 and json.loads(done.stdout)["data"]["step"] is not None:
        take_back(base, last_step(base))
    assert exported(call) == before
    assert rows(base) == held


def test_a_title_of_a_megabyte_is_written_in_a_moment(call: Call) -> None:
    title = "words [and] more " * 60_000
    assert call("edit", "12", f"title={title}").status == 0
    [entry] = call("show", "12", "--json").data["entries"]
    assert entry["title"] == title.strip()


@pytest.mark.parametrize("word", ["https://example.org/?a=b", "E=mc2", "x", "foo=bar"])
def test_what_gives_no_field_a_value_names_an_entry(word: str) -> None:
    assert split_words([word, "wr=1"]) == ([word], {"wr": 1})


@pytest.mark.parametrize(
    ("word", "error"),
    [("Titles=x", UsageError), ("year=20", BadValue), ("url=nowhere", BadValue)],
)
def test_what_is_put_wrongly_is_said(word: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        split_words([word])


class Keyboard:
    """A person at a terminal whose editor is a script.

    Attributes:
        shown: what the terminal showed.
        status: what the program ended with.
    """

    def __init__(self, folder: Path, base: Path) -> None:
        self.folder = folder
        self.environ = {"HOME": str(folder), "DIFFKB_BASE": str(base), "TMPDIR": str(folder)}
        self.shown = ""
        self.status = 0

    def edit(self, script: str, *words: str, **variables: str) -> None:
        """Runs `diffkb edit` with an editor that runs a Python script on the file `path`."""
        import pty

        editor = self.folder / "editor.py"
        editor.write_text(f"import sys, pathlib\npath = pathlib.Path(sys.argv[-1])\n{script}\n")
        main, terminal = pty.openpty()
        source = str(Path(__file__).parents[2] / "src")
        with subprocess.Popen(
            [sys.executable, "-m", "diffkb", "edit", *words],
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": source,
                "TERM": "xterm",
                "NO_COLOR": "1",
                **self.environ,
                "EDITOR": f"'{sys.executable}' '{editor}'",
                **variables,
            },
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
        ) as process:
            os.close(terminal)
            self.shown = read_to_the_end(main).replace("\r\n", "\n")
            self.status = process.wait(timeout=SECONDS)

    @property
    def kept(self) -> list[Path]:
        """The files in which what was written is kept."""
        return sorted(self.folder.glob("diffkb-*.md"))


@pytest.fixture
def keyboard(tmp_path: Path, base: Path) -> Keyboard:
    """Gives a person at a terminal."""
    return Keyboard(tmp_path, base)


def replacing(old: str, new: str) -> str:
    """Gives a script that replaces words in the file."""
    return f"path.write_text(path.read_text().replace({old!r}, {new!r}))"


def test_what_the_editor_saves_is_the_entry(call: Call, keyboard: Keyboard) -> None:
    before = exported(call)
    keyboard.edit(replacing("WR=3", "WR=1"), "12")
    assert (keyboard.status, keyboard.kept) == (0, [])
    assert f'edited 12 "{TITLE}" as Markdown' in keyboard.shown
    old = f"{TITLE}](https://arxiv.org/abs/2006.11239)  **WR=3**"
    assert exported(call) == before.replace(old, old.replace("3**", "1**"))
    assert call("show", "12", "--json").data["entries"][0]["wr"] == 1


def test_what_was_left_as_it_is_changes_nothing(keyboard: Keyboard, base: Path) -> None:
    held = base.read_bytes()
    keyboard.edit("pass", "12")
    assert (keyboard.status, base.read_bytes()) == (0, held)
    assert "unchanged" in keyboard.shown


@pytest.mark.parametrize(
    "text", ["", "no entry at all\n", "- [A](b)\n\n- [C](d)\n", "## A heading\n", "- [A](#b)\n"]
)
def test_what_is_no_entry_is_refused_and_kept(keyboard: Keyboard, base: Path, text: str) -> None:
    held = base.read_bytes()
    keyboard.edit(f"path.write_text({text!r})", "12")
    assert keyboard.status == 4
    [kept] = keyboard.kept
    assert kept.read_text() == text
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert str(kept) in keyboard.shown.replace("\n", "")
    assert base.read_bytes() == held


def test_bytes_and_line_ends_that_were_not_touched_stay(
    call: Call, keyboard: Keyboard, tmp_path: Path
) -> None:
    file = tmp_path / "list.md"
    file.write_bytes(
        b"# L\r\n\r\n- [A](https://x.org/a) **WR=1**  \r\n  caf\xe9\r\n\r\n- [B](b)\r\n"
    )
    base = str(tmp_path / "own.sqlite")
    call("import", str(file), DIFFKB_BASE=base)
    script = "path.write_bytes(path.read_bytes().replace(b'[A]', b'[C]'))"
    keyboard.edit(script, "A", DIFFKB_BASE=base)
    assert keyboard.status == 0
    shown = call("export", "markdown", DIFFKB_BASE=base).stdout
    after = file.read_bytes().replace(b"[A]", b"[C]")
    assert shown.encode("utf-8", "surrogateescape") == after


def test_what_was_changed_meanwhile_is_not_lost(call: Call, keyboard: Keyboard) -> None:
    script = (
        "import subprocess\n"
        f"subprocess.run([{sys.executable!r}, '-m', 'diffkb', 'rate', '12', '1'], check=True)\n"
        + replacing("WR=3", "WR=2")
    )
    keyboard.edit(script, "12")
    assert keyboard.status == 4
    assert "was changed while it was open" in keyboard.shown
    assert len(keyboard.kept) == 1
    assert call("show", "12", "--json").data["entries"][0]["wr"] == 1


@pytest.mark.parametrize(
    ("editor", "words"),
    [("/nowhere/vi", ("12",)), ("'", ("12",)), ("false", ("12",)), ("true", ("12", "13"))],
)
def test_an_editor_that_cannot_be_used_is_said(
    keyboard: Keyboard, base: Path, editor: str, words: tuple[str, ...]
) -> None:
    held = base.read_bytes()
    keyboard.edit("", *words, VISUAL=editor)
    assert (keyboard.status, keyboard.kept, base.read_bytes()) == (2, [], held)
    assert "error: " in keyboard.shown

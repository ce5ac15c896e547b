"""The verbs that change entries, as people type them: what they say, refuse and leave alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.journal import ask, last_step, rows, take_back

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[..., Any]

DDPM = '12 "Denoising Diffusion Probabilistic Models"'
STARRED = """\
# Waves

- ✅ [Slow Waves in Shallow Water](https://example.org/slow.pdf) `tides` ⭐⭐
- [On Tides and their Causes](https://example.org/tides.pdf) `tides` `moon`
- [Fast Waves in Deep Water](https://example.org/deep.pdf) `deep` ⭐⭐⭐⭐⭐
- ✅ [Waves that Never Break](https://example.org/never.pdf) `deep`
"""
TASKS = """\
# To read

- [x] [Slow Waves in Shallow Water](https://example.org/slow.pdf)
- [ ] [On Tides and their Causes](https://example.org/tides.pdf)
"""
KITES = """\
# Kites

- [Kites in Light Wind](https://example.org/light.pdf)
  - [Kites in No Wind](https://example.org/no.pdf)
- [Kites in High Wind](https://example.org/high.pdf)
- [Kites in the Rain](https://example.org/rain.pdf)
- [Kites in the Snow](https://example.org/snow.pdf)
"""


@pytest.fixture
def import_list(call: Call, base: Path, tmp_path: Path) -> Callable[[str], None]:
    """Gives a function that makes the base of the test one of a list, and nothing else."""

    def import_text(text: str) -> None:
        file = tmp_path / "list.md"
        file.write_text(text)
        base.unlink()
        assert call("import", str(file)).status == 0

    return import_text


def export(call: Call) -> str:
    text: str = call("export", "markdown").stdout
    return text


def step_summary(base: Path) -> str:
    [(summary,)] = ask(base, "SELECT summary FROM steps WHERE id = ?", last_step(base))
    return str(summary)


def test_a_mark_is_changed_and_said(call: Call, base: Path) -> None:
    before, held = export(call), rows(base)
    done = call("rate", "2006.11239", "1")
    assert (done.status, done.stdout, done.stderr) == (0, f"rated {DDPM} 1\n", "")
    line = "[Denoising Diffusion Probabilistic Models](https://arxiv.org/abs/2006.11239)  **WR=3**"
    assert export(call) == before.replace(line, line.replace("WR=3", "WR=1"))
    assert step_summary(base) == f"rated {DDPM} 1"
    [(who,)] = ask(base, "SELECT who FROM steps WHERE id = ?", last_step(base))
    assert who
    take_back(base, last_step(base))
    assert rows(base) == held


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("rate", "12", "4"), 2, "wr-out-of-scale"),
        (("rate", "12", "0"), 2, "wr-out-of-scale"),
        (("rate", "12", "9" * 400), 2, "bad-value"),
        (("rate", "12", "high"), 2, "bad-value"),
        (("rate", "12"), 2, "usage"),
        (("rate",), 2, "usage"),
        (("rate", "wr:3", "12", "2"), 2, "usage"),
        (("rate", "no such words", "2"), 3, "entry-not-found"),
        (("rate", "diffusion", "2"), 4, "ambiguous-ref"),
        (("rate", "-Q", "yaer:2020", "2"), 2, "bad-query"),
        (("rate", "12", "13", "2"), 2, "usage"),
        (("tag", "12"), 2, "usage"),
        (("tag", "12", "+"), 2, "bad-value"),
        (("note", "12", "two", "words"), 2, "usage"),
        (("move", "12"), 2, "usage"),
        (("move", "12", "--top", "--bottom"), 2, "usage"),
        (("move", "12", "--top", "--after", "8"), 2, "usage"),
        (("move", "12", "--before", "8", "--after", "8"), 2, "usage"),
        (("move", "12", "--create", "--top"), 2, "usage"),
        (("move", "12", "--after", "12"), 2, "usage"),
        (("move", "12", "--after", "999"), 3, "entry-not-found"),
        (("move", "12", "--section", "Inverse problem"), 3, "section-not-found"),
        (("rm",), 2, "usage"),
        (("rm", "999"), 3, "entry-not-found"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_to_type(
    call: Call, base: Path, words: tuple[str, ...], status: int, code: str
) -> None:
    held = rows(base)
    done = call(*words, "--json")
    answer = json.loads(done.stdout)
    [error] = answer["errors"]
    assert (done.status, answer["exit_code"], error["code"]) == (status, status, code)
    assert error["hint"]
    assert rows(base) == held


@pytest.mark.parametrize(
    "words",
    [
        ("rate", "12", "1"),
        ("tag", "12", "+x"),
        ("note", "12", "Read it."),
        ("move", "12", "--top"),
        ("edit", "12", "title=Another"),
        ("rm", "12"),
        ("section", "add", "New"),
        ("merge", "12", "13"),
        ("add", "--title", "Without a Link"),
        ("add", "2006.11239", "--no-fetch"),
    ],
)
def test_quiet_is_silent_about_what_was_done(
    call: Call, base: Path, words: tuple[str, ...]
) -> None:
    held = rows(base)
    rehearsed = call(*words, "--dry-run", "--quiet")
    assert (rehearsed.status, rows(base)) == (0, held)
    assert rehearsed.stdout or rehearsed.stderr == ""
    done = call(*words, "--quiet")
    assert (done.status, done.stdout, done.stderr) == (0, "", "")


def test_a_document_says_which_entry_is_meant(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "mine.md"
    file.write_text("# Mine\n\n- [Denoising](https://arxiv.org/abs/2006.11239)\n")
    assert call("import", str(file)).status == 0
    [mine] = call("list", "document:Mine", "--format", "ids").stdout.split()
    both = ("rate", "2006.11239", "2")
    assert call(*both).status == 4
    assert call(*both, "--document", "mine").stdout == f'rated {mine} "Denoising" 2\n'
    assert call("read", "denoising", "--document", "Mine").stdout == f'read {mine} "Denoising"\n'
    assert call("tag", "read:yes", "+x", "--document", "Mine").stdout.split()[1] == mine
    done = call("rm", "12", "--document", "Mine")
    assert (done.status, done.stderr.splitlines()[0]) == (
        3,
        'error: no entry of "Mine" is meant by `12`',
    )
    assert call("rm", "12", "--document", "Yours").status == 3
    # Where the place is another entry, that one is of the document too.
    assert call("move", mine, "--after", "12", "--document", "Mine").status == 3


def test_more_than_one_entry_needs_a_yes(call: Call) -> None:
    done = call("rate", "12", "13", "2")
    assert done.stdout == ""
    assert "error: this would rate 2 entries" in done.stderr
    assert "hint: `diffkb rate 12 13 2 --yes` says that you mean it" in done.stderr
    done = call("rate", "12", "13", "2", "--yes")
    assert done.stdout == f"rated {DDPM} 2\n"
    assert done.stderr.startswith('unchanged 13 "Generative Modeling')


def test_a_query_names_many_and_its_step_is_one(call: Call, base: Path) -> None:
    steps = last_step(base)
    done = call("rate", "section:Foundations wr:3", "2", "--yes", "--json")
    assert {one["after"]["wr"] for one in done.data["results"]} == {2}
    assert {one["before"]["wr"] for one in done.data["results"]} == {3}
    assert {one["outcome"] for one in done.data["results"]} == {"changed"}
    assert done.data["step"] == last_step(base) == steps + 1
    count = len(done.data["results"])
    assert step_summary(base).startswith(f"rated {count} entries 2: ")
    assert call("rate", "-Q", "section:Foundations wr:3", "1").stderr == (
        "no entry is found by that query\n"
    )


def test_all_or_none_are_changed_and_the_one_at_fault_is_named(
    call: Call, base: Path, import_list: Callable[[str], None]
) -> None:
    import_list(KITES)
    held = rows(base)
    done = call("move", "3", "1", "--bottom", "--yes", "--json")
    [error] = json.loads(done.stdout)["errors"]
    assert (done.status, error["code"], error["ref"]) == (4, "cannot-write", "1")
    assert error["message"].startswith('1 "Kites in Light Wind": ')
    assert rows(base) == held


def test_a_dry_run_shows_the_lines_and_changes_nothing(call: Call, base: Path) -> None:
    held = base.read_bytes()
    done = call("rate", "12", "1", "--dry-run")
    assert done.stderr == f"would rate {DDPM} 1\n"
    lines = done.stdout.splitlines()
    assert lines[0] == "--- Knowledge Base - Diffusion Models"
    assert [line[0] for line in lines[3:]] == list("   -+   ")
    assert base.read_bytes() == held
    told = call("rate", "12", "1", "--dry-run", "--json").data
    assert told["diff"] == done.stdout
    assert (told["results"][0]["outcome"], told["step"]) == ("would-change", None)
    assert base.read_bytes() == held


def test_a_dry_run_keeps_bytes_that_are_not_utf8(run_diffkb: Any, tmp_path: Path) -> None:
    (tmp_path / "list.md").write_bytes(b"# A\r\n\r\n- [Caf\xe9](https://example.org/1)\r\n")
    env = {"DIFFKB_BASE": str(tmp_path / "new.sqlite")}
    assert run_diffkb("import", "list.md", env=env).returncode == 0
    done = run_diffkb("rate", "1", "2", "--dry-run", env=env, binary=True)
    assert b"-- [Caf\xe9](https://example.org/1)\r\n" in done.stdout
    assert b"+- [Caf\xe9](https://example.org/1) **WR=2**\r\n" in done.stdout


def test_the_diff_is_one_that_patch_takes(call: Call, tmp_path: Path) -> None:
    patch = shutil.which("patch")
    if patch is None:
        pytest.skip("the program patch is not installed")
    file = tmp_path / "list.md"
    file.write_text(export(call))
    words = ("move", "12", "26", "40", "--after", "8", "--yes")
    diff = call(*words[:-1], "--dry-run").stdout
    done = subprocess.run([patch, str(file)], input=diff, text=True, check=False)
    assert done.returncode == 0
    assert call(*words).status == 0
    assert file.read_text() == export(call)


def test_a_dry_run_needs_no_base_of_ones_own(run_diffkb: Any, tmp_path: Path) -> None:
    done = run_diffkb("rate", "12", "1", "--dry-run")
    assert (done.returncode, done.stderr) == (0, f"would rate {DDPM} 1\n")
    assert not list(tmp_path.rglob("*.sqlite"))


def test_notes_go_on_are_replaced_and_taken_away(call: Call, base: Path) -> None:
    before, held = export(call), rows(base)
    old = call("note", "12").stdout.rstrip("\n")
    assert call("note", "12", "-- and more of it").status == 0
    assert call("note", "12").stdout == f"{old} -- and more of it\n"
    assert export(call) == before.replace(old, f"{old} -- and more of it")
    assert call("note", "12", "- a point").status == 0
    assert call("note", "12").stdout == f"{old} -- and more of it\n- a point\n"
    assert call("note", "12", "Short.", "--replace").stdout == f"noted {DDPM} anew\n"
    assert export(call) == before.replace(old, "Short.")
    assert call("note", "12", "", "--replace").stdout == f"noted {DDPM} no more\n"
    assert call("note", "12").stdout == ""
    for step in range(last_step(base), last_step(base) - 4, -1):
        take_back(base, step)
    assert rows(base) == held


@pytest.mark.parametrize("text", ["-x", "-qv", "--no such option", "--a=b c", "-- "])
def test_words_that_begin_with_a_dash_are_text(call: Call, text: str) -> None:
    assert call("note", "12", text, "--private").status == 0
    assert call("note", "12", "--private").stdout == f"{text.strip()}\n"


def test_a_misspelt_option_is_no_text(call: Call, base: Path) -> None:
    held = rows(base)
    assert call("note", "12", "--repalce", "words").status == 2
    assert rows(base) == held


def test_private_notes_stay_out_of_the_list(call: Call, base: Path) -> None:
    before = export(call)
    assert call("note", "12", "ask Ann", "--private").stdout == f"noted {DDPM} privately\n"
    assert call("note", "12", "--private", "twice").status == 0
    assert call("note", "12", "--private").stdout == "ask Ann twice\n"
    assert export(call) == before
    done = call("note", "12", "", "--private", "--replace", "--dry-run")
    assert (done.stdout, done.stderr.splitlines()[-1]) == ("", "the Markdown stays as it is")
    assert call("note", "12", "", "--private", "--replace").status == 0
    assert ask(base, "SELECT count(*) FROM notes WHERE kind = 'private'") == [(0,)]


def test_a_note_comes_from_standard_input(run_diffkb: Any, base: Path) -> None:
    env = {"DIFFKB_BASE": str(base)}
    done = run_diffkb("note", "12", "-", "--replace", env=env, stdin="One.\r\n\r\nTwo.  \n")
    assert done.returncode == 0
    assert run_diffkb("note", "12", env=env).stdout == "One.\n\nTwo.\n"


def test_bytes_of_a_note_that_are_not_utf8_stay(run_diffkb: Any, tmp_path: Path) -> None:
    text = b"# A\n\n- [One](https://example.org/1) **WR=1**  \nCaf\xe9 au lait.\n"
    (tmp_path / "list.md").write_bytes(text)
    env = {"DIFFKB_BASE": str(tmp_path / "new.sqlite")}
    assert run_diffkb("import", "list.md", env=env).returncode == 0
    assert run_diffkb("note", "1", "Noir.", env=env).returncode == 0
    export = run_diffkb("export", "markdown", env=env, binary=True).stdout
    assert export == text.replace(b"lait.", b"lait. Noir.")


def test_tags_stay_in_the_base_where_the_list_has_none(call: Call, base: Path) -> None:
    before, held = export(call), rows(base)
    assert call("tag", "12", "+Survey", "+to do").stdout == f"tagged {DDPM} +Survey +to do\n"
    assert call("tag", "12", "+survey").stderr == f"unchanged {DDPM}\n"
    assert export(call) == before
    assert call("rate", "12", "2").status == 0
    [entry] = call("list", "tag:survey", "--json").data["entries"]
    assert (entry["id"], sorted(entry["tags"])) == (12, ["Survey", "to do"])
    assert call("tag", "12", "-SURVEY", "--remove", "to do").stdout == (
        f"tagged {DDPM} -Survey -to do\n"
    )
    for step in range(last_step(base), last_step(base) - 3, -1):
        take_back(base, step)
    assert rows(base) == held


def test_tags_are_written_where_the_list_shows_such(
    call: Call, import_list: Callable[[str], None]
) -> None:
    import_list(STARRED)
    assert call("tag", "2", "+deep", "-moon").stdout.endswith("+deep -moon\n")
    assert export(call) == STARRED.replace("`tides` `moon`", "`tides` `deep`")


@pytest.mark.parametrize("tag", ["-v", "-q", "-h", "-Q", "-verbose", "--odd"])
def test_tags_that_look_like_options_are_taken_off_by_name(call: Call, tag: str) -> None:
    assert call("tag", "12", f"+{tag[1:]}").status == 0
    assert call("tag", "12", "--remove", tag[1:]).stdout.endswith(f" -{tag[1:]}\n")


def test_what_was_read_is_kept_in_the_base_where_the_list_has_no_marks(
    call: Call, base: Path
) -> None:
    before, held = export(call), rows(base)
    [first] = call("next", "--json").data["entries"]
    assert call("read", str(first["id"])).stdout == f'read {first["id"]} "{first["title"]}"\n'
    assert call("next", "--json").data["entries"] != [first]
    assert call("rate", str(first["id"]), "1").status == 0
    [entry] = call("show", str(first["id"]), "--json").data["entries"]
    assert entry["read"] is True
    assert call("list", "read:yes", "--format", "ids").stdout == f"{first['id']}\n"
    assert call("rate", str(first["id"]), str(first["wr"])).status == 0
    assert call("unread", str(first["id"])).status == 0
    assert call("next", "--json").data["entries"][0]["id"] == first["id"]
    assert export(call) == before
    for step in range(last_step(base), last_step(base) - 4, -1):
        take_back(base, step)
    assert rows(base) == held


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        (STARRED, ("read", "2"), "- ✅ [On Tides and their Causes]"),
        (STARRED, ("unread", "1"), "- [Slow Waves in Shallow Water]"),
        (TASKS, ("read", "2"), "- [x] [On Tides and their Causes]"),
        (TASKS, ("unread", "1"), "- [ ] [Slow Waves in Shallow Water]"),
    ],
)
def test_marks_of_reading_change_in_the_list_that_has_them(
    call: Call, import_list: Callable[[str], None], text: str, words: tuple[str, ...], line: str
) -> None:
    import_list(text)
    assert call(*words).status == 0
    after = export(call)
    assert line in after
    changed = [one for one in after.splitlines() if one not in text.splitlines()]
    assert [one.startswith(line) for one in changed] == [True]


def test_the_scale_is_that_of_the_list(call: Call, import_list: Callable[[str], None]) -> None:
    import_list(STARRED)
    assert call("rate", "1", "5").status == 0
    assert "⭐⭐⭐⭐⭐\n- [On Tides" in export(call)
    done = call("rate", "1", "6")
    assert done.status == 2
    assert "scale of 1 to 5" in done.stderr


def test_next_is_the_most_worth_reading_of_what_is_left(call: Call) -> None:
    listed = call("list", "--format", "jsonl", "--include-unrated", "--min-wr", "1").stdout
    entries = [json.loads(line) for line in listed.splitlines()]
    best = max(entry["wr"] or 0 for entry in entries)
    assert call("next", "--json").data["entries"] == [
        next(entry for entry in entries if entry["wr"] == best)
    ]
    [inverse] = call("next", "--section", "Inverse problems", "--json").data["entries"]
    assert inverse["section"][-1] == "Inverse problems"
    assert call("next", "title:nothing").stderr == "nothing is left to read there\n"


def test_moving_makes_sections_only_when_asked_and_year_groups_in_order(
    call: Call, base: Path
) -> None:
    before, held = export(call), rows(base)
    assert "--create makes a new one" in call("move", "12", "--section", "Oceans").stderr
    done = call("move", "12", "--section", "Inverse problems", "--year", "2019")
    assert done.stdout == f'moved {DDPM} to "Papers/Inverse problems", 2019\n'
    [entry] = call("show", "12", "--json").data["entries"]
    assert (entry["section"][-1], entry["year"]) == ("Inverse problems", 2019)
    assert call("move", "12", "--section", "Papers/Oceans", "--create").status == 0
    assert "### Oceans\n" in export(call)
    assert call("move", "12", "--after", "11").status == 0
    text = export(call)
    assert text.count("#### 2019") == before.count("#### 2019")
    for step in range(last_step(base), last_step(base) - 3, -1):
        take_back(base, step)
    assert (rows(base), export(call)) == (held, before)


def test_several_keep_the_order_in_which_they_are_named(call: Call) -> None:
    assert call("move", "30", "28", "26", "--before", "27", "--yes").status == 0
    order = call("list", "section:Inverse problems", "--format", "ids").stdout.split()
    at = order.index("27")
    assert order[at - 3 : at] == ["30", "28", "26"]
    assert call("move", "26", "27", "28", "--top", "--yes").status == 0
    order = call("list", "section:Inverse problems", "--format", "ids").stdout.split()
    assert order[:3] == ["26", "27", "28"]


def test_what_stands_there_already_is_left_unchanged(call: Call, base: Path) -> None:
    steps = last_step(base)
    assert call("move", "12", "--after", "11").stderr == f"unchanged {DDPM}\n"
    assert call("move", "12", "--bottom").stderr == f"unchanged {DDPM}\n"
    done = call("move", "12", "--section", "Foundations", "--year", "2020")
    assert (done.status, done.stderr) == (0, f"unchanged {DDPM}\n")
    assert call("rate", "12", "3", "--json").data["results"][0]["outcome"] == "unchanged"
    assert last_step(base) == steps


def test_what_is_removed_goes_with_its_work_unless_another_lists_it(call: Call, base: Path) -> None:
    held = rows(base)
    [(shared,)] = ask(
        base, "SELECT paper_id FROM entries GROUP BY paper_id HAVING count(*) > 1 LIMIT 1"
    )
    pair = [str(one) for (one,) in ask(base, "SELECT id FROM entries WHERE paper_id = ?", shared)]
    assert call("rm", pair[0]).status == 0
    assert ask(base, "SELECT count(*) FROM papers WHERE id = ?", shared) == [(1,)]
    done = call("rm", pair[1], "12", "--yes", "--json")
    assert [one["after"] for one in done.data["results"]] == [None, None]
    assert ask(base, "SELECT count(*) FROM papers WHERE id = ?", shared) == [(0,)]
    assert call("show", "12").status == 3
    for table in ("identifiers", "facts"):
        lost = f"SELECT count(*) FROM {table} WHERE paper_id NOT IN (SELECT id FROM papers)"
        assert ask(base, lost) == [(0,)]
    for step in (last_step(base), last_step(base) - 1):
        take_back(base, step)
    assert rows(base) == held


def test_what_is_nested_goes_before_what_holds_it(
    call: Call, import_list: Callable[[str], None]
) -> None:
    import_list(KITES)
    assert call("rm", "1").status == 4
    done = call("rm", "1", "2", "--yes")
    assert [line.split()[1] for line in done.stdout.splitlines()] == ["1", "2"]
    lines = KITES.splitlines(keepends=True)
    assert export(call) == "".join([*lines[:2], *lines[4:]])


def test_entries_of_two_lists_cannot_stand_beside_each_other(call: Call, tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# Other\n\n- [One](https://example.org/1)\n")
    assert call("import", str(tmp_path / "other.md")).status == 0
    [entry] = call("list", "--document", "other", "--json").data["entries"]
    done = call("move", str(entry["id"]), "--after", "12")
    assert (done.status, "different lists" in done.stderr) == (4, True)


@pytest.fixture
def at_keyboard(
    base: Path, tmp_path: Path, clean_environment: dict[str, str]
) -> Callable[..., tuple[int, str]]:
    """Gives a function that runs diffkb in a terminal of its own, where `typed` is typed."""

    def run(*words: str, typed: str = "", **variables: str) -> tuple[int, str]:
        import pty

        pid, handle = pty.fork()
        if pid == 0:
            environ = {**clean_environment, "TERM": "dumb", "DIFFKB_BASE": str(base), **variables}
            os.chdir(tmp_path)
            os.execve(sys.executable, [sys.executable, "-m", "diffkb", *words], environ)  # noqa: S606 - the program under test
        os.write(handle, typed.encode())
        shown = read_to_the_end(handle)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown

    return run


def read_to_the_end(handle: int) -> str:
    """Reads a terminal until nobody holds its other end, which on Linux is an error."""
    shown = b""
    with suppress(OSError):
        while part := os.read(handle, 65536):
            shown += part
    os.close(handle)
    return shown.decode().replace("\r\n", "\n")


@pytest.mark.parametrize(("typed", "status", "changed"), [("y\n", 0, True), ("n\n", 1, False)])
def test_at_the_keyboard_many_are_shown_and_asked_about(
    at_keyboard: Callable[..., tuple[int, str]],
    base: Path,
    typed: str,
    status: int,
    *,
    changed: bool,
) -> None:
    held = rows(base)
    done, shown = at_keyboard("move", "28", "26", "--top", typed=typed)
    assert "  would move 28 " in shown
    assert "move 1 entry? [y/N]" in shown
    assert (done, rows(base) != held) == (status, changed)
    if changed:
        order = ask(
            base,
            "SELECT e.id FROM entries e JOIN blocks b ON b.id = e.block_id WHERE e.group_id ="
            " (SELECT group_id FROM entries WHERE id = 26) ORDER BY b.position",
        )
        assert [one for (one,) in order][:2] == [28, 26]


def test_at_the_keyboard_a_note_opens_in_the_editor(
    at_keyboard: Callable[..., tuple[int, str]], call: Call, tmp_path: Path
) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\ncp "$1" seen\nprintf "One.\\n\\nTwo.  \\n" > "$1"\n')
    editor.chmod(0o700)
    before = call("note", "12").stdout
    assert at_keyboard("note", "12", VISUAL=f"'{editor}'", EDITOR="false")[0] == 0
    assert (tmp_path / "seen").read_text() == before
    assert call("note", "12").stdout == "One.\n\nTwo.\n"
    assert at_keyboard("note", "12", VISUAL=str(editor))[1].startswith("unchanged 12")


def test_what_was_written_and_cannot_be_used_is_kept(
    at_keyboard: Callable[..., tuple[int, str]],
    call: Call,
    import_list: Callable[[str], None],
    tmp_path: Path,
) -> None:
    import_list(
        "| Title | Paper |\n| --- | --- |\n| On Tides | [pdf](https://example.org/1) |\n"
        "| On Waves | [pdf](https://example.org/2) |\n"
    )
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "kept words\\n" > "$1"\n')
    editor.chmod(0o700)
    status, shown = at_keyboard("note", "1", VISUAL=str(editor), TMPDIR=str(tmp_path))
    assert status == 4
    [kept] = tmp_path.glob("diffkb-*-note-1.md")
    assert f"what you wrote is kept in {kept}" in shown
    assert kept.read_text() == "kept words\n"
    assert call("note", "1").stdout == ""


ODD = st.text(st.characters(exclude_characters="\0"), max_size=40).map(
    lambda text: (
        text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
        if text.isascii()
        else text
    )
)
TEXTS = st.one_of(
    ODD,
    st.sampled_from(
        [
            "'; DROP TABLE entries; --",
            "=HYPERLINK(1)",
            "-rf",
            "--",
            "+",
            "\x1b[31mred",
            "\u202eevil",
            "\udcff\udc80",
            "a\rb",
            "# heading\n\n- [x](y)",
            "```\nfence",
            "<!-- open",
            "| a | b |",
            "[a]: https://example.org",
            "@x",
            "wr:",
            "(",
            "x" * 100_000,
            "[" * 2_000,
        ]
    ),
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    verb=st.sampled_from(
        [
            ("note", "12", "{}"),
            ("note", "12", "{}", "--replace"),
            ("note", "12", "{}", "--private"),
            ("tag", "12", "+{}"),
            ("tag", "12", "--remove", "{}"),
            ("tag", "12", "-{}"),
            ("rate", "12", "{}"),
            ("rate", "{}", "2"),
            ("read", "{}"),
            ("rm", "-Q", "{}"),
            ("move", "12", "--section", "{}", "--create"),
            ("move", "12", "--before", "{}"),
            ("next", "{}"),
            ("next", "--section", "{}"),
        ]
    ),
    # A minus alone reads standard input, which no command has here.
    text=TEXTS.filter(lambda text: text != "-"),
)
@example(verb=("note", "12", "{}", "--replace"), text="x" * 1_000_000)
@example(verb=("tag", "12", "+{}"), text="x" * 1_000_000)
def test_no_text_brings_a_verb_down_or_changes_a_neighbour(
    call: Call, base: Path, verb: tuple[str, ...], text: str
) -> None:
    held = rows(base)
    lines = export(call).splitlines()
    step = last_step(base)
    done = call(*(word.replace("{}", text) for word in verb))
    assert done.status in {0, 2, 3, 4}, done.stderr
    assert "Traceback" not in done.stderr
    assert ask(base, "PRAGMA integrity_check") == [("ok",)]
    if last_step(base) == step:
        assert rows(base) == held
        return
    if verb[0] != "rm":
        now = {row[0]: row[8:] for row in rows(base)["entries"]}
        differ = {row[0] for row in held["entries"] if now.get(row[0]) != row[8:]}
        # Words may name any entry, but no more than one.
        assert differ <= {12} if verb[1] == "12" else len(differ) <= 1
    if verb[0] in {"note", "rate"}:
        left = export(call).splitlines()
        assert sum(one not in left for one in lines) <= 2
    take_back(base, last_step(base))
    assert rows(base) == held

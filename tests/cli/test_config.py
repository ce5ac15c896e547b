"""`diffkb config` as a person or a script meets it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Runner = Callable[..., subprocess.CompletedProcess[Any]]

FILE = ".config/diffkb/config.toml"


def test_it_lists_key_value_and_origin(run_diffkb: Runner) -> None:
    done = run_diffkb("config", env={"DIFFKB_PATIENCE": "5"})
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert ["patience", "5", "environment"] in rows
    assert ["color", "auto", "default"] in rows
    assert run_diffkb("config", "list", env={"DIFFKB_PATIENCE": "5"}).stdout == done.stdout


def test_path_is_where_set_writes(run_diffkb: Runner, tmp_path: Path) -> None:
    assert run_diffkb("config", "path").stdout == f"{tmp_path / FILE}\n"
    done = run_diffkb("config", "set", "contact", "ada@example.org")
    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / FILE).read_text() == 'contact = "ada@example.org"\n'
    assert run_diffkb("config", "get", "contact").stdout == "ada@example.org\n"


def test_the_variable_names_another_file(run_diffkb: Runner, tmp_path: Path) -> None:
    elsewhere = {"DIFFKB_CONFIG": str(tmp_path / "c.toml")}
    run_diffkb("config", "set", "patience", "5", env=elsewhere)
    assert (tmp_path / "c.toml").read_text() == "patience = 5\n"
    assert run_diffkb("config", "get", "patience", env=elsewhere).stdout == "5\n"


def test_a_key_that_is_not_set_shows_nothing(run_diffkb: Runner) -> None:
    done = run_diffkb("config", "get", "contact")
    assert (done.returncode, done.stdout) == (0, "")


def test_set_says_when_a_variable_goes_on_deciding(run_diffkb: Runner) -> None:
    done = run_diffkb("config", "set", "patience", "5", env={"DIFFKB_PATIENCE": "6"})
    assert done.returncode == 0
    assert "warning: DIFFKB_PATIENCE is set, and beats the file" in done.stderr


def test_a_saved_query_is_set_and_shown(run_diffkb: Runner) -> None:
    assert run_diffkb("config", "set", "@inbox", "wr:none").returncode == 0
    assert run_diffkb("config", "get", "@inbox").stdout == "wr:none\n"
    assert "@inbox\twr:none\tfile" in run_diffkb("config").stdout


def test_secrets_are_masked_in_the_list_and_whole_when_asked_for(run_diffkb: Runner) -> None:
    whole = "0123456789abcdefghij"
    run_diffkb("config", "set", "s2-key", whole)
    assert whole not in run_diffkb("config").stdout
    assert whole not in run_diffkb("config", "--json").stdout
    assert run_diffkb("config", "get", "s2-key").stdout == f"{whole}\n"


def test_an_unknown_key_has_a_nearest_one(run_diffkb: Runner) -> None:
    for words in (["get", "patiance"], ["set", "patiance", "3"]):
        done = run_diffkb("config", *words)
        assert done.returncode == 2
        assert "did you mean `patience`?" in done.stderr


def test_a_broken_file_stops_the_list_but_not_the_path(run_diffkb: Runner, tmp_path: Path) -> None:
    file = tmp_path / FILE
    file.parent.mkdir(parents=True)
    file.write_text("a = \n")
    done = run_diffkb("config", "--json")
    assert done.returncode == 5
    [error] = json.loads(done.stdout)["errors"]
    assert (error["code"], error["line"]) == ("unreadable-input", 1)
    assert run_diffkb("config", "path").returncode == 0


def test_json_of_each(run_diffkb: Runner, tmp_path: Path) -> None:
    def data(*words: str) -> Any:
        return json.loads(run_diffkb("config", *words, "--json").stdout)["data"]

    path = str(tmp_path / FILE)
    assert data("path") == {"path": path, "exists": False}
    assert data("set", "patience", "5") == {"path": path, "key": "patience"}
    assert data("get", "patience") == {"key": "patience", "value": 5.0, "origin": "file"}
    listed = data()
    assert listed["path"] == path
    assert {"key": "patience", "value": 5.0, "origin": "file"} in listed["settings"]

"""Which base is meant, and where the user's files are."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs
import pytest

from diffkb import paths
from diffkb.errors import BadValue, StorageError

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the XDG rule is Linux's")


def make_checkout(folder: Path, pyproject: str = '[project]\nname = "diffkb"\n') -> Path:
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "kb.sqlite").write_bytes(b"")
    (folder / "pyproject.toml").write_text(pyproject)
    return folder


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path / "home"), "XDG_DATA_HOME": str(tmp_path / "share")}


def test_the_option_beats_the_variable_the_checkout_and_the_user(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    checkout = make_checkout(tmp_path / "checkout")
    own = tmp_path / "share" / "diffkb" / "kb.sqlite"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"")
    named = {**environ, "DIFFKB_BASE": "/variable.sqlite"}

    by_option = paths.choose_base("/option.sqlite", named, checkout)
    by_variable = paths.choose_base(None, named, checkout)
    by_checkout = paths.choose_base(None, environ, checkout)
    by_user = paths.choose_base(None, environ, tmp_path)

    assert (by_option.origin, by_option.path) == ("option", Path("/option.sqlite"))
    assert (by_variable.origin, by_variable.path) == ("environment", Path("/variable.sqlite"))
    assert (by_checkout.origin, by_checkout.path) == ("checkout", checkout / "data" / "kb.sqlite")
    assert (by_user.origin, by_user.path) == ("user", own)
    assert [by_option.named, by_variable.named, by_checkout.named, by_user.named] == [
        True,
        True,
        False,
        False,
    ]


def test_what_decides_is_said(tmp_path: Path, environ: dict[str, str]) -> None:
    assert paths.choose_base("x", environ, tmp_path).why == "named by --base"
    variable = {**environ, "DIFFKB_BASE": "x"}
    assert paths.choose_base(None, variable, tmp_path).why == "named by DIFFKB_BASE"


def test_a_checkout_is_found_from_any_folder_inside(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    checkout = make_checkout(tmp_path)
    inside = checkout / "src" / "deep"
    inside.mkdir(parents=True)
    assert paths.choose_base(None, environ, inside).path == checkout / "data" / "kb.sqlite"


@pytest.mark.parametrize(
    "pyproject",
    [
        '[project]\nname = "other"\n# diffkb\n',
        '[tool.diffkb]\nname = "diffkb"\n',
        'project = "diffkb"\n',
        "diffkb is no TOML",
        "",
    ],
)
def test_another_project_with_a_base_is_no_checkout(
    tmp_path: Path, environ: dict[str, str], pyproject: str
) -> None:
    make_checkout(tmp_path / "other", pyproject)
    assert paths.choose_base(None, environ, tmp_path / "other").origin != "checkout"


def test_the_nearest_checkout_is_meant(tmp_path: Path, environ: dict[str, str]) -> None:
    make_checkout(tmp_path)
    inner = make_checkout(tmp_path / "inner")
    assert paths.choose_base(None, environ, inner).path == inner / "data" / "kb.sqlite"


def test_without_a_base_of_ones_own_the_shipped_one_is_read_and_a_copy_is_written(
    tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "diffkb"
    (package / "data").mkdir(parents=True)
    (package / "data" / "kb.sqlite").write_bytes(b"")
    monkeypatch.setattr(paths, "__file__", str(package / "paths.py"))

    choice = paths.choose_base(None, environ, tmp_path)

    assert choice.origin == "shipped"
    assert choice.shipped
    assert choice.path == package / "data" / "kb.sqlite"
    assert choice.target == tmp_path / "share" / "diffkb" / "kb.sqlite"


def test_the_wheel_is_looked_at_before_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "src" / "diffkb"
    (tmp_path / "migrations").mkdir()
    package.mkdir(parents=True)
    monkeypatch.setattr(paths, "__file__", str(package / "paths.py"))
    assert paths.migrations_folder() == tmp_path / "migrations"
    (package / "migrations").mkdir()
    assert paths.migrations_folder() == package / "migrations"


def test_an_installation_without_its_files_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "__file__", str(tmp_path / "a" / "b" / "paths.py"))
    with pytest.raises(StorageError, match="lacks its migrations") as told:
        paths.migrations_folder()
    assert told.value.exit_code == 7
    with pytest.raises(StorageError):
        paths.shipped_base()


@pytest.mark.parametrize("text", ["", "  ", "a\0b", "~nobody-of-that-name/x"])
def test_an_option_that_is_no_path_is_refused(
    tmp_path: Path, environ: dict[str, str], text: str
) -> None:
    with pytest.raises(BadValue):
        paths.choose_base(text, environ, tmp_path)


def test_an_empty_variable_says_nothing(tmp_path: Path, environ: dict[str, str]) -> None:
    empty = {**environ, "DIFFKB_BASE": "", "DIFFKB_CONFIG": ""}
    assert paths.choose_base(None, empty, tmp_path).origin in {"user", "shipped"}
    assert paths.config_file(empty) == paths.config_file(environ)


def test_the_home_folder_is_written_as_a_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert paths.choose_base("~/b.sqlite", {}, tmp_path).path == tmp_path / "b.sqlite"
    assert paths.config_file({"DIFFKB_CONFIG": "~/c.toml"}) == tmp_path / "c.toml"


@on_linux
@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"XDG_DATA_HOME": "/d", "XDG_CONFIG_HOME": "/c", "XDG_CACHE_HOME": "/k"},
        {"XDG_DATA_HOME": "", "XDG_CONFIG_HOME": "", "XDG_CACHE_HOME": ""},
        {"XDG_DATA_HOME": "rel", "XDG_CONFIG_HOME": "./rel", "XDG_CACHE_HOME": "~/rel"},
        {"HOME": "/elsewhere"},
        {"HOME": "/elsewhere", "XDG_CACHE_HOME": "/k/"},
    ],
)
def test_the_folders_are_those_platformdirs_gives(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    environ = dict(os.environ)

    assert paths.user_folder("data", environ) == platformdirs.user_data_path("diffkb")
    assert paths.config_file(environ).parent == platformdirs.user_config_path("diffkb")
    assert paths.cache_folder(environ) == platformdirs.user_cache_path("diffkb")
    assert paths.pace_folder(environ) == platformdirs.user_cache_path("diffkb")


@on_linux
def test_without_home_the_account_has_one() -> None:
    assert paths.user_folder("data", {}).is_absolute()

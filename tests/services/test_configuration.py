"""The configuration: what decides, what is refused, and edits that touch one line."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkb.errors import (
    BadValue,
    ConflictError,
    StorageError,
    UnknownConfigKey,
    UnreadableInput,
    UsageError,
)
from diffkb.services.configuration import (
    KEYS,
    Configuration,
    get_value,
    list_configuration,
    load_configuration,
    set_value,
    variable_of,
)

FULL = """\
contact = "ada@example.org"
patience = 20
cache = "/c"
files = "/f"
default-document = "Reading list"
openalex-key = "o"
s2-key = "s"
color = "never"
columns = ["id", "title"]
[queries]
inbox = "unrated"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_without_a_file_or_variable_the_defaults_hold(file: Path) -> None:
    assert load_configuration(file, {}) == Configuration()


def test_the_file_gives_every_key(file: Path) -> None:
    file.write_text(FULL)
    assert load_configuration(file, {}) == Configuration(
        contact="ada@example.org",
        patience=20.0,
        cache=Path("/c"),
        files=Path("/f"),
        default_document="Reading list",
        openalex_key="o",
        s2_key="s",
        color="never",
        columns=("id", "title"),
        queries=(("inbox", "unrated"),),
    )


@pytest.mark.parametrize(
    ("key", "text", "attribute", "value"),
    [
        ("contact", "b@example.org", "contact", "b@example.org"),
        ("patience", "1.5", "patience", 1.5),
        ("cache", "/other", "cache", Path("/other")),
        ("files", "/other", "files", Path("/other")),
        ("default-document", "Other", "default_document", "Other"),
        ("openalex-key", "x", "openalex_key", "x"),
        ("s2-key", "x", "s2_key", "x"),
        ("color", "always", "color", "always"),
        ("columns", "year, title", "columns", ("year", "title")),
        ("offline", "1", "offline", True),
    ],
)
def test_every_variable_beats_the_file(
    file: Path, key: str, text: str, attribute: str, value: object
) -> None:
    file.write_text(FULL)
    environ = {variable_of(key): text}
    assert getattr(load_configuration(file, environ), attribute) == value
    assert get_value(file, environ, key).origin == "environment"


def test_the_parameters_above_name_every_key() -> None:
    marks = test_every_variable_beats_the_file.pytestmark  # type: ignore[attr-defined]
    assert [case[0] for case in marks[0].args[1]] == list(KEYS)


def test_an_empty_variable_says_nothing(file: Path) -> None:
    file.write_text(FULL)
    assert load_configuration(file, {"DIFFKB_PATIENCE": ""}).patience == 20


@pytest.mark.parametrize(("word", "offline"), [("0", False), ("no", False), ("TRUE", True)])
def test_offline_is_said_by_a_word(file: Path, word: str, offline: bool) -> None:
    assert load_configuration(file, {"DIFFKB_OFFLINE": word}).offline is offline


@pytest.mark.parametrize(
    "line",
    [
        "patience = true",
        "patience = 0",
        "patience = -1",
        "patience = inf",
        "patience = nan",
        'patience = "soon"',
        "contact = 3",
        'color = "blue"',
        "color = true",
        "columns = 3",
        "columns = [1]",
        "cache = []",
        'queries = "x"',
        "[queries]\ninbox = 3",
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_by_name(file: Path, line: str) -> None:
    file.write_text(line)
    with pytest.raises(BadValue) as told:
        load_configuration(file, {})
    assert str(file) in told.value.message
    assert told.value.exit_code == 2


def test_a_variable_that_does_not_fit_is_named() -> None:
    with pytest.raises(BadValue, match="DIFFKB_PATIENCE"):
        load_configuration(Path("/nowhere"), {"DIFFKB_PATIENCE": "soon"})


def test_an_unknown_key_has_nearest_ones(file: Path) -> None:
    file.write_text("patiance = 3")
    with pytest.raises(UnknownConfigKey) as told:
        load_configuration(file, {})
    assert told.value.nearest[0] == "patience"
    assert str(file) in told.value.message
    with pytest.raises(UnknownConfigKey) as told:
        get_value(Path("/nowhere"), {}, "Default_Document")
    assert told.value.nearest == ["default-document"]
    with pytest.raises(UnknownConfigKey):
        set_value(file, "colour", "always")


def test_offline_is_no_key_of_the_file(file: Path) -> None:
    file.write_text("offline = true")
    with pytest.raises(UnknownConfigKey):
        load_configuration(file, {})
    with pytest.raises(UsageError, match="not kept in the file"):
        set_value(file, "offline", "1")


def test_a_file_that_is_no_toml_is_named_with_its_line(file: Path) -> None:
    file.write_text('contact = "a"\npatience == 3\n')
    with pytest.raises(UnreadableInput) as told:
        load_configuration(file, {})
    assert told.value.line == 2
    assert told.value.exit_code == 5


def test_a_file_that_is_not_utf8_is_named_with_its_line(file: Path) -> None:
    file.write_bytes(b'contact = "a"\nfiles = "\xff"\n')
    with pytest.raises(UnreadableInput) as told:
        load_configuration(file, {})
    assert told.value.line == 2


def test_a_folder_in_place_of_the_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput):
        load_configuration(tmp_path, {})


def test_the_listing_masks_secrets_and_get_does_not(file: Path) -> None:
    file.write_text('s2-key = "0123456789abcdefghij"\nopenalex-key = "short"\n')
    listed = {one.key: one.value for one in list_configuration(file, {})}
    assert listed["s2-key"] == "…ghij"
    assert listed["openalex-key"] == "…"
    assert get_value(file, {}, "s2-key").value == "0123456789abcdefghij"


def test_the_listing_says_what_decided(file: Path) -> None:
    file.write_text(FULL)
    listed = {
        one.key: (one.value, one.origin)
        for one in list_configuration(file, {"DIFFKB_COLOR": "auto", "HOME": "/h"})
    }
    assert listed["color"] == ("auto", "environment")
    assert listed["patience"] == (20.0, "file")
    assert listed["offline"] == (False, "default")
    assert listed["@inbox"] == ("unrated", "file")
    assert list(listed) == [*KEYS, "@inbox"]


def test_the_listing_shows_the_cache_that_holds_by_default(file: Path, tmp_path: Path) -> None:
    environ = {"XDG_CACHE_HOME": str(tmp_path)}
    assert get_value(file, environ, "cache") == ("cache", str(tmp_path / "diffkb"), "default")


@pytest.mark.parametrize(
    ("before", "key", "value", "after"),
    [
        ("", "contact", "a@b.c", 'contact = "a@b.c"\n'),
        ("patience = 3", "patience", "4", "patience = 4"),
        ("# mine\npatience = 3 # s\n\n", "patience", "4.5", "# mine\npatience = 4.5 # s\n\n"),
        ("patience = 3", "contact", "x", 'patience = 3\ncontact = "x"\n'),
        (
            "a\r\n".replace("a", "patience = 3"),
            "color",
            "never",
            'patience = 3\r\ncolor = "never"\r\n',
        ),
        ("\"contact\"='a # b'  # c\n", "contact", "x", '"contact"="x"  # c\n'),
        (
            'columns = [ # these\n  "id", # first\n  "title",\n] # last\ncolor = "auto"\n',
            "columns",
            "id,year",
            'columns = "id,year" # last\ncolor = "auto"\n',
        ),
        (
            'contact = """\ncolor = "no key"\n"""\ncolor = "auto"\n',
            "color",
            "never",
            'contact = """\ncolor = "no key"\n"""\ncolor = "never"\n',
        ),
        (
            'color = "auto"\n\n# saved\n[queries]\ncolor = "x"\n',
            "contact",
            "y",
            'color = "auto"\ncontact = "y"\n\n# saved\n[queries]\ncolor = "x"\n',
        ),
        ('[queries]\ncolor = "x"\n', "color", "auto", 'color = "auto"\n[queries]\ncolor = "x"\n'),
        ("", "@inbox", "unrated", '[queries]\ninbox = "unrated"\n'),
        ("color='auto'", "@a b", "x", 'color=\'auto\'\n\n[queries]\n"a b" = "x"\n'),
        ('[queries]\na = "1"\n', "@a", "2", '[queries]\na = "2"\n'),
        ('[queries] # q\na = "1"\n', "@b", "2", '[queries] # q\nb = "2"\na = "1"\n'),
        ("", "contact", 'a"\\\n\x1b', 'contact = "a\\"\\\\\\n\\u001B"\n'),
    ],
)
def test_one_line_changes_and_no_other(
    file: Path, before: str, key: str, value: str, after: str
) -> None:
    file.write_bytes(before.encode())
    set_value(file, key, value)
    assert file.read_bytes().decode() == after


KEPT = st.lists(
    st.sampled_from(
        [
            "# a comment",
            "",
            'contact = "a # b" # c',
            "patience = 3",
            "cache = '/tmp' ",
            'files = """\n[queries]\ncolor = "x"\n"""',
            'columns = [\n  "id", # [x]\n]',
        ]
    ),
    unique=True,
)
TABLES = st.lists(st.sampled_from(['# on top\n[queries]\ncolor = "x"\n"a b" = "y"']), unique=True)


@given(
    top=KEPT,
    tables=TABLES,
    end=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
    value=st.text(st.characters(exclude_categories=["Cs"])),
    key=st.sampled_from(["contact", "default-document", "@color", "@a b", "@new"]),
)
def test_an_edit_keeps_the_rest_whatever_the_file_is_like(
    *,
    tmp_path_factory: pytest.TempPathFactory,
    top: list[str],
    tables: list[str],
    end: str,
    last: bool,
    value: str,
    key: str,
) -> None:
    file = tmp_path_factory.mktemp("config") / "config.toml"
    text = end.join("\n".join([*top, *tables]).split("\n")) + (end if last else "")
    file.write_bytes(text.encode())
    expected = tomllib.loads(text)
    holder = expected.setdefault("queries", {}) if key[0] == "@" else expected
    holder[key.removeprefix("@")] = value

    set_value(file, key, value)

    written = file.read_bytes().decode()
    assert tomllib.loads(written) == expected
    replaced = (f"{key.removeprefix('@')} ", f'"{key.removeprefix("@")}" ')
    remaining = iter(written.splitlines())
    # A line is searched in what follows the one before it: order counts.
    assert all(line in remaining for line in text.splitlines() if not line.startswith(replaced))


def test_the_mode_and_the_link_stay(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "diffkb.toml"
    real.parent.mkdir()
    real.write_text("patience = 3\n")
    real.chmod(0o640)
    link = tmp_path / "config.toml"
    link.symlink_to(real)

    set_value(link, "patience", "4")

    assert link.is_symlink()
    assert real.read_text() == "patience = 4\n"
    assert real.stat().st_mode & 0o777 == 0o640
    assert list(real.parent.iterdir()) == [real]


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.toml"
    set_value(file, "s2-key", "secret")
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_byte_order_mark_stays(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbfpatience = 3\n")
    assert load_configuration(file, {}).patience == 3
    set_value(file, "patience", "4")
    assert file.read_bytes() == b"\xef\xbb\xbfpatience = 4\n"


@pytest.mark.parametrize(
    ("key", "value"), [("patience", "soon"), ("color", "blue"), ("contact", "\udcff")]
)
def test_a_value_that_does_not_fit_changes_nothing(file: Path, key: str, value: str) -> None:
    file.write_text("patience = 3\n")
    with pytest.raises(BadValue):
        set_value(file, key, value)
    assert file.read_text() == "patience = 3\n"


def test_a_broken_file_is_not_edited(file: Path) -> None:
    file.write_text("patience = = 3\n")
    with pytest.raises(UnreadableInput):
        set_value(file, "patience", "4")
    assert file.read_text() == "patience = = 3\n"


def test_a_wrong_value_in_the_file_can_be_set_right(file: Path) -> None:
    file.write_text('patience = "soon"\n')
    set_value(file, "patience", "4")
    assert load_configuration(file, {}).patience == 4


def test_a_layout_that_one_line_cannot_change_is_refused(file: Path) -> None:
    file.write_text("queries = { inbox = 'x' }\n")
    with pytest.raises(ConflictError, match="inbox"):
        set_value(file, "@inbox", "y")
    assert file.read_text() == "queries = { inbox = 'x' }\n"


def test_a_place_that_cannot_be_written_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        set_value(tmp_path / "file" / "config.toml", "patience", "4")

"""A file's name is in its folder, whatever the key it is made of."""

from __future__ import annotations

import os
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from diffkb.core.file_names import LONGEST, file_stem

DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{name}{n}" for name in ("com", "lpt") for n in range(10)),
}
FOLDER = Path("/home/ana/files")
KEYS = st.text() | st.text("./\\:-~ aA\0nulco1%\n", max_size=12)
ODD = (
    "",
    ".",
    "..",
    "...",
    "/",
    "../x",
    "..\\x",
    "/etc/passwd",
    "C:\\x",
    "C:x",
    "\\\\host\\x",
    "~",
    "~root/x",
    "a\0b",
    "a\nb",
    "a" * 300,
    "ü" * 300,
    "\ud800",
    "-rf",
    "--help",
    ".hidden",
    "x.",
    "x ",
    "con",
    "CON",
    "nul.x",
    "aux.",
    "com1",
    "LPT9.tar",
    "a/b",
    "a:b",
    "a*b",
    "%2e%2e/x",
    "../x-d6b96a97",
    "x-d6b96a97",
)


@pytest.mark.parametrize("key", ["ho2020denoising", "2006.11239", "Ho2020", "a-b_c+d.e"])
def test_an_ordinary_key_is_the_name(key: str) -> None:
    assert file_stem(key) == key


@given(KEYS)
@example("../x")
def test_a_name_is_in_its_folder(key: str) -> None:
    name = f"{file_stem(key)}.pdf"
    assert Path(os.path.normpath(FOLDER / name)).parent == FOLDER
    assert PureWindowsPath("C:/files", name).parent == PureWindowsPath("C:/files")
    assert name.partition(".")[0].lower() not in DEVICES
    assert name.isascii()
    assert name.isprintable()
    assert not name.startswith((".", "-", "~"))
    assert len(name) <= LONGEST + len("file--01234567.pdf")


@pytest.mark.parametrize("key", ODD)
def test_odd_keys_are_names_too(key: str, tmp_path: Path) -> None:
    path = tmp_path / f"{file_stem(key)}.pdf"
    path.write_bytes(b"x")
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@given(KEYS, KEYS)
@example("../x", file_stem("../x"))
@example("a/b", "a-b")
def test_two_keys_never_share_a_name(one: str, other: str) -> None:
    assert (file_stem(one) == file_stem(other)) == (one == other)


def test_odd_keys_share_no_name() -> None:
    assert len({file_stem(key) for key in ODD}) == len(ODD)

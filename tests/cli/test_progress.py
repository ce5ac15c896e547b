"""The bar of long commands: on a terminal, and nowhere else."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

import pytest
from tests.conftest import read_to_the_end

from diffkb.cli.render.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Gives a function that draws numbers on a terminal, and returns what the terminal got."""

    # On a dumb terminal nothing can be drawn, and the tests may be run on one.
    monkeypatch.setenv("TERM", "xterm")

    def draw(*numbers: tuple[int, int], quiet: bool = False) -> str:
        inside, outside = os.openpty()
        with os.fdopen(outside, "w") as terminal:
            monkeypatch.setattr(sys, "stderr", terminal)
            with progress_bar("asking", quiet=quiet, color=False) as progress:
                for done, total in numbers:
                    progress(done, total)
                sys.stderr.write("a line meanwhile\n")
        return read_to_the_end(inside)

    return draw


def test_a_terminal_shows_how_many_are_done(shown: Callable[..., str]) -> None:
    seen = shown((0, 12), (7, 12))
    assert "asking" in seen
    assert "7/12" in seen
    assert "a line meanwhile" in seen


@pytest.mark.parametrize(("numbers", "quiet"), [([(0, 12)], True), ([(0, 1), (1, 1)], False)])
def test_what_nobody_wants_to_see_is_not_drawn(
    shown: Callable[..., str], numbers: list[tuple[int, int]], *, quiet: bool
) -> None:
    assert shown(*numbers, quiet=quiet) == "a line meanwhile\r\n"


def test_a_file_gets_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.StringIO()
    monkeypatch.setattr(sys, "stderr", file)
    with progress_bar("asking", quiet=False, color=True) as progress:
        progress(1, 12)
    assert file.getvalue() == ""

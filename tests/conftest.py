"""Fixtures shared by all tests: the program as a process of its own, in a place of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import diffkb

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SOURCE = Path(diffkb.__file__).parents[1]
SECONDS = 60


@pytest.fixture
def clean_environment(tmp_path: Path) -> dict[str, str]:
    """Gives an environment that knows nothing of the person who runs the tests."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(SOURCE),
    }


@pytest.fixture
def run_python(
    tmp_path: Path, clean_environment: dict[str, str]
) -> Callable[..., subprocess.CompletedProcess[Any]]:
    """Gives a function that runs Python on the words given, and waits for its end.

    `cwd` is the temporary folder unless given, `env` is added to the clean environment (None
    takes a variable out), `stdin` is text or bytes; `binary` leaves the output as bytes.
    """

    def run(
        *words: str,
        cwd: Path | None = None,
        env: Mapping[str, str | None] | None = None,
        stdin: str | bytes = b"",
        binary: bool = False,
    ) -> subprocess.CompletedProcess[Any]:
        environment = {**clean_environment, **(env or {})}
        done: subprocess.CompletedProcess[Any] = subprocess.run(
            [sys.executable, *words],
            cwd=cwd or tmp_path,
            env={name: value for name, value in environment.items() if value is not None},
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            check=False,
            timeout=SECONDS,
        )
        if not binary:
            # Decoded here: text mode would also turn every line end into one newline.
            done.stdout = done.stdout.decode("utf-8", "surrogateescape")
            done.stderr = done.stderr.decode("utf-8", "surrogateescape")
        return done

    return run


@pytest.fixture
def run_diffkb(
    run_python: Callable[..., subprocess.CompletedProcess[Any]],
) -> Callable[..., subprocess.CompletedProcess[Any]]:
    """Gives a function that runs diffkb as `run_python` runs Python."""

    def run(*words: str, **how: Any) -> subprocess.CompletedProcess[Any]:
        return run_python("-m", "diffkb", *words, **how)

    return run

"""Fixtures shared by all tests: the program as a process of its own, in a place of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import diffkb

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SOURCE = Path(diffkb.__file__).parents[1]
SECONDS = 60

CHECKOUT = Path(__file__).parents[1]


@pytest.fixture
def clean_environment(tmp_path: Path) -> dict[str, str]:
    """Gives an environment that knows nothing of the person who runs the tests."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "PAGER": "cat",
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


@pytest.fixture(scope="session")
def seed_list() -> Path:
    """Gives the list whose base diffkb ships with."""
    return CHECKOUT / "data" / "knowledge-base.md"


@pytest.fixture(scope="session")
def seed_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gives a copy of the base diffkb ships with, for reading only."""
    folder = tmp_path_factory.mktemp("seed")
    return Path(shutil.copy(CHECKOUT / "data" / "kb.sqlite", folder))


@pytest.fixture(scope="session")
def new_base(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Gives a function that returns a new empty base, each call another one."""
    # Imported here: what makes a base takes longer to load than many a test takes to run.
    from diffkb.store.schema import create_base

    folder = tmp_path_factory.mktemp("bases")
    template = folder / "template.sqlite"
    create_base(template)
    numbers = count(1)
    return lambda: Path(shutil.copy(template, folder / f"{next(numbers)}.sqlite"))


@pytest.fixture
def on_terminal(tmp_path: Path, clean_environment: dict[str, str]) -> Callable[..., str]:
    """Gives a function that runs Python on words in a terminal, and returns what it shows there.

    Standard error goes to the same terminal; `columns` is its width; other variables are added.
    """

    def run(*words: str, columns: int = 100, **variables: str) -> str:
        import pty

        main, terminal = pty.openpty()
        settings = {**clean_environment, "TERM": "xterm", "COLUMNS": str(columns), **variables}
        with subprocess.Popen(
            [sys.executable, *words],
            cwd=tmp_path,
            env=settings,
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=terminal,
        ) as process:
            os.close(terminal)
            shown = read_to_the_end(main)
            process.wait(timeout=SECONDS)
        return shown.replace("\r\n", "\n")

    return run


def read_to_the_end(handle: int) -> str:
    """Reads a pseudo-terminal until nobody holds its other end, which on Linux is an error."""
    shown = b""
    try:
        while part := os.read(handle, 65536):
            shown += part
    except OSError:
        pass
    finally:
        os.close(handle)
    return shown.decode()


@pytest.fixture(scope="session")
def lists() -> Path:
    """Gives the folder of Markdown lists made for tests."""
    return Path(__file__).parent / "data" / "lists"


@pytest.fixture(scope="session")
def make_pdf() -> Callable[..., bytes]:
    """Gives a function that returns a PDF of one page.

    `content` is what draws the page, with the font /F1; `info` and `xmp` are its metadata as they
    stand in the file.
    """

    def make(content: bytes = b"", *, info: bytes = b"", xmp: bytes = b"") -> bytes:
        objects = (
            b"<</Type/Catalog/Pages 2 0 R/Metadata 7 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 5 0 R/Resources 8 0 R>>",
            b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>",
            b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
            b"<<%s>>" % info,
            b"<</Type/Metadata/Subtype/XML/Length %d>>stream\n%s\nendstream" % (len(xmp), xmp),
            b"<</Font<</F1 4 0 R>>>>",
        )
        written, places = b"%PDF-1.5\n", b""
        for number, one in enumerate(objects, start=1):
            places += b"%010d 00000 n \n" % len(written)
            written += b"%d 0 obj\n%s\nendobj\n" % (number, one)
        count = len(objects) + 1
        return (
            b"%sxref\n0 %d\n0000000000 65535 f \n%s" % (written, count, places)
            + b"trailer<</Size %d/Root 1 0 R/Info 6 0 R>>\n" % count
            + b"startxref\n%d\n%%%%EOF\n" % len(written)
        )

    return make

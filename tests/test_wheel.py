"""The built wheel, in an environment of its own: what people install, without the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.wheel


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Builds the wheel from the sdist, installs it, and gives the program's path."""
    folder = tmp_path_factory.mktemp("wheel")
    # A copy without the environment and caches, so that nothing but the project is built.
    source = folder / "source"
    ignored = shutil.ignore_patterns(".venv*", ".git", ".*_cache", ".hypothesis", "__pycache__")
    shutil.copytree(ROOT, source, ignore=ignored)
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder / "dist", source],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    [wheel] = (folder / "dist").glob("*.whl")
    shutil.rmtree(source)
    environment = folder / "venv"
    # The dependencies are those of the tests: only diffkb itself is installed anew.
    venv.create(environment, system_site_packages=False, with_pip=True)
    python = environment / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", wheel], check=True
    )
    return environment / "bin" / "diffkb"


def run(program: Path, home: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    home.mkdir(exist_ok=True)
    environment = {"PATH": os.defpath, "HOME": str(home), "LANG": "C.UTF-8"}
    return subprocess.run(
        [program, *words], cwd=home, env=environment, capture_output=True, check=False
    )


def test_the_shipped_list_is_there_and_comes_back(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path / "home", "export", "markdown")
    assert done.returncode == 0
    assert done.stdout == (ROOT / "data" / "knowledge-base.md").read_bytes()


def test_the_first_change_makes_a_base_of_ones_own(installed: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    words = ("add", "2401.00001", "--no-fetch", "--section", "Flow Matching")
    done = run(installed, home, *words)
    assert done.returncode == 0, done.stderr
    assert (home / ".local/share/diffkb/kb.sqlite").exists()
    assert run(installed, home, "list", "--format", "ids").stdout.endswith(b"\n54\n")


def test_an_empty_base_is_made_by_the_shipped_revisions(installed: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = run(installed, home, "--base", "mine.sqlite", "base", "init", "--empty")
    assert done.returncode == 0, done.stderr
    assert run(installed, home, "--base", "mine.sqlite", "list").stdout == b""

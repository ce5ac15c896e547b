"""Real lists, where they lie beside the checkout: bytes given back, entries against the truth."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"

# The least share of each field that has to be right.
FIELDS = {
    "title": 0.98,
    "url": 0.98,
    "section": 0.98,
    "arxiv_id": 0.98,
    "doi": 0.98,
    "year": 0.97,
    "rating": 1.0,
}

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="no lists lie beside this checkout"),
]


@pytest.fixture(scope="module")
def report() -> str:
    """Gives what the scorer says of every list."""
    program = Path(sys.executable).with_name("diffkb")
    done = subprocess.run(
        [sys.executable, CORPUS / "score.py", "--diffkb", program], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    return done.stdout.decode()


def test_every_list_comes_back_byte_for_byte(report: str) -> None:
    found = re.search(r"^bytes: (\d+)/(\d+) files come back exactly", report, re.MULTILINE)
    assert found
    assert found[1] == found[2] != "0"


def test_the_entries_are_those_of_the_truth(report: str) -> None:
    found = re.search(r"recall ([0-9.]+)  precision ([0-9.]+)", report)
    assert found
    assert min(float(found[1]), float(found[2])) >= 0.98


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_is_right(report: str, field: str) -> None:
    [totals] = re.findall(r"^fields: (.*)$", report, re.MULTILINE)
    shares = dict(re.findall(r"(\w+) ([0-9.]+) \(", totals))
    assert float(shares[field]) >= FIELDS[field]

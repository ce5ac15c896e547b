"""Many references at once: from a file, from a stream, each with its line; and who is asked."""

from __future__ import annotations

import json
from collections import Counter
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING, Any

import pytest
from tests.cli.conftest import Paper, feed_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import httpx
    from tests.cli.conftest import Arxiv

    Call = Callable[..., Any]

BATCH = (
    b"\xef\xbb\xbf# what to read\r\n\r\n2401.00001\r\n"
    b"2401.00002  # soon\r\n2401.00001 2401.00002\r\nnope\r\n"
)


def outcomes(text: str) -> list[tuple[str, int | None, str]]:
    results = json.loads(text)["data"]["results"]
    return [(one["ref"], one["line"], one["outcome"]) for one in results]


EXPECTED = [
    ("2401.00001", 3, "added"),
    ("2401.00002", 4, "added"),
    ("2401.00001 2401.00002", 5, "failed"),
    ("nope", 6, "failed"),
]


def test_a_file_holds_a_reference_a_line(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "ids.txt"
    file.write_bytes(BATCH)
    done = call("add", "--from", str(file), "--no-fetch", "--json")
    assert (done.status, outcomes(done.stdout)) == (1, EXPECTED)


def test_a_stream_holds_a_reference_a_line(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(BATCH)))
    done = call("add", "-", "--no-fetch", "--json")
    assert (done.status, outcomes(done.stdout)) == (1, EXPECTED)


def test_each_failure_is_named_with_its_line(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "ids.txt"
    file.write_bytes(BATCH)
    stderr = call("add", "--from", str(file), "--no-fetch").stderr
    assert "more than one identifier (line 5)" in stderr
    assert "DOI or http(s) link (line 6)" in stderr


def test_what_a_source_does_not_know_is_named_with_its_line(
    call: Call, arxiv: Any, tmp_path: Path
) -> None:
    file = tmp_path / "ids.txt"
    arxiv.papers["2401.00002"] = Paper("Known", "2024-01-02")
    file.write_text("# ids\n2401.00001\n2401.00002\n")
    done = call("add", "--from", str(file), "--json")
    assert [(one["ref"], one["line"]) for one in json.loads(done.stdout)["errors"]] == [
        ("2401.00001", 2)
    ]
    stderr = call("add", "--from", str(file), "--section", "Foundations").stderr
    assert "no paper 2401.00001 (line 2)" in stderr


def test_run_again_what_is_there_is_left_alone(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "ids.txt"
    file.write_text("2401.00001\n2401.00002\n")
    call("add", "--from", str(file), "--no-fetch")
    before = call("export", "markdown").stdout
    done = call("add", "--from", str(file), "--no-fetch", "--json")
    assert [outcome for _, _, outcome in outcomes(done.stdout)] == ["known", "known"]
    assert call("export", "markdown").stdout == before


@pytest.mark.parametrize(
    ("words", "status", "why"),
    [
        ((), 2, "nothing was named to add"),
        (("--from", "no such file"), 5, "no such file cannot be read"),
        (("-", "--from", "-"), 2, "standard input can be read only once"),
        (("-", "--note", "-"), 2, "standard input can be read only once"),
    ],
)
def test_what_cannot_be_read_is_said(
    call: Call, words: tuple[str, ...], status: int, why: str
) -> None:
    done = call("add", *words)
    assert (done.status, done.stdout) == (status, "")
    assert why in done.stderr


def test_a_file_that_is_not_utf8_is_refused(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "ids.txt"
    file.write_bytes(b"2401.00001\n\xff\n")
    done = call("add", "--from", str(file))
    assert done.status == 5
    assert "not UTF-8 at byte 11" in done.stderr


def interrupting(answered: int) -> Callable[[httpx.Request], httpx.Response]:
    """Returns an arXiv that answers so many requests, while the next is asked Control-C comes."""
    asked = iter(range(answered))

    def answer(request: httpx.Request) -> httpx.Response:
        if next(asked, None) is None:
            raise KeyboardInterrupt
        ids = request.url.params["id_list"].split(",")
        return feed_of({one: Paper(f"Paper {one}", "2024-01-02") for one in ids})

    return answer


def test_an_interruption_keeps_what_is_finished(call: Call, arxiv: Arxiv, tmp_path: Path) -> None:
    file = tmp_path / "ids.txt"
    file.write_text("".join(f"2401.{number:05}\n" for number in range(1, 251)))
    arxiv.fault = interrupting(2)
    done = call("add", "--from", str(file), "--json")
    assert done.status == 130
    counts = Counter(outcome for _, _, outcome in outcomes(done.stdout))
    assert counts == {"added": 200, "failed": 50}
    assert json.loads(done.stdout)["status"] == "partial"
    assert "interrupted: 50 references were not asked about" in done.stderr
    arxiv.fault = interrupting(9)
    again = call("add", "--from", str(file), "--json")
    counts = Counter(outcome for _, _, outcome in outcomes(again.stdout))
    assert (again.status, counts) == (0, {"known": 200, "added": 50})


def test_an_interruption_before_any_answer_changes_nothing(
    call: Call, arxiv: Arxiv, base: Path
) -> None:
    before = base.read_bytes()
    arxiv.fault = interrupting(0)
    done = call("add", "2401.00001", "2401.00002")
    assert (done.status, done.stdout, done.stderr) == (130, "", "error: interrupted\n")
    assert base.read_bytes() == before


def test_the_sources_are_listed_with_whom_they_ask(call: Call) -> None:
    lines = call("sources").stdout.splitlines()
    assert lines[0] == "arXiv\tarXiv, DataCite\t2006.11239"
    assert lines[1].split("\t")[:2] == ["DOI", "Crossref, DataCite, doi.org"]
    told = json.loads(call("sources", "--json").stdout)["data"]["sources"]
    assert [one["name"] for one in told] == [line.split("\t")[0] for line in lines]

"""`diffkb add paper.pdf`: a PDF stands for the work that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[..., Any]
    MakePdf = Callable[..., bytes]

STAMP = b"BT /F1 20 Tf 0 1 -1 0 32 220 Tm (arXiv:2401.00001v3  [cs.LG]  9 Feb 2024) Tj ET"


@pytest.fixture(autouse=True)
def folder(arxiv: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from_conftest = type(arxiv).__init__.__globals__["Paper"]
    arxiv.papers = {"2401.00001": from_conftest("Flows in Time", "2024-01-02")}
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_pdf_is_added_by_what_it_names(call: Call, folder: Path, make_pdf: MakePdf) -> None:
    (folder / "my paper.pdf").write_bytes(make_pdf(STAMP))
    done = call("add", "my paper.pdf", "--section", "Foundations")
    assert (done.status, done.stderr) == (0, "my paper.pdf is 2401.00001v3\n")
    assert done.stdout == 'added 54 "Flows in Time" (Papers / Foundations, 2024)\n'
    assert "https://arxiv.org/abs/2401.00001)" in call("export", "markdown").stdout
    again = call("add", str(folder / "my paper.pdf"), "--json")
    (result,) = again.data["results"]
    assert (result["outcome"], result["ref"]) == ("known", str(folder / "my paper.pdf"))
    assert result["identifier"] == {"scheme": "arxiv", "value": "2401.00001", "version": None}


def test_an_identifier_means_its_work_whatever_the_file_of_that_name_holds(
    call: Call, folder: Path, make_pdf: MakePdf
) -> None:
    (folder / "2006.11239").write_bytes(make_pdf(STAMP))
    (result,) = call("add", "2006.11239", "--no-fetch", "--json").data["results"]
    assert result["identifier"]["value"] == "2006.11239"
    (result,) = call("add", "./2006.11239", "--no-fetch", "--json").data["results"]
    assert result["identifier"]["value"] == "2401.00001"


def test_lists_may_hold_pdfs(call: Call, folder: Path, make_pdf: MakePdf) -> None:
    (folder / "a.pdf").write_bytes(make_pdf(STAMP))
    (folder / "b.pdf").write_bytes(make_pdf(b""))
    (folder / "c.pdf").write_bytes(b"kettle")
    (folder / "ids.txt").write_text("# mine\na.pdf # new\nb.pdf\nc.pdf\nd.pdf\n2006.11239\n")
    done = call("add", "--from", "ids.txt", "--no-fetch", "--json")
    results = done.data["results"]
    assert done.status == 1
    assert [(one["line"], one["outcome"]) for one in results] == [
        (2, "added"),
        (3, "failed"),
        (4, "failed"),
        (5, "failed"),
        (6, "known"),
    ]
    errors = [one["error"] for one in results[1:4]]
    assert [one["code"] for one in errors] == ["no-identifier", *["unreadable-input"] * 2]
    assert [(one["ref"], one["line"]) for one in errors] == [
        ("b.pdf", 3),
        ("c.pdf", 4),
        ("d.pdf", 5),
    ]


@pytest.mark.parametrize(("content", "status"), [(None, 5), (b"kettle", 5), (b"%PDF-1.5", 5)])
def test_what_is_no_pdf_is_said(
    call: Call, folder: Path, content: bytes | None, status: int
) -> None:
    if content is not None:
        (folder / "x.pdf").write_bytes(content)
    done = call("add", "x.pdf")
    assert (done.status, done.stdout) == (status, "")
    assert done.stderr.startswith("error: x.pdf cannot be read: ")


def test_a_link_to_a_pdf_is_a_link(call: Call) -> None:
    done = call("add", "ftp://example.org/x.pdf")
    assert done.status == 2
    assert "only http and https" in done.stderr

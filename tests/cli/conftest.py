"""Fixtures of the commands that ask arXiv: the program in this process, and arXiv in it too."""

from __future__ import annotations

import json
import shutil
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.sax.saxutils import escape

import httpx
import pytest

from diffkb.cli.app import run_program
from diffkb.cli.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SHIPPED = Path(__file__).parents[2] / "data" / "kb.sqlite"
LIST = Path(__file__).parents[2] / "data" / "knowledge-base.md"

FEED = """\
<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"
 xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
<id>https://arxiv.org/api/x</id><title>arXiv Query</title>
<opensearch:totalResults>{count}</opensearch:totalResults>{entries}
</feed>
"""
ENTRY = """
<entry><id>http://arxiv.org/abs/{id}v{version}</id><title>{title}</title>
<updated>{updated}</updated><summary>{summary}</summary>
<category term="cs.LG" scheme="http://arxiv.org/schemas/atom"/>{extras}
<published>{published}</published><arxiv:primary_category term="cs.LG"/>{authors}</entry>"""
AUTHOR = "<author><name>{name}</name></author>"


class Paper(NamedTuple):
    """A paper that the arXiv of these tests knows."""

    title: str
    published: str
    authors: tuple[str, ...] = ("Ada Example", "Grace Sample")
    version: int = 1
    doi: str | None = None
    comment: str | None = None


class Arxiv:
    """An arXiv that answers from dictionaries: of papers by id, and of PDFs by path.

    `fault` answers in its place where it is set; `services` answer for other hosts.
    """

    def __init__(self) -> None:
        self.papers: dict[str, Paper] = {}
        self.files: dict[str, bytes] = {}
        self.fault: Callable[[httpx.Request], httpx.Response] | None = None
        self.services: dict[str, Callable[[httpx.Request], httpx.Response]] = {}
        self.asked: list[list[str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if service := self.services.get(request.url.host):
            return service(request)
        if request.url.path in self.files:
            content = self.files[request.url.path]
            return httpx.Response(200, content=content, headers={"Content-Type": "application/pdf"})
        if request.url.host != "export.arxiv.org":
            return httpx.Response(404, text="nothing here")
        ids = request.url.params["id_list"].split(",")
        self.asked.append(ids)
        if self.fault is not None:
            return self.fault(request)
        return feed_of({one: self.papers[one] for one in reversed(ids) if one in self.papers})


def feed_of(papers: Mapping[str, Paper]) -> httpx.Response:
    """Returns the answer of an arXiv that has found these papers."""
    entries = "".join(_entry(one, paper) for one, paper in papers.items())
    return httpx.Response(
        200,
        content=FEED.format(count=len(papers), entries=entries),
        headers={"Content-Type": "application/atom+xml; charset=utf-8"},
    )


def _entry(identifier: str, paper: Paper) -> str:
    authors = "".join(AUTHOR.format(name=escape(name)) for name in paper.authors)
    extras = "".join(
        f"<arxiv:{name}>{escape(value)}</arxiv:{name}>"
        for name, value in (("doi", paper.doi), ("comment", paper.comment))
        if value
    )
    return ENTRY.format(
        id=identifier,
        version=paper.version,
        title=escape(paper.title),
        updated=f"{paper.published}T00:00:00Z",
        published=f"{paper.published}T00:00:00Z",
        summary="What it is about.",
        authors=authors,
        extras=extras,
    )


class Clock:
    """Time that passes only by waiting."""

    def __init__(self) -> None:
        self.time = 1_700_000_000.0

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


class Ended(NamedTuple):
    """How a command ended, and what it wrote."""

    status: int
    stdout: str
    stderr: str

    @property
    def data(self) -> Any:
        """What the JSON object holds under "data"."""
        return json.loads(self.stdout)["data"]


@pytest.fixture
def arxiv() -> Arxiv:
    """Gives the arXiv that the commands of the test ask."""
    return Arxiv()


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Gives a copy of the base that diffkb ships with."""
    return Path(shutil.copy(SHIPPED, tmp_path / "kb.sqlite"))


@pytest.fixture
def call(
    base: Path,
    arxiv: Arxiv,
    tmp_path: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Ended]:
    """Gives a function that runs diffkb on words in this process, on the base of the test.

    Its standard input is empty, unless a test puts something there.
    """
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO()))
    environ = {"HOME": str(tmp_path), "DIFFKB_BASE": str(base)}
    clock = Clock()

    def run(*words: str, **variables: str) -> Ended:
        prepared = Run({**environ, **variables}, transport=httpx.MockTransport(arxiv), clock=clock)
        capfdbinary.readouterr()
        status = run_program(words, prepared)
        out, err = capfdbinary.readouterr()
        return Ended(status, out.decode("utf-8", "surrogateescape"), err.decode())

    return run

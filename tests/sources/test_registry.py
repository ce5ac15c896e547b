"""The registry: every example is claimed by one source, and nothing heavy is loaded for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from diffkb.core.identifiers import canonical_url, parse_ref
from diffkb.core.models import URL, Identifier
from diffkb.sources import MODULES, all_sources, find_source, load_source, pdf_of

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

EXAMPLES = [(source.name, example) for source in all_sources() for example in source.examples]


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_each_example_is_claimed_by_exactly_one_source(name: str, example: str) -> None:
    assert [source.name for source in all_sources() if source.match(example)] == [name]


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_the_source_of_a_reference_is_that_of_its_identifier(name: str, example: str) -> None:
    ref = parse_ref(example)
    page = Identifier(URL, canonical_url(example))
    for source in (find_source(ref), find_source(ref.identifier or page)):
        assert source is not None
        assert source.name == name


NEURIPS = "https://papers.nips.cc/paper_files/paper"
PDFS = {
    "https://arxiv.org/abs/2006.11239v2": "https://arxiv.org/pdf/2006.11239v2",
    "hep-th/9901001": "https://arxiv.org/pdf/hep-th/9901001",
    "https://doi.org/10.48550/arXiv.2006.11239": "https://arxiv.org/pdf/2006.11239",
    "10.1109/5.771073": None,
    "https://openreview.net/forum?id=tplXNcHZs1": "https://openreview.net/pdf?id=tplXNcHZs1",
    "https://github.com/a/b": None,
    "https://github.com/a/b/blob/main/x.pdf": "https://github.com/a/b/raw/main/x.pdf",
    (
        "https://openaccess.thecvf.com/content/ICCV2023W/RCV/html/A_B_ICCVW_2023_paper.html"
    ): "https://openaccess.thecvf.com/content/ICCV2023W/RCV/papers/A_B_ICCVW_2023_paper.pdf",
    (
        "https://proceedings.mlr.press/v202/wang23ah.html"
    ): "https://proceedings.mlr.press/v202/wang23ah/wang23ah.pdf",
    (
        "https://proceedings.mlr.press/v37/sohl-dickstein15.html"
    ): "https://proceedings.mlr.press/v37/sohl-dickstein15.pdf",
    "https://proceedings.mlr.press/v60/a.pdf": "https://proceedings.mlr.press/v60/a.pdf",
    f"https://papers.nips.cc/paper/2020/hash/{'a' * 32}-Abstract.html": (
        f"https://papers.nips.cc/paper/2020/file/{'a' * 32}-Paper.pdf"
    ),
    f"{NEURIPS}/2023/hash/{'a' * 32}-Abstract.html": (
        f"{NEURIPS}/2023/file/{'a' * 32}-Paper-Conference.pdf"
    ),
    f"{NEURIPS}/2024/hash/{'a' * 32}-Abstract-Datasets_Track.html": (
        f"{NEURIPS}/2024/file/{'a' * 32}-Paper-Datasets_Track.pdf"
    ),
    "https://papers.nips.cc/paper/5423-nets": "https://papers.nips.cc/paper/5423-nets.pdf",
    "https://aclanthology.org/N04-1001/": "https://aclanthology.org/N04-1001.pdf",
    "https://ieeexplore.ieee.org/document/9056993/": None,
    "https://example.org/a": None,
    "https://example.org/a.PDF?b=1#page=2": "https://example.org/a.PDF?b=1",
}


@pytest.mark.parametrize(("link", "address"), PDFS.items())
def test_an_identifier_tells_where_the_pdf_is(link: str, address: str | None) -> None:
    ref = parse_ref(link).identifier or Identifier(URL, canonical_url(link))
    assert pdf_of(ref) == address


@pytest.mark.parametrize("name", MODULES)
def test_a_source_is_registered_under_its_own_name(name: str) -> None:
    source = load_source(name)
    assert source.name == name
    assert source.homepage.startswith("https://")
    assert source.examples


def test_a_work_may_have_no_source() -> None:
    assert find_source(Identifier(URL, "kettle.pdf")) is None


def test_the_registry_loads_nothing_heavy(
    run_python: Callable[..., subprocess.CompletedProcess[Any]],
) -> None:
    code = (
        "import sys; from diffkb.sources import all_sources; list(all_sources())\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = run_python("-c", code)
    assert "diffkb" in done.stdout.split()
    assert not {"httpx", "feedparser", "tenacity", "xml", "asyncio"} & set(done.stdout.split())

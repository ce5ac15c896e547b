"""Where an entry's page and PDF are: only http(s) ever reaches a browser."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.entries import BARE

from diffkb.core.models import ARXIV, DOI, OPENREVIEW, Identifier, Link
from diffkb.errors import NoAddress
from diffkb.services.visiting import Visited, browsable, kept_copy, page_of, pdf_of, place_for

if TYPE_CHECKING:
    from pathlib import Path

ENTRY = replace(BARE, id=7, document="List", title="Kettles and Flows")
PAPER = Identifier(ARXIV, "2006.11239")
RECORD = Identifier(DOI, "10.1109/5.771073")
NO_ADDRESSES = (
    "",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "ftp://example.org/x",
    "data:text/html,x",
    "//example.org/x",
    "/etc/passwd",
    "-version",
    "https:",
    "https://",
    "https:///x",
    "https://?x",
    "https://[",
    "http:\n//example.org",
    "java\nscript:alert(1)",
    "xhttps://example.org",
)


def visited(url: str | None, *identifiers: Identifier, **fields: object) -> Visited:
    return Visited(replace(ENTRY, url=url, **fields), identifiers)  # type: ignore[arg-type]


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_only_http_reaches_a_browser(address: str) -> None:
    assert browsable(address) is None
    with pytest.raises(NoAddress):
        page_of(visited(address))
    assert page_of(visited(address, PAPER)) == "https://arxiv.org/abs/2006.11239"
    with pytest.raises(NoAddress):
        pdf_of(visited(address, links=(Link("pdf", address),)))


@given(st.text() | st.text().map("https://example.org/".__add__))
@example("https://a\nb.org/ -x")
@example("https://a.org/%action%s")
@example("https://a.org/$(touch x)`touch y`;'\"|&")
def test_what_reaches_one_is_one_word_with_nothing_to_take_apart(address: str) -> None:
    safe = browsable(address)
    if safe is not None:
        assert re.match(r"(?i)https?://[^/?#]", safe)
        assert not re.search(r"[\x00-\x20\"<>\\^`{|}\x7f-\x9f\ud800-\udfff]", safe)
        assert not re.search(r"%(?![0-9A-Fa-f]{2})", safe)
        assert browsable(safe) == safe


@pytest.mark.parametrize(
    "url",
    [
        "https://arxiv.org/abs/2006.11239v2#page=2",
        "http://sohldickstein.com",
        "HTTPS://Example.org/a?b=c&utm_source=x",
        "https://de.wikipedia.org/wiki/Schrödinger",
        "https://example.org/a%20b",
    ],
)
def test_a_link_is_opened_as_it_is_written(url: str) -> None:
    assert page_of(visited(url, RECORD)) == url


def test_without_link_the_page_is_that_of_the_identifier() -> None:
    assert page_of(visited(None, RECORD, PAPER)) == "https://doi.org/10.1109/5.771073"
    with pytest.raises(NoAddress, match='page of 7 "Kettles and Flows"'):
        page_of(visited(None))


@pytest.mark.parametrize(
    ("url", "identifiers", "expected", "service"),
    [
        (
            "https://arxiv.org/abs/2006.11239v2",
            (PAPER,),
            "https://arxiv.org/pdf/2006.11239v2",
            "arXiv",
        ),
        ("https://arxiv.org/pdf/2006.11239.pdf", (), "https://arxiv.org/pdf/2006.11239", "arXiv"),
        (None, (RECORD, PAPER), "https://arxiv.org/pdf/2006.11239", "arXiv"),
        (
            "https://ieeexplore.ieee.org/document/1",
            (RECORD, Identifier(OPENREVIEW, "tplXNcHZs1")),
            "https://openreview.net/pdf?id=tplXNcHZs1",
            "OpenReview",
        ),
        (
            "https://example.org/a/B.PDF?c=d",
            (PAPER,),
            "https://example.org/a/B.PDF?c=d",
            "example.org",
        ),
        ("https://example.org/talk", (PAPER,), "https://arxiv.org/pdf/2006.11239", "arXiv"),
    ],
)
def test_the_link_tells_the_pdf_before_the_identifiers_do(
    url: str | None, identifiers: tuple[Identifier, ...], expected: str, service: str
) -> None:
    pdf = pdf_of(visited(url, *identifiers))
    assert (pdf.url, pdf.service) == (expected, service)


@pytest.mark.parametrize("label", ["pdf", "[PDF]", "📄 paper (pdf)"])
def test_a_link_labelled_pdf_comes_first(label: str) -> None:
    links = (Link("code", "https://github.com/a/b"), Link(label, "https://example.org/x"))
    pdf = pdf_of(visited("https://arxiv.org/abs/2006.11239", PAPER, links=links))
    assert pdf.url == "https://example.org/x"


@pytest.mark.parametrize("url", [None, "https://example.org/a", "https://doi.org/10.1109/5.771073"])
def test_nothing_may_tell_the_pdf(url: str | None) -> None:
    with pytest.raises(NoAddress, match="nothing tells where the PDF") as caught:
        pdf_of(visited(url, RECORD))
    assert caught.value.hint == "`diffkb open 7` opens its page"


def test_a_copy_is_found_by_the_key_and_by_what_came_before_it(tmp_path: Path) -> None:
    young = visited("https://arxiv.org/abs/2006.11239", PAPER)
    assert place_for(tmp_path, young) == tmp_path / "2006.11239.pdf"
    assert kept_copy(tmp_path, young) is None
    (tmp_path / "2006.11239.pdf").write_bytes(b"%PDF-")
    old = visited("https://arxiv.org/abs/2006.11239", PAPER, key="ho2020denoising")
    assert place_for(tmp_path, old) == tmp_path / "ho2020denoising.pdf"
    assert kept_copy(tmp_path, old) == tmp_path / "2006.11239.pdf"
    (tmp_path / "ho2020denoising.pdf").write_bytes(b"%PDF-")
    assert kept_copy(tmp_path, old) == tmp_path / "ho2020denoising.pdf"


@pytest.mark.parametrize("key", ["../x", "/etc/x", "a\0b", "nul", "k" * 5000, ".", "é/\ud800"])
def test_no_key_leads_out_of_the_folder(tmp_path: Path, key: str) -> None:
    one = visited("https://arxiv.org/abs/2006.11239", PAPER, key=key)
    place = place_for(tmp_path, one)
    assert place.parent == tmp_path
    place.write_bytes(b"%PDF-")
    assert kept_copy(tmp_path, one) == place
    assert os.listdir(tmp_path) == [place.name]  # noqa: PTH208 - what the system says


def test_a_folder_in_the_place_of_a_copy_is_none(tmp_path: Path) -> None:
    one = visited(None, PAPER)
    place_for(tmp_path, one).mkdir()
    assert kept_copy(tmp_path, one) is None


@given(st.text())
def test_every_address_of_a_pdf_has_a_host(url: str) -> None:
    try:
        pdf = pdf_of(visited(f"https://example.org/{url}.pdf"))
    except NoAddress:
        return
    assert urlsplit(pdf.url).hostname == "example.org"

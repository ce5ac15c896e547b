"""Any page: what it says of itself, when that is believed, and how many pages are asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sources.contract import HTML, Good, SourceContract

from diffkb.core.models import ARXIV, DOI, URL, Author, Candidate, Identifier
from diffkb.errors import (
    BadReply,
    DiffkbError,
    RateLimited,
    TurnedAway,
    UnknownWork,
    Unreachable,
)
from diffkb.sources import all_sources
from diffkb.sources.base import Reply
from diffkb.sources.fetching import fetch_from
from diffkb.sources.html import read_page
from diffkb.sources.web import SOURCE, suggestions

if TYPE_CHECKING:
    from collections.abc import Callable

    from diffkb.sources.base import Outcome
    from diffkb.sources.http import Door

POST = "https://blog.example.org/2024/01/20/kettles.html"
BRIDGE = "https://vdeborto.github.io/publication/schrodinger_bridge/"


def meta(**tags: str) -> str:
    """Writes tags; two underscores stand for the colon in their names, one for the full stop."""
    names = {name: name.replace("__", ":").replace("dc_", "dc.") for name in tags}
    return "".join(f'<meta property="{names[name]}" content="{tags[name]}">' for name in tags)


def linked_data(value: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def head(tags: str, body: str = "") -> str:
    return f"<!DOCTYPE html><html><head>{tags}</head><body>{body}</body></html>"


def outcome(markup: str, url: str = POST) -> Outcome:
    ref = SOURCE.match(url)
    assert ref is not None
    return SOURCE.parse(Reply(200, {"content-type": HTML}, markup.encode(), url), [ref])[ref]


def read(markup: str, url: str = POST) -> Candidate:
    found = outcome(markup, url)
    assert isinstance(found, Candidate)
    return found


class TestWeb(SourceContract):
    source = SOURCE
    good: ClassVar = (
        Good(
            0,
            POST + "?utm_source=x#fn:1",
            head(
                "<title>On Kettles · The Kettle Blog</title>"
                + meta(og__title="On Kettles", og__site_name="The Kettle Blog", og__url=POST)
                + meta(article__published_time="2024-01-20T00:00:00+00:00", author="Ana Tetera")
            ),
            Candidate(
                source="web page",
                identifiers=(Identifier(URL, POST),),
                title="On Kettles",
                authors=(Author("Ana Tetera"),),
                published="2024-01-20",
                venue="The Kettle Blog",
            ),
        ),
        Good(
            0,
            POST,
            head(
                linked_data(
                    {
                        "@graph": [
                            {"@type": "WebSite", "name": "The Kettle Blog"},
                            {
                                "@type": ["BlogPosting"],
                                "headline": "On Kettles",
                                "author": [{"name": "Ana Tetera"}, {"name": "Bo Whistle"}],
                                "datePublished": "2024-01-20",
                            },
                        ]
                    }
                )
                + "<title>Blog</title>"
            ),
            Candidate(
                source="web page",
                identifiers=(Identifier(URL, POST),),
                title="On Kettles",
                authors=(Author("Ana Tetera"), Author("Bo Whistle")),
                published="2024-01-20",
            ),
        ),
    )


def test_what_another_source_answers_for_is_not_claimed() -> None:
    for source in all_sources():
        for example in source.examples:
            assert (SOURCE.match(example) is None) == (source.name != SOURCE.name)


def test_a_name_that_nobody_registered_is_no_page() -> None:
    assert SOURCE.match("https://doi.org/10.5555/kettle.1") is None


@pytest.mark.parametrize(
    ("link", "identity"),
    [
        (POST + "#fn:log_pdf", POST),
        (
            "http://www.example.org/a/?casa_token=AB:c&x=1&utm_medium=y",
            "https://www.example.org/a?x=1",
        ),
        ("http://sohldickstein.com", "https://sohldickstein.com"),
    ],
)
def test_a_page_is_asked_for_as_it_was_linked_to(link: str, identity: str) -> None:
    ref = SOURCE.match(link)
    assert ref == Identifier(URL, identity)
    (request,) = SOURCE.requests([ref], {ref: link})
    assert request.url == link.partition("#")[0]
    (request,) = SOURCE.requests([ref])
    assert request.url == identity


def test_tags_of_another_page_are_not_believed() -> None:
    found = read(
        head(
            "<title> Schr&ouml;dinger Bridges\n | vdb</title>"
            '<link rel="canonical" href="https://vdeborto.github.io/publication/soul/">'
            + meta(og__url="https://vdeborto.github.io/publication/texture_soul/")
            + meta(og__title="Another Title", og__site_name="x", author="Ana Tetera")
            + meta(article__published_time="2017-09-23T00:00:00+00:00")
            + linked_data({"@type": "Article", "headline": "A Third"}),
            '<h1>Schrödinger Bridges</h1><a href="https://arxiv.org/abs/2106.01357">arXiv</a>',
        ),
        BRIDGE,
    )
    assert found == Candidate(
        source="web page",
        identifiers=(Identifier(URL, BRIDGE.rstrip("/")),),
        title="Schrödinger Bridges",
        authors=(Author("Ana Tetera"),),
    )


@pytest.mark.parametrize(
    "canonical",
    [
        POST,
        "/2024/01/20/kettles",
        "http://www.blog.example.org/2024/01/20/KETTLES.html?page=1#top",
        "kettles.html",
    ],
)
def test_another_spelling_is_the_same_page(canonical: str) -> None:
    tags = f'<title>x</title><link rel="canonical" href="{canonical}">'
    assert read(head(tags + meta(og__title="On Kettles"))).title == "On Kettles"


@pytest.mark.parametrize(
    "canonical",
    ["/", "https://example.org/2024/01/20/kettles.html", "https://[", "/2024/01/20/pots"],
)
def test_another_page_is_another(canonical: str) -> None:
    tags = f'<title>x</title><link rel="canonical" href="{canonical}">'
    assert read(head(tags + meta(og__title="On Kettles"))).title == "x"


@pytest.mark.parametrize(
    ("tags", "published"),
    [
        (meta(article__published_time="2024-01-20T01:02:03Z"), "2024-01-20"),
        (meta(article__published_time="2017-09-23"), None),
        (meta(article__published_time="2024-01-20", dc_date="2023"), None),
        (meta(article__published_time="2024", dc_date="2024-01-20"), "2024-01-20"),
        (meta(article__published_time="yesterday"), None),
        (linked_data({"@type": "Article", "datePublished": "2024-01-20"}), "2024-01-20"),
        (linked_data({"@type": "Article", "datePublished": 2024}), None),
        ("", None),
    ],
)
def test_dates_that_disagree_are_not_believed(tags: str, published: str | None) -> None:
    assert read(head("<title>On Kettles</title>" + tags)).published == published


@pytest.mark.parametrize(
    ("shown", "tags", "title"),
    [
        ("On Kettles – The Kettle Blog", meta(og__site_name="The Kettle Blog"), "On Kettles"),
        ("On Kettles | Ana", "", "On Kettles | Ana"),
        ("On Kettles | blog.example", "", "On Kettles"),
        ("On Kettles - a Study", "", "On Kettles - a Study"),
        ("Tea | On Kettles | Ana", meta(og__title="Tea | On Kettles"), "Tea | On Kettles"),
        ("Kettles: a Long Title", meta(og__title="Kettles: a L..."), "Kettles: a Long Title"),
        ("Site", meta(dc_title="On Kettles"), "On Kettles"),
        (
            "Site",
            meta(og__title="Entities &amp;amp; &amp;lt;b&amp;gt;"),
            "Entities &amp; &lt;b&gt;",
        ),
        ("a **b** [x](y) `c` [red]x[/]", "", "a **b** [x](y) `c` [red]x[/]"),
        ("\x1b[31mred\x1b[0m \x1b]0;window\x07 \x9b31m&#27;[1m", "", "red"),
        ("--help", "", "--help"),
        ("=1+1", "", "=1+1"),
    ],
)
def test_the_title_is_without_the_name_of_the_site(shown: str, tags: str, title: str) -> None:
    assert read(head(f"<title>{shown}</title>{tags}")).title == title


@pytest.mark.parametrize(
    ("tags", "authors"),
    [
        (meta(dc_creator="Tetera, Ana"), [Author("Ana Tetera", "Tetera", "Ana")]),
        (meta(author="Ana Tetera, Bo Whistle and Cy Pot"), ["Ana Tetera", "Bo Whistle", "Cy Pot"]),
        (meta(author="Tetera, Ana"), ["Tetera, Ana"]),
        (meta(article__author="https://example.org/ana"), []),
        (linked_data({"@type": "Article", "author": "Ana Tetera"}), ["Ana Tetera"]),
        (linked_data({"@type": "Article", "author": {"name": ["Ana"]}}), []),
        (linked_data({"@type": "Article", "author": [7, None, {"x": 1}]}), []),
        ("", []),
    ],
)
def test_authors_come_from_the_first_place_that_names_any(tags: str, authors: list[Any]) -> None:
    expected = tuple(Author(one) if isinstance(one, str) else one for one in authors)
    assert read(head("<title>On Kettles</title>" + tags)).authors == expected


def test_citation_tags_come_first() -> None:
    tags = meta(citation_title="Steam", citation_doi="10.1000/x", og__title="Other")
    found = read(head(tags))
    assert found.title == "Steam"
    assert found.identifiers == (Identifier(URL, POST), Identifier(DOI, "10.1000/x"))


def test_papers_in_the_body_are_only_suggested() -> None:
    links = (
        "https://arxiv.org/abs/2106.01357v2 https://arxiv.org/pdf/2106.01357 https://[ #top"
        " https://doi.org/10.1000/X https://openreview.net/forum?id=abc /local"
    )
    body = "".join(f'<a href="{link}">x</a>' for link in links.split())
    markup = head("<title>On Kettles</title>", body)
    assert read(markup).identifiers == (Identifier(URL, POST),)
    page = read_page(Reply(200, {"content-type": HTML}, markup.encode(), POST), "web page")
    assert suggestions(page) == (Identifier(ARXIV, "2106.01357"), Identifier(DOI, "10.1000/x"))


THINGS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "Article", "x", "\ud800"]),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["@type", "@graph", "headline", "author", "name", "url", "datePublished"]
            ),
            inside,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(THINGS)
@settings(max_examples=150, deadline=None)
def test_no_linked_data_is_too_odd(value: Any) -> None:
    found = read(head("<title>On Kettles</title>" + linked_data(value)))
    (found.title or "").encode()


def test_half_a_letter_is_none() -> None:
    data = linked_data({"@type": "Article", "headline": "On \ud800 Kettles"})
    assert read(head(data)).title == "On \ufffd Kettles"


@pytest.mark.parametrize("script", ["{", "[" * 100_000, "null", "//"])
def test_what_is_no_linked_data_is_passed_over(script: str) -> None:
    tags = f'<title>On Kettles</title><script type="application/ld+json">{script}</script>'
    assert read(head(tags)).title == "On Kettles"


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "text/plain", "application/json"])
def test_what_is_no_page_is_asked_for_once(door: Door, service: Any, kind: str) -> None:
    service.answers = [httpx.Response(200, headers={"Content-Type": kind}, content=b"x")]
    (found,) = ask(door, POST)
    assert isinstance(found, BadReply)
    assert kind in found.why
    assert len(service.requests) == 1


def test_a_page_without_title_is_asked_for_once(door: Door, service: Any) -> None:
    service.answers = [httpx.Response(200, html=head(""))]
    (found,) = ask(door, POST)
    assert type(found) is BadReply
    assert found.why == "it has no title"
    assert len(service.requests) == 1


def ask(door: Door, *links: str) -> list[Outcome]:
    refs = {ref: link for link in links if (ref := SOURCE.match(link))}
    return list(fetch_from(SOURCE, list(refs), door, print, refs).values())


def by_path(**answers: httpx.Response | Exception) -> Callable[[httpx.Request], httpx.Response]:
    """Makes a site: each path has its answer."""

    def answer(request: httpx.Request) -> httpx.Response:
        found = answers[request.url.path.strip("/")]
        if isinstance(found, Exception):
            raise found
        return httpx.Response(found.status_code, headers=found.headers, content=found.content)

    return answer


GOOD = httpx.Response(200, html=head("<title>On Kettles</title>"))


@pytest.mark.parametrize(
    ("bad", "kind", "order"),
    [
        (httpx.Response(403), TurnedAway, "acbd"),
        (httpx.Response(500), Unreachable, "acbd"),
        (httpx.Response(404), UnknownWork, "acbd"),
        (httpx.Response(200, html=head("<title>Maintenance</title>")), BadReply, "acbd"),
        (httpx.Response(302, headers={"Location": "http://127.0.0.1/"}), BadReply, "acbd"),
        (httpx.ReadTimeout("slow"), Unreachable, "abcd"),
    ],
)
def test_a_page_that_fails_does_not_fail_the_others_of_its_site(
    door: Door,
    service: Any,
    bad: httpx.Response | Exception,
    kind: type[DiffkbError],
    order: str,
) -> None:
    service.answers = [httpx.Response(500)]
    site = by_path(a=bad, b=GOOD, c=bad, d=GOOD)
    door._transport = httpx.MockTransport(site)  # noqa: SLF001 - the fixture's answers by turn
    found = dict(
        zip(order, ask(door, *(f"https://example.org/{name}" for name in order)), strict=True)
    )
    assert {name: type(one) for name, one in found.items()} == {
        "a": kind,
        "b": Candidate,
        "c": kind,
        "d": Candidate,
    }


@pytest.mark.parametrize(
    ("bad", "kind", "asked"),
    [
        (httpx.ConnectError("no route"), Unreachable, 6),
        (httpx.Response(429), RateLimited, 4),
    ],
)
def test_a_site_that_is_down_is_given_up(
    door: Door, service: Any, bad: httpx.Response | Exception, kind: type[DiffkbError], asked: int
) -> None:
    service.answers = [bad]
    found = ask(door, *(f"https://example.org/{number}" for number in range(20)))
    assert [type(one) for one in found] == [kind] * 20
    assert len(service.requests) == asked

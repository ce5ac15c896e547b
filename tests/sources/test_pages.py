"""Pages: their characters and tags, and the sources of proceedings that read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sources.contract import HTML, Good, SourceContract

from diffkb.core.models import DOI, URL, Author, Candidate, Identifier
from diffkb.errors import BadReply, RateLimited, UnknownWork
from diffkb.sources import acl, cvf, github, ieee, neurips, notion, openreview, pmlr, web
from diffkb.sources.base import Reply
from diffkb.sources.citation_tags import author_of, date_of, read_tags
from diffkb.sources.html import Page, clean, place_of, read_page, stands_in

if TYPE_CHECKING:
    from diffkb.sources.base import Source

TEAPOT = Identifier(URL, "https://example.org/teapot")


def page(markup: str | bytes, kind: str = HTML, url: str = "https://example.org/teapot") -> Page:
    content = markup if isinstance(markup, bytes) else markup.encode()
    return read_page(Reply(200, {"content-type": kind}, content, url), "Example")


def head(tags: str, body: str = "") -> str:
    return f"<!DOCTYPE html><html><head>{tags}</head><body>{body}</body></html>"


def tag(name: str, content: str) -> str:
    return f'<meta name="{name}" content="{content}">\n'


def tags(*, title: str, authors: list[str], **others: str) -> str:
    """Writes the citation tags of a paper, each author with an institution."""
    lines = [tag("citation_title", title)]
    for author in authors:
        lines += [tag("citation_author", author), tag("citation_author_institution", "A, B")]
    return "".join(lines + [tag(f"citation_{name}", text) for name, text in others.items()])


CAFE = "<html><head>{}<title>Café – naïve</title></head><body></body></html>"
META = '<meta charset="iso-8859-1">'
OLD_META = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">'


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (CAFE.encode(), "text/html; charset=utf-8"),
        (CAFE.encode(), "text/html"),
        (CAFE.encode(), "text/html; charset=no-such"),
        (CAFE.encode(), "text/html; charset=zlib"),
        (CAFE.encode("cp1252"), "text/html; charset=ISO-8859-1"),
        (CAFE.encode("cp1252"), 'text/html; charset="windows-1252"'),
        (CAFE.format(META).encode("cp1252"), "text/html"),
        (CAFE.format(OLD_META).encode("cp1252"), "text/html; charset=hex"),
        (CAFE.encode("cp1252"), "text/html"),
        (CAFE.format("").encode("utf-16"), "text/html; charset=utf-16"),
        (CAFE.format("").encode("utf-16"), "text/html; charset=utf-8"),
        (CAFE.encode("utf-8-sig"), "text/html; charset=iso-8859-1"),
        (CAFE.format(META).encode(), "text/html; charset=utf-8"),
        (CAFE.format('<meta charset="utf-16">').encode(), "text/html"),
        (CAFE.encode(), ""),
    ],
)
def test_the_characters_of_a_page_are_those_it_declares(content: bytes, kind: str) -> None:
    assert page(content.replace(b"{}", b""), kind).title == "Café – naïve"


@given(kind=st.text(max_size=20), content=st.binary(max_size=100))
@settings(max_examples=80, deadline=None)
def test_no_declaration_is_too_odd(kind: str, content: bytes) -> None:
    whole = b"<title>x</title><meta charset=" + content + b"></head></html>"
    assert page(whole, f"text/html; charset={kind}").url


@pytest.mark.parametrize("content", ["<html></html>", "<title>x</title></head></html>\n"])
def test_a_page_may_be_whole_without_a_body(content: str) -> None:
    assert page(content).heading is None


@pytest.mark.parametrize(
    ("content", "kind", "why"),
    [
        ("", HTML, "it is empty"),
        ("<title>x", HTML, "breaks off"),
        ("<title>x</title><script>y", HTML, "breaks off"),
        (head(""), "application/pdf", "application/pdf instead of a page"),
        ("{}", "", "of no type instead of a page"),
    ],
)
def test_what_is_no_page_is_a_bad_reply(content: str, kind: str, why: str) -> None:
    with pytest.raises(BadReply) as caught:
        page(content, kind)
    assert why in caught.value.why


def test_tags_are_read_however_they_are_written() -> None:
    found = page(
        "<HTML><HEAD><META CONTENT='A &amp; B &amp;lt; C' NAME='CITATION_Title'>"
        "<meta content=Plato name=citation_author><!-- <meta name=citation_author content=No> -->"
        '<meta property="og:title" itemprop=name content="&#27;[31mRed\n  line&#27;[0m"/>'
        "<BODY><svg><title>no</title></svg><h1>A <i>heading</i></h1><a href='/b'>x</a>"
    )
    assert found.first("citation_title") == "A & B &lt; C"
    assert list(found.every("citation_author")) == ["Plato"]
    assert found.first("og:title") == found.first("name") == "Red line"
    assert (found.title, found.heading) == (None, "A heading")
    assert found.links == ("https://example.org/b",)


def test_entities_that_a_page_declares_are_text() -> None:
    found = page(
        '<!DOCTYPE html [<!ENTITY e SYSTEM "file:///etc/passwd"><!ENTITY l "lol">]>'
        "<html><head></head><body><h1>&e; &l; &amp;</h1></body></html>"
    )
    assert found.heading == "&e; &l; &"


def test_a_title_of_any_length_is_not_a_title() -> None:
    assert clean("x" * 2000) == "x" * 2000
    assert clean("x" * 2001) is None


MILLION = 1_000_000
PATTERNS = {
    "attributes": "<meta " + " ".join(f"a{number}=1" for number in range(MILLION // 10)) + ">",
    "nested": "<div>" * (MILLION // 5),
    "formatting": "<b><p>" * (MILLION // 6),
    "comments": "<!--" * (MILLION // 4),
    "cdata": "<![CDATA[" * (MILLION // 9),
    "open tags": "<" * MILLION,
    "quotes": '<a href="' * (MILLION // 9),
    "entities": "&" * MILLION,
    "options": "<select><option>" * (MILLION // 16),
    "links": "<a href=x>" * (MILLION // 10),
}


@pytest.mark.parametrize("name", PATTERNS)
def test_a_page_that_is_made_to_be_slow_is_read(name: str) -> None:
    # A reader that is quadratic in these takes minutes, which is how this fails.
    found = page(f"<head><title>x</title></head><body>{PATTERNS[name]}")
    assert found.title == "x"


@pytest.mark.parametrize(
    "title",
    [
        "404 Not Found",
        "404",
        "Error 503",
        "HTTP Error 500: Internal Server Error",
        "Page not found · GitHub",
        "Access Denied",
        "Just a moment...",
        "Attention Required! | Cloudflare",
        "Making sure you're not a bot!",
        "Verification | OpenReview",
        "Verify you are human",
        "Request Rejected",
        "Maintenance",
        "Sign in to Example",
        "Too Many Requests",
        "Untitled",
    ],
)
def test_pages_that_stand_in_for_others_are_seen(title: str) -> None:
    assert stands_in(page(head(f"<title>{title}</title>")))


@pytest.mark.parametrize(
    "title",
    [
        "Verification of Neural Networks",
        "CAPTCHA: Using Hard AI Problems for Security",
        "Error Bounds for Diffusion Models",
        "500 Days of Summer",
        "On Access Control",
        "Loading Dynamics in Kettles",
        "Not Found in Translation?: A Study",
        "Maintenance of Kettles",
        "1984",
    ],
)
def test_pages_about_such_things_are_pages(title: str) -> None:
    assert not stands_in(page(head(f"<title>{title}</title>")))


def test_a_page_that_leads_on_is_not_the_page() -> None:
    refresh = '<meta http-equiv="Refresh" content="0; URL=https://example.org/">'
    assert stands_in(page(head(refresh + "<title>A Kettle</title>")))
    later = refresh.replace("0;", "300;")
    assert not stands_in(page(head(later + "<title>A Kettle</title>")))


@pytest.mark.parametrize(
    ("text", "author"),
    [
        ("Tetera, Ana María", Author("Ana María Tetera", "Tetera", "Ana María")),
        ("De Sa,Bo", Author("Bo De Sa", "De Sa", "Bo")),
        ("Kettle, Bo, Jr.", Author("Bo Kettle Jr.", "Kettle", "Bo")),
        ("Ana María Tetera", Author("Ana María Tetera")),
        ("Plato", Author("Plato")),
        ("Plato,", Author("Plato")),
        (", Ana", Author("Ana")),
        ("  ", None),
        ("\x1b[1m", None),
    ],
)
def test_a_name_is_split_where_it_has_a_comma(text: str, author: Author | None) -> None:
    assert author_of(text) == author


@given(st.text(max_size=40))
def test_no_name_is_too_odd(text: str) -> None:
    author = author_of(text)
    assert author is None or author.name.strip()


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2024", "2024"),
        ("2021/6", "2021-06"),
        ("2023/07/03", "2023-07-03"),
        ("2024-12-16", "2024-12-16"),
        ("2024-01-20T00:00:00+00:00", "2024-01-20"),
        ("2024-02-30", "2024-02"),
        ("2024/13/1", "2024"),
        ("2024/1-2", None),
        ("0024", None),
        ("June 2024", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_come_in_four_forms(text: str | None, date: str | None) -> None:
    assert date_of(text) == date


def test_the_tags_of_a_paper_are_a_candidate() -> None:
    found = page(
        head(
            tags(
                title="Steam",
                authors=["Tetera, Ana", "Bo Whistle", "Tetera, Ana"],
                online_date="2023/10/13",
                journal_title="J. Inv. Kettles",
                doi="https://doi.org/10.5555/KETTLE.1",
                abstract="Loud.",
            )
        )
    )
    assert read_tags(found, (TEAPOT,), "Example") == Candidate(
        source="Example",
        identifiers=(TEAPOT, Identifier(DOI, "10.5555/kettle.1")),
        title="Steam",
        authors=(
            Author("Ana Tetera", "Tetera", "Ana"),
            Author("Bo Whistle"),
            Author("Ana Tetera", "Tetera", "Ana"),
        ),
        published="2023-10-13",
        venue="J. Inv. Kettles",
        abstract="Loud.",
    )


def test_links_are_taken_apart_by_the_whole_host() -> None:
    assert place_of("HTTPS://www.Example.org:443/a?b#c") == ("example.org", "/a", "b")
    assert [place_of(url) for url in ("https://[", "ftp://a.b/c", "a.b/c", "https:///x")] == [
        None
    ] * 4
    for source in (cvf, pmlr, neurips, acl, ieee, notion):
        for link in source.SOURCE.examples:
            site = (place_of(link) or ("",))[0]
            assert source.SOURCE.match(link.replace(site, f"{site}.example.org")) is None
            assert source.SOURCE.match(link.replace(site, f"x{site.replace('.', '')}")) is None


SHI = (
    "https://openaccess.thecvf.com/content/WACV2024/{}/Shi_Conditional_Velocity_Score_Estimation"
    "_for_Image_Restoration_WACV_2024_paper.{}"
)


class TestCvf(SourceContract):
    source = cvf.SOURCE
    good: ClassVar = (
        Good(
            0,
            SHI.format("html", "html"),
            head(
                "<title>WACV 2024 Open Access Repository</title>"
                + tags(
                    title="Conditional Velocity Score Estimation for Image Restoration",
                    authors=["Shi, Ziqiang", "Liu, Rujie"],
                    publication_date="2024",
                    conference_title="Winter Conference",
                ),
                '<div id="abstract">Words of\nthe <b>abstract</b>.</div>',
            ),
            Candidate(
                source="CVF",
                identifiers=(Identifier(URL, SHI.format("html", "html")),),
                title="Conditional Velocity Score Estimation for Image Restoration",
                authors=(
                    Author("Ziqiang Shi", "Shi", "Ziqiang"),
                    Author("Rujie Liu", "Liu", "Rujie"),
                ),
                published="2024",
                venue="Winter Conference",
                abstract="Words of the abstract.",
            ),
        ),
    )


class TestPmlr(SourceContract):
    source = pmlr.SOURCE
    good: ClassVar = (
        Good(
            0,
            "http://proceedings.mlr.press/v202/wang23ah.html#x",
            head(
                tags(
                    title="InfoDiffusion: Representation Learning",
                    authors=["Yingheng Wang", "Christopher De Sa"],
                    publication_date="2023/07/03",
                    inbook_title="A Book",
                    conference_title="International Conference on Machine Learning",
                )
            ),
            Candidate(
                source="PMLR",
                identifiers=(Identifier(URL, "https://proceedings.mlr.press/v202/wang23ah.html"),),
                title="InfoDiffusion: Representation Learning",
                authors=(Author("Yingheng Wang"), Author("Christopher De Sa")),
                published="2023-07-03",
                venue="International Conference on Machine Learning",
            ),
        ),
    )


NIPS = "https://papers.nips.cc/paper_files/paper/2020/{}/4c5bcfec8584af0d967f1ab10179ca4b-{}"


class TestNeurIPS(SourceContract):
    source = neurips.SOURCE
    good: ClassVar = (
        Good(
            0,
            NIPS.format("file", "Paper-Conference.pdf"),
            head(
                tags(
                    title="Denoising Diffusion Probabilistic Models",
                    authors=["Ho, Jonathan", "Jain, Ajay"],
                    publication_date="2020",
                    journal_title="Advances in Neural Information Processing Systems",
                ),
                '<p class="paper-abstract"><p>Of quality.</p></p>',
            ),
            Candidate(
                source="NeurIPS",
                identifiers=(
                    Identifier(URL, NIPS.format("file", "Paper-Conference.pdf")),
                    Identifier(URL, NIPS.format("hash", "Abstract-Conference.html")),
                ),
                title="Denoising Diffusion Probabilistic Models",
                authors=(
                    Author("Jonathan Ho", "Ho", "Jonathan"),
                    Author("Ajay Jain", "Jain", "Ajay"),
                ),
                published="2020",
                venue="Advances in Neural Information Processing Systems",
                abstract="Of quality.",
            ),
        ),
    )


class TestAclAnthology(SourceContract):
    source = acl.SOURCE
    good: ClassVar = (
        Good(
            0,
            "https://www.aclweb.org/anthology/N19-1423.pdf",
            "<!doctype html><html lang=en><head><meta content='Steam' name=citation_title>"
            "<meta content=2019/6 name=citation_publication_date>"
            "<meta content='10.18653/v1/N19-1423' name=citation_doi></head><body></body></html>",
            Candidate(
                source="ACL Anthology",
                identifiers=(
                    Identifier(URL, "https://www.aclweb.org/anthology/N19-1423.pdf"),
                    Identifier(URL, "https://aclanthology.org/N19-1423"),
                    Identifier(DOI, "10.18653/v1/n19-1423"),
                ),
                title="Steam",
                published="2019-06",
            ),
        ),
    )


XPLORE = (
    "<title>Steam | IEEE Xplore</title><script>var xplGlobal = {};\n"
    'xplGlobal.document.metadata={"title": "Steam", "authors": [{"name": "Ana Tetera",'
    ' "firstName": "Ana", "lastName": "Tetera"}, {"name": "The Whistle Group"}],'
    ' "publicationTitle": "Tea 2024", "publicationYear": "2024", "articleNumber": "10446531",'
    ' "doi": "10.1109/TEA.2024.1", "abstract": "A brace }; and \\"more\\".",'
    ' "articleNumber": "10446531"};</script>'
)


class TestIEEE(SourceContract):
    source = ieee.SOURCE
    good: ClassVar = (
        Good(
            0,
            "https://ieeexplore.ieee.org/abstract/document/10446531?casa_token=AAAA:b-c_d",
            head(XPLORE, "<xpl-root></xpl-root>"),
            Candidate(
                source="IEEE Xplore",
                identifiers=(
                    Identifier(URL, "https://ieeexplore.ieee.org/abstract/document/10446531"),
                    Identifier(URL, "https://ieeexplore.ieee.org/document/10446531"),
                    Identifier(DOI, "10.1109/tea.2024.1"),
                ),
                title="Steam",
                authors=(Author("Ana Tetera", "Tetera", "Ana"), Author("The Whistle Group")),
                published="2024",
                venue="Tea 2024",
                abstract='A brace }; and "more".',
            ),
        ),
    )

    def test_tokens_are_not_sent_on(self) -> None:
        for link in self.source.examples:
            ref = self.ref(link)
            (request,) = ieee.SOURCE.requests([ref], {ref: link})
            assert request.url.startswith("https://ieeexplore.ieee.org/document/")
            assert "?" not in request.url

    def test_the_page_of_another_paper_is_no_answer(self) -> None:
        other = self.good[0].content.replace("10446531", "10446532").encode()
        assert isinstance(self.parsed(self.good[0], other), BadReply)


MADE_EASY = "https://gsunshine.notion.site/Consistency-Models-Made-Easy-" + "0123456789abcdef" * 2


class TestNotion(SourceContract):
    source = notion.SOURCE
    good: ClassVar = (
        Good(
            0,
            MADE_EASY,
            head("<title>Notion</title>", '<div id="notion-app"></div>'),
            Candidate("Notion", (Identifier(URL, MADE_EASY),), "Consistency Models Made Easy"),
        ),
        Good(
            0,
            MADE_EASY + "?pvs=4",
            head("<title>Consistency models made easy!</title>"),
            Candidate(
                "Notion",
                (Identifier(URL, MADE_EASY + "?pvs=4"),),
                "Consistency models made easy!",
            ),
        ),
    )


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_not_there_is_unknown(status: int) -> None:
    link = SHI.format("html", "html")
    ref = Identifier(URL, link)
    reply = Reply(status, {"content-type": HTML}, head("").encode(), link)
    found = cvf.SOURCE.parse(reply, [ref])[ref]
    assert isinstance(found, UnknownWork)
    assert link in str(found)
    assert found.ref == link


@pytest.mark.parametrize(
    "source",
    [one.SOURCE for one in (acl, cvf, github, ieee, neurips, notion, openreview, pmlr, web)],
)
def test_too_many_requests_may_be_said_with_success(source: Source) -> None:
    ref = source.match(source.examples[0])
    assert ref is not None
    reply = Reply(200, {"content-type": "text/plain"}, b"Rate exceeded.", "")
    for route in source.routes:
        with pytest.raises(RateLimited):
            route.parse(reply, [ref])


def test_a_soft_404_is_no_candidate() -> None:
    link = SHI.format("html", "html")
    content = head("<title>CVF Open Access</title>", "<p>No such page.</p>").encode()
    with pytest.raises(BadReply, match="without the tags"):
        cvf.SOURCE.parse(Reply(200, {"content-type": HTML}, content, link), [Identifier(URL, link)])

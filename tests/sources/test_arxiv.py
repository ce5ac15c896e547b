"""arXiv: what is asked, and what its feeds say in either shape."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from diffkb.core.identifiers import parse_arxiv_id
from diffkb.core.models import ARXIV, DOI, Author, Candidate, Identifier, Versions
from diffkb.errors import BadReply, RateLimited, UnknownWork
from diffkb.sources.arxiv import SOURCE
from diffkb.sources.base import Reply
from diffkb.sources.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    Recorded = Callable[..., bytes]
    MakeReply = Callable[..., Reply]

KETTLE = Candidate(
    source="arXiv",
    identifiers=(Identifier(ARXIV, "2401.00011"),),
    title="Steam & Whistles: When p < q, <i>sometimes</i>",
    authors=(Author("Ana María Tetera"), Author("Bo")),
    abstract="Kettles whistle. They do so loudly.\n\nA second paragraph says why.",
    published="2024-01-01T01:01:01Z",
    updated="2024-05-05T05:05:05Z",
    version=3,
    category="physics.pop-ph",
    categories=("physics.pop-ph", "cs.SD"),
    comment="12 pages, accepted at the Tea Workshop",
    journal_ref="J. Inv. Kettles 3 (2024) 1--12",
    versions=Versions(
        published=(Identifier(DOI, "10.5555/kettle.1"), Identifier(DOI, "10.5555/kettle.2"))
    ),
)

ENTRY = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
<id>https://arxiv.org/api/x</id>
<entry><id>http://arxiv.org/abs/2401.00011v1</id>{}</entry></feed>"""


def ids(*texts: str) -> list[Identifier]:
    return [parse_arxiv_id(text) for text in texts]


def paper(elements: str) -> Candidate:
    content = ENTRY.format(elements).encode()
    reply = Reply(200, {"content-type": "application/atom+xml"}, content, "")
    outcome = SOURCE.parse(reply, ids("2401.00011"))[Identifier(ARXIV, "2401.00011")]
    assert isinstance(outcome, Candidate)
    return outcome


def test_many_works_are_asked_for_at_once() -> None:
    (request,) = SOURCE.requests(ids("2401.00011", "hep-th/9901001v2", "math.GT/0512345"))
    assert request.url == "https://export.arxiv.org/api/query"
    assert dict(request.params) == {
        "id_list": "2401.00011,hep-th/9901001v2,math/0512345",
        "max_results": "3",
    }


@given(
    st.lists(
        st.builds(
            Identifier,
            st.just(ARXIV),
            st.integers(1, 300).map("2401.{:05}".format),
            st.none() | st.integers(1, 3),
        ),
        max_size=400,
    )
)
@settings(max_examples=30)
def test_every_work_is_in_one_request_of_at_most_a_hundred(refs: list[Identifier]) -> None:
    requests = SOURCE.requests(refs)
    asked = [ref for request in requests for ref in request.refs]
    assert len(asked) == len(set(asked))
    assert set(asked) == set(refs)
    for request in requests:
        assert 0 < len(request.refs) <= 100
        assert dict(request.params)["max_results"] == str(len(request.refs))
    works = [{ref.value for ref in request.refs} for request in requests]
    assert sum(map(len, works)) == len(set().union(*works))


@pytest.mark.parametrize("shape", ["current", "legacy"])
def test_a_paper_reads_the_same_in_either_shape(
    recorded: Recorded, reply: MakeReply, shape: str
) -> None:
    outcomes = SOURCE.parse(reply(recorded(shape)), ids("2401.00011"))
    assert outcomes == {Identifier(ARXIV, "2401.00011"): KETTLE}


def test_papers_are_told_apart_by_identifier_and_not_by_order(
    recorded: Recorded, reply: MakeReply
) -> None:
    refs = ids("2401.00011", "2401.00012", "math.GT/0512345", "2401.00014")
    outcomes = SOURCE.parse(reply(recorded("current")), refs)
    assert [key.value for key in outcomes] == [
        "2401.00011",
        "2401.00012",
        "math/0512345",
        "2401.00014",
    ]
    titles = [getattr(outcome, "title", None) for outcome in outcomes.values()]
    assert titles == [KETTLE.title, "Error", "Knots in Boiling Water", None]
    missing = outcomes[Identifier(ARXIV, "2401.00014")]
    assert isinstance(missing, UnknownWork)
    assert missing.message == "arXiv knows no paper 2401.00014"


def test_what_is_absent_is_none(recorded: Recorded, reply: MakeReply) -> None:
    outcomes = SOURCE.parse(reply(recorded("current")), ids("2401.00012", "math/0512345"))
    error, knots = outcomes.values()
    assert isinstance(error, Candidate)
    assert (error.abstract, error.comment, error.journal_ref) == (None, None, None)
    assert error.authors == (Author("The Kettle Collaboration"),)
    assert isinstance(knots, Candidate)
    assert (knots.category, knots.version) == ("math.GT", 2)
    assert knots.abstract == "An invented summary that begins with two blanks."


@pytest.mark.parametrize("shape", ["nothing", "legacy_nothing"])
def test_a_missing_id_is_an_empty_feed(recorded: Recorded, reply: MakeReply, shape: str) -> None:
    outcomes = SOURCE.parse(reply(recorded(shape)), ids("2401.99999"))
    assert isinstance(outcomes[Identifier(ARXIV, "2401.99999")], UnknownWork)


def test_an_entry_without_id_stands_for_a_missing_paper(
    recorded: Recorded, reply: MakeReply
) -> None:
    outcomes = SOURCE.parse(reply(recorded("legacy")), ids("2401.00011", "2401.00012"))
    assert outcomes[Identifier(ARXIV, "2401.00011")] == KETTLE
    assert isinstance(outcomes[Identifier(ARXIV, "2401.00012")], UnknownWork)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (["2401.00011v3"], True),
        (["2401.00011", "2401.00011v9"], True),
        (["2401.00011v9", "2401.00011v3"], True),
        (["2401.00011v9"], False),
        (["2401.00011v2", "2401.00011v1"], False),
    ],
)
def test_only_a_version_that_was_asked_for_is_an_answer(
    recorded: Recorded, reply: MakeReply, asked: list[str], found: bool
) -> None:
    outcomes = SOURCE.parse(reply(recorded("current")), ids(*asked))
    assert list(outcomes) == [Identifier(ARXIV, "2401.00011")]
    assert (outcomes[Identifier(ARXIV, "2401.00011")] == KETTLE) == found


def test_of_several_versions_the_latest_counts(reply: MakeReply) -> None:
    entry = "</entry><entry><id>http://arxiv.org/abs/2401.00011v{}</id>"
    content = ENTRY.format(entry.format(12) + entry.format(9)).encode()
    (outcome,) = SOURCE.parse(reply(content), ids("2401.00011v1", "2401.00011")).values()
    assert isinstance(outcome, Candidate)
    assert outcome.version == 12


def test_an_unknown_version_is_said_to_be_one(recorded: Recorded, reply: MakeReply) -> None:
    (outcome,) = SOURCE.parse(reply(recorded("nothing")), ids("2401.99999v2")).values()
    assert isinstance(outcome, UnknownWork)
    assert outcome.ref == "2401.99999v2"
    assert outcome.hint == "it may have no version 2: `2401.99999` means the latest"


@pytest.mark.parametrize("status", [200, 400])
def test_an_error_entry_rejects_the_request(
    recorded: Recorded, reply: MakeReply, status: int
) -> None:
    outcomes = SOURCE.parse(reply(recorded("rejected"), status), ids("2401.00011", "2401.00012"))
    assert len(outcomes) == 2
    for outcome in outcomes.values():
        assert isinstance(outcome, BadReply)
        assert outcome.why == "it rejects the request: incorrect id format for teapot"


def test_a_rejection_without_feed_names_the_status(reply: MakeReply) -> None:
    (outcome,) = SOURCE.parse(reply(b"Gone.", 410, "text/plain"), ids("2401.00011")).values()
    assert isinstance(outcome, BadReply)
    assert outcome.why == "it rejects the request: status 410"


@pytest.mark.parametrize(
    ("content", "kind", "why"),
    [
        (b"", "application/atom+xml", "it is empty"),
        (b" \n", "text/html", "it is empty"),
        (b"<html><body>Busy</body></html>", "text/html", "text/html instead of a feed"),
        (b"<html><body>Busy</body></html>", "text/xml", "no Atom feed"),
        (b"<feed><entry/></feed>", "text/xml", "no Atom feed"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom"><entry>', "text/xml", "breaks off"),
        (b"<feed>\xff</feed>", "text/xml", "not UTF-8"),
        ("<feed/>".encode("utf-16"), "text/xml", "not UTF-8"),
        ("<!DOCTYPE x><feed/>".encode("utf-16-le"), "text/xml", "not UTF-8"),
        (b"<!DOCTYPE x><feed/>", "text/xml", "declares a document type"),
        (b'<!doctype x [<!entity a "b">]><feed/>', "text/xml", "declares a document type"),
    ],
)
def test_what_is_no_feed_is_a_bad_reply(
    reply: MakeReply, content: bytes, kind: str, why: str
) -> None:
    with pytest.raises(BadReply) as caught:
        SOURCE.parse(reply(content, 200, kind), ids("2401.00011"))
    assert why in caught.value.why


@given(share=st.floats(0.01, 0.99))
@settings(max_examples=30)
def test_a_feed_that_breaks_off_is_never_an_answer(share: float) -> None:
    whole = ENTRY.format("<title>A</title><summary>B</summary>").encode()
    content = whole[: int(len(whole) * share)]
    with pytest.raises(BadReply):
        SOURCE.parse(Reply(200, {"content-type": "text/xml"}, content, ""), ids("2401.00011"))


def test_fewer_papers_than_counted_are_no_answer(recorded: Recorded, reply: MakeReply) -> None:
    short = recorded("nothing").replace(b"totalResults>0<", b"totalResults>1<")
    with pytest.raises(BadReply, match="0 of 1 papers"):
        SOURCE.parse(reply(short), ids("2401.99999"))


WORDS = (
    "feed entry id title updated published summary author name link category content source item"
    " arxiv:doi arxiv:comment arxiv:primary_category arxiv:journal_ref"
)
NAMES = st.sampled_from(WORDS.split())
TEXTS = st.sampled_from(
    ["", "x", "Error", "http://arxiv.org/abs/2401.00011v1", "https://[", "2024-01-01", "10.5555/a"]
)
ATTRIBUTES = st.sampled_from(
    [
        "",
        ' term="cs.LG"',
        ' term=""',
        ' href="https://["',
        ' type="xhtml"',
        ' type="html"',
        ' rel="x"',
    ]
)
ELEMENTS = st.recursive(
    TEXTS,
    lambda inside: st.builds(
        "<{0}{1}>{2}</{0}>".format, NAMES, ATTRIBUTES, st.lists(inside, max_size=4).map("".join)
    ),
    max_leaves=12,
)


@given(ELEMENTS, ELEMENTS)
@example("<link><entry></entry></link>", "")
@example("<content><entry></entry></content>", "")
@example('<category scheme="x"/>', "")
@example("<category/><arxiv:primary_category>x</arxiv:primary_category>", "")
@settings(max_examples=100)
def test_no_feed_is_too_odd(inside: str, after: str) -> None:
    content = ENTRY.format(inside).replace("</entry>", f"</entry>{after}").encode()
    reply = Reply(200, {"content-type": "text/xml"}, content, "")
    try:
        outcomes = SOURCE.parse(reply, ids("2401.00011"))
    except BadReply as error:
        assert error.why  # noqa: PT017 - both ends are fine
    else:
        assert list(outcomes) == [Identifier(ARXIV, "2401.00011")]


@pytest.mark.parametrize("content", [b"Rate exceeded.", b"\nRate exceeded.\n"])
def test_too_many_requests_may_be_said_with_success(reply: MakeReply, content: bytes) -> None:
    with pytest.raises(RateLimited):
        SOURCE.parse(reply(content, 200, "text/plain"), ids("2401.00011"))


@pytest.mark.parametrize(
    "title",
    [
        "0",
        "None",
        "--help",
        "Error",
        "<i>a</i> & b",
        "&amp; literally",
        "[red]x[/]",
        "A [x](y) **b**",
        "<script>alert(1)</script>",
        "x < y & y > z",
        "http://example.org/a.xml",
        "=1+1",
        "العربية \u202ex\u202c 🎲",
    ],
)
def test_a_title_is_the_text_it_is(title: str) -> None:
    found = paper(f"<title>{escape(title)}</title><summary>{escape(title)}</summary>")
    assert (found.title, found.abstract) == (title, title)


# What XML 1.0 cannot hold is left out; "\r" is not kept by any parser.
XML_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
)


@given(XML_TEXT, XML_TEXT)
@example("Ã©tude", "â€œZoÃ«â€")
@settings(max_examples=50)
def test_every_text_comes_through(title: str, name: str) -> None:
    author = f"<author><name>{escape(name)}</name></author>"
    found = paper(f"<title>{escape(title)}</title>{author}")
    assert found.title == one_line(title)
    assert [author.name for author in found.authors] == ([one_line(name)] if name.strip() else [])


@pytest.mark.parametrize("control", ["\x9b", "&#x9b;", "&#155;", "&#x09B;", "\x80", "&#128;"])
def test_control_characters_are_no_letters(control: str) -> None:
    assert paper(f"<title>a{control} b</title>").title == "a b"
    assert paper(f"<title>a&amp;#x9b; b</title>").title == "a&#x9b; b"  # noqa: F541


def test_dois_are_read_in_lower_case_once_and_without_nonsense() -> None:
    elements = "".join(
        f"<arxiv:doi>{doi}</arxiv:doi>"
        for doi in ["10.5555/A", "10.5555/a", "n/a", "10.48550/arXiv.2401.00011", "10.5555/B;C."]
    )
    assert paper(elements).versions.published == (
        Identifier(DOI, "10.5555/a"),
        Identifier(DOI, "10.5555/b;c"),
    )


WITHDRAWN = "This paper has been withdrawn by the authors due to an error in Section 3"


@pytest.mark.parametrize(
    ("comment", "summary", "withdrawn"),
    [
        (f"9 pages; {WITHDRAWN}. Sorry.", "Kettles whistle.", WITHDRAWN),
        ("9 pages", f"{WITHDRAWN}.", WITHDRAWN),
        ("Withdrawn", "Kettles whistle.", "Withdrawn"),
        ("Withdrawn by arXiv admin; duplicate", "", "Withdrawn by arXiv admin"),
        ("This submission was withdrawn", "", "This submission was withdrawn"),
        ("9 pages. Withdrawn from the Tea Workshop", "We study drugs that were withdrawn.", None),
        ("Withdrawn from the Tea Workshop, accepted at the Kettle one", "", None),
        ("", "The kettle was withdrawn from sale. This work is about withdrawn kettles.", None),
    ],
)
def test_a_withdrawal_is_told_by_words(comment: str, summary: str, withdrawn: str | None) -> None:
    found = paper(f"<arxiv:comment>{comment}</arxiv:comment><summary>{summary}</summary>")
    assert found.withdrawn == withdrawn


@pytest.mark.parametrize(
    ("elements", "published", "updated"),
    [
        ("", None, None),
        ("<published>2024-01-01T01:01:01Z</published>", "2024-01-01T01:01:01Z", None),
        ("<published>2024-01-01</published>", "2024-01-01", None),
        ("<updated>yesterday</updated>", None, None),
    ],
)
def test_dates_are_kept_as_given_if_they_are_dates(
    elements: str, published: str | None, updated: str | None
) -> None:
    found = paper(elements)
    assert (found.published, found.updated) == (published, updated)


@pytest.mark.parametrize(
    ("text", "value"),
    [("arXiv:2401.00011", "2401.00011"), ("10.5555/a", None), ("2413.00011", None)],
)
def test_arxiv_claims_what_it_knows(text: str, value: str | None) -> None:
    found = SOURCE.match(text)
    assert (found and found.value) == value

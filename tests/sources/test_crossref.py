"""Crossref: what is asked, what its records say, and what they state about other versions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkb.core.models import ARXIV, DOI, Author, Candidate, Identifier, Versions
from diffkb.errors import BadReply, UnknownWork
from diffkb.sources.base import Reply
from diffkb.sources.crossref import ROUTE

if TYPE_CHECKING:
    from diffkb.sources.base import Outcome

KETTLE = Identifier(DOI, "10.5555/kettle.1")
RECORD = {
    "DOI": "10.5555/KETTLE.1",
    "type": "journal-article",
    "title": ["Steam &amp; Whistles"],
    "subtitle": ["A <i>Loud</i> Study"],
    "container-title": ["Journal of Invented Kettles"],
    "author": [
        {"given": "Ana María", "family": "Tetera", "sequence": "first", "affiliation": []},
        {"name": "The Whistle Group", "sequence": "additional"},
        {"given": "Bo", "family": "Kessel", "suffix": "Jr.", "sequence": "additional"},
        {"family": "Mono", "sequence": "additional"},
    ],
    "abstract": "<jats:title>Abstract</jats:title><jats:p>1 &lt; 2.</jats:p>\n<jats:p>3.</jats:p>",
    "published-print": {"date-parts": [[2021]]},
    "published-online": {"date-parts": [[2021, 3, 7]]},
    "issued": {"date-parts": [[2021, 3, 7]]},
    "created": {"date-parts": [[2020, 1, 1]]},
}


def reply(content: bytes, status: int = 200, kind: str = "application/json") -> Reply:
    return Reply(status, {"content-type": kind}, content, "https://api.crossref.org/works/x")


def answer(**fields: Any) -> Reply:
    message = {name: value for name, value in (RECORD | fields).items() if value != "absent"}
    envelope = {"status": "ok", "message-type": "work", "message": message}
    return reply(json.dumps(envelope).encode())


def outcome(**fields: Any) -> Outcome:
    (only,) = ROUTE.parse(answer(**fields), [KETTLE]).values()
    return only


def candidate(**fields: Any) -> Candidate:
    found = outcome(**fields)
    assert isinstance(found, Candidate)
    return found


def test_a_record_is_read() -> None:
    assert outcome() == Candidate(
        source="Crossref",
        identifiers=(KETTLE,),
        title="Steam & Whistles: A Loud Study",
        authors=(
            Author("Ana María Tetera", "Tetera", "Ana María"),
            Author("The Whistle Group"),
            Author("Bo Kessel Jr.", "Kessel", "Bo"),
            Author("Mono", "Mono"),
        ),
        abstract="1 < 2.\n\n3.",
        published="2021-03-07",
        venue="Journal of Invented Kettles",
    )


def test_each_doi_is_one_request_in_which_it_is_encoded() -> None:
    awkward = Identifier(DOI, "10.5555/(a)1<1::b>3.0?c;2-#%/ö")
    requests = ROUTE.requests([KETTLE, awkward, KETTLE])
    prefix = "https://api.crossref.org/works/10.5555%2F"
    assert [request.url for request in requests] == [
        f"{prefix}kettle.1",
        f"{prefix}%28a%291%3C1%3A%3Ab%3E3.0%3Fc%3B2-%23%25%2F%C3%B6",
    ]
    assert [request.refs for request in requests] == [(KETTLE,), (awkward,)]


@pytest.mark.parametrize("kind", ["text/plain", "application/json;charset=utf-8"])
def test_an_unknown_doi_is_said_in_text_and_decides_nothing(kind: str) -> None:
    (found,) = ROUTE.parse(reply(b"Resource not found.", 404, kind), [KETTLE]).values()
    assert isinstance(found, UnknownWork)
    assert found.ref == "10.5555/kettle.1"
    assert not ROUTE.decides


@pytest.mark.parametrize("status", [400, 404, 410])
def test_another_refusal_is_no_word_about_the_work(status: int) -> None:
    (found,) = ROUTE.parse(reply(b"<html>no</html>", status, "text/html"), [KETTLE]).values()
    assert isinstance(found, BadReply)
    assert found.why == f"it rejects the request: status {status}"
    assert found.ref == "10.5555/kettle.1"


def test_a_record_of_another_work_is_no_answer() -> None:
    found = outcome(DOI="10.5555/pot.1")
    assert isinstance(found, BadReply)
    assert found.why == "it is about 10.5555/pot.1 instead of 10.5555/kettle.1"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("x<sub>2</sub> and <SUP>3</SUP>", "x2 and 3"),
        ("<jats:italic toggle='yes'>In vitro</jats:italic> tea", "In vitro tea"),
        ("&lt;i&gt;In vitro&lt;/i&gt; tea", "In vitro tea"),
        (
            "On <mml:math><mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math>",
            "On x2",
        ),
        (
            "<alternatives><tex-math>$$x$$</tex-math><mml:math>x</mml:math></alternatives> rises",
            "x rises",
        ),
        ("<jats:tex-math>$x$</jats:tex-math> rises", "$x$ rises"),
        ("When p &lt; q &amp; q < r", "When p < q & q < r"),
        ("A List<T> of <script>alert(1)</script>", "A List<T> of <script>alert(1)</script>"),
        ("&amp;lt; AT&T; R&D &nosuch; &#233;&#xe9;&eacute;", "&lt; AT&T; R&D &nosuch; ééé"),
        ("One\n      <b>two</b>\n  three<br/>four", "One two three four"),
        ("Bell \x1b[31mred\x1b[0m &#27;[1m \x07", "Bell red [1m"),
        ("half \ud800", "half \ufffd"),
        ("[red]x[/] **b** ](javascript:x)", "[red]x[/] **b** ](javascript:x)"),
        ("0", "0"),
    ],
)
def test_titles_are_plain_text(markup: str, text: str) -> None:
    assert candidate(title=[markup], subtitle=[]).title == text


@given(st.text(st.sampled_from("ab <>/&;:mjsit\n\"'="), max_size=60))
def test_text_without_tags_and_entities_stays(text: str) -> None:
    plain = text.replace("<", "").replace("&", "")
    assert candidate(title=["x" + plain], subtitle=None).title == " ".join(f"x{plain}".split())


@pytest.mark.parametrize(
    ("title", "subtitle", "whole"),
    [
        ("Tea", "A Study", "Tea: A Study"),
        ("Tea:", "A Study", "Tea: A Study"),
        ("Tea: a study", "A Study", "Tea: a study"),
        ("Tea", "", "Tea"),
    ],
)
def test_the_subtitle_follows_the_title_once(title: str, subtitle: str, whole: str) -> None:
    assert candidate(title=[title], subtitle=[subtitle]).title == whole


@pytest.mark.parametrize(
    ("dates", "published"),
    [
        ({"issued": [[2020, 2, 30]]}, "2020-02"),
        ({"issued": [[2020, 13, 1]]}, "2020"),
        ({"issued": [["2020", "2"]]}, "2020-02"),
        ({"issued": [[None]]}, None),
        ({"issued": []}, None),
        ({"issued": [[20]]}, None),
        ({"published": [[2020, 5]], "issued": [[2020]]}, "2020-05"),
        ({"published-print": [[2021, 1]], "published-online": [[2020, 11, 3]]}, "2020-11-03"),
        ({"posted": [[2019, 1, 2]]}, "2019-01-02"),
        ({"issued": [[2020]], "posted": [[2019, 1, 2]]}, "2020"),
    ],
)
def test_the_earliest_date_that_makes_sense_counts(
    dates: dict[str, Any], published: str | None
) -> None:
    absent = dict.fromkeys(("published-print", "published-online", "issued"), "absent")
    fields = absent | {name: {"date-parts": parts} for name, parts in dates.items()}
    assert candidate(**fields).published == published


@pytest.mark.parametrize(
    ("fields", "venue"),
    [
        ({"type": "proceedings-article", "event": {"name": "Tea Conf"}}, "Tea Conf"),
        ({"type": "proceedings-article", "event": "Tea Conf"}, "Tea Conf"),
        ({"type": "proceedings-article", "event": {"name": None}}, "B"),
        ({"type": "journal-article", "event": {"name": "Tea Conf"}}, "A"),
        ({"type": "book-chapter"}, "B"),
        ({"type": "posted-content", "container-title": []}, None),
    ],
)
def test_the_venue_is_the_conference_or_what_holds_the_work(
    fields: dict[str, Any], venue: str | None
) -> None:
    assert candidate(**{"container-title": ["A", "B"]} | fields).venue == venue


@pytest.mark.parametrize(
    "date",
    [[[2020]], "2020", {"date-parts": [2020]}, {"date-parts": [["soon"]]}, {"date-parts": 1}],
)
def test_what_is_no_date_makes_the_record_no_good(date: Any) -> None:
    assert isinstance(outcome(issued=date), BadReply)


def test_what_is_null_is_absent() -> None:
    nothing = dict.fromkeys(RECORD, None) | {"DOI": RECORD["DOI"], "title": ["Tea"]}
    assert candidate(**nothing) == Candidate("Crossref", (KETTLE,), "Tea")


def test_a_record_that_says_nothing_is_no_answer() -> None:
    found = outcome(title=[], subtitle=[], author=[])
    assert isinstance(found, BadReply)
    assert found.why == "it gives neither title nor authors"


def arxiv(number: str) -> Identifier:
    return Identifier(ARXIV, number)


@pytest.mark.parametrize(
    ("fields", "versions"),
    [
        ({}, Versions()),
        (
            {"relation": {"is-preprint-of": [{"id-type": "doi", "id": "10.5555/POT.1"}]}},
            Versions(published=(Identifier(DOI, "10.5555/pot.1"),)),
        ),
        (
            {"relation": {"has-preprint": [{"id-type": "doi", "id": "10.48550/arXiv.2401.00011"}]}},
            Versions(preprints=(arxiv("2401.00011"),)),
        ),
        (
            {"relation": {"has-preprint": [{"id-type": "arxiv", "id": "2401.00011v2"}]}},
            Versions(preprints=(arxiv("2401.00011"),)),
        ),
        ({"alternative-id": ["S123", "arXiv:2401.00011"]}, Versions((arxiv("2401.00011"),))),
        ({"alternative-id": ["2401.00011"]}, Versions()),
        (
            {"link": [{"URL": "https://arxiv.org/pdf/2401.00011v1"}]},
            Versions((arxiv("2401.00011"),)),
        ),
        ({"link": [{"URL": "https://example.org/2401.00011"}]}, Versions()),
        ({"link": [{"URL": "https://doi.org/10.99999/pot.1"}]}, Versions()),
        ({"relation": {"references": [{"id-type": "arxiv", "id": "2401.00011"}]}}, Versions()),
        (
            {"relation": {"has-preprint": [{"id-type": "doi", "id": "10.5555/kettle.1"}]}},
            Versions(),
        ),
        ({"relation": {"has-preprint": "10.5555/pot.1"}}, Versions()),
        ({"relation": []}, Versions()),
        ({"reference": [{"DOI": "10.48550/arXiv.2401.00011"}]}, Versions()),
    ],
)
def test_other_versions_are_those_that_the_record_states(
    fields: dict[str, Any], versions: Versions
) -> None:
    found = candidate(**{"relation": None} | fields)
    assert (found.identifiers, found.versions) == ((KETTLE,), versions)

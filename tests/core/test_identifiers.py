"""Identifiers: every spelling and every way to be wrong, and the laws of links."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from diffkb.core.arxiv_numbers import ARCHIVES
from diffkb.core.identifiers import (
    Ref,
    arxiv_year,
    canonical_url,
    identifiers_in_url,
    kind_of,
    parse_arxiv_id,
    parse_ref,
    url_of,
    work,
)
from diffkb.core.models import ARXIV, DOI, OPENREVIEW, URL, Identifier
from diffkb.errors import MalformedIdentifier

# What is typed, and its canonical form.
SPELLINGS = [
    ("2105.05233", "2105.05233"),
    ("2105.05233v3", "2105.05233v3"),
    ("2105.05233v11", "2105.05233v11"),
    ("2105.05233V3", "2105.05233v3"),
    ("0704.0001", "0704.0001"),
    ("0812.4321", "0812.4321"),
    ("1411.9999", "1411.9999"),
    ("1412.9999", "1412.9999"),
    ("1501.00001", "1501.00001"),
    ("1501.99999", "1501.99999"),
    ("9912.99999", "9912.99999"),
    ("1001.0001", "1001.0001"),
    ("  2105.05233\t", "2105.05233"),
    ("\u200b2105.05233\u00a0\ufeff", "2105.05233"),
    ("hep-ph/9902002", "hep-ph/9902002"),
    ("hep-ph/9902002v2", "hep-ph/9902002v2"),
    ("HEP-PH/9902002", "hep-ph/9902002"),
    ("hep-th/9107001", "hep-th/9107001"),
    ("hep-ph/0703999", "hep-ph/0703999"),
    ("quant-ph/0102003v1", "quant-ph/0102003v1"),
    ("math/0401001", "math/0401001"),
    ("math.AG/0401001", "math/0401001"),
    ("math.ag/0401001v4", "math/0401001v4"),
    ("cs.LO/0612012", "cs/0612012"),
    ("cond-mat.str-el/9710123v2", "cond-mat/9710123v2"),
    ("math.QQ/0401001", "math/0401001"),
    ("funct-an/9501001", "funct-an/9501001"),
    ("hepph/9902002", "hep-ph/9902002"),
    ("condmat/9710123", "cond-mat/9710123"),
    ("hep-ph//9902002", "hep-ph/9902002"),
    ("arXiv:2105.05233", "2105.05233"),
    ("ARXIV:2105.05233v3", "2105.05233v3"),
    ("arXiv: 2105.05233", "2105.05233"),
    ("arXiv 2105.05233", "2105.05233"),
    ("arXiv:math.AG/0401001", "math/0401001"),
    ("arXiv:2105.05233v3 [cs.LG]", "2105.05233v3"),
    ("arXiv:2105.05233v3 [cs.LG] 1 Jun 2021", "2105.05233v3"),
    ("2105.05233 [stat.ML]", "2105.05233"),
    ("arXiv:hep-ph/9902002v2 11 Feb 1999", "hep-ph/9902002v2"),
    ("arXiv:math/0401001v1 [math.AG] 1 Jan 2004", "math/0401001v1"),
    ("oai:arXiv.org:2105.05233v3", "2105.05233v3"),
    ("oai:arXiv.org:hep-ph/9902002", "hep-ph/9902002"),
    ("10.48550/arXiv.2105.05233", "2105.05233"),
    ("10.48550/ARXIV.2105.05233v3", "2105.05233v3"),
    ("doi:10.48550/arxiv.2105.05233", "2105.05233"),
    ("10.48550/arXiv.math/0401001", "math/0401001"),
    ("https://doi.org/10.48550/arXiv.2105.05233", "2105.05233"),
    ("http://dx.doi.org/10.48550/ARXIV.2105.05233", "2105.05233"),
    ("https://doi.org/10.48550%2FarXiv.2105.05233", "2105.05233"),
    ("https://arxiv.org/abs/2105.05233", "2105.05233"),
    ("http://arxiv.org/abs/2105.05233v3", "2105.05233v3"),
    ("arxiv.org/abs/2105.05233", "2105.05233"),
    ("www.arxiv.org/pdf/2105.05233v3", "2105.05233v3"),
    ("HTTPS://ArXiv.org:443/abs/2105.05233", "2105.05233"),
    ("https://export.arxiv.org/abs/2105.05233", "2105.05233"),
    ("https://browse.arxiv.org/html/2105.05233v1", "2105.05233v1"),
    ("http://de.arxiv.org/abs/hep-ph/9902002", "hep-ph/9902002"),
    ("http://xxx.lanl.gov/abs/hep-ph/9902002", "hep-ph/9902002"),
    ("https://arxiv.org/abs/2105.05233/", "2105.05233"),
    ("https://arxiv.org/abs/2105.05233?context=cs.AI", "2105.05233"),
    ("https://arxiv.org/abs/2105.05233#refs", "2105.05233"),
    ("https://arxiv.org/abs/2105.05233).", "2105.05233"),
    ("https://arxiv.org/abs/arXiv:2105.05233", "2105.05233"),
    ("https://arxiv.org/abs/math.AG/0401001v2", "math/0401001v2"),
    ("https://arxiv.org/abs/hep-ph%2F9902002", "hep-ph/9902002"),
    ("https://arxiv.org/pdf/2105.05233v3.pdf#page=7", "2105.05233v3"),
    ("https://arxiv.org/pdf/hep-ph/9902002.pdf", "hep-ph/9902002"),
    ("https://arxiv.org/ftp/arxiv/papers/2105/2105.05233.pdf", "2105.05233"),
    ("https://arxiv.org/e-print/2105.05233", "2105.05233"),
    ("https://arxiv.org/src/2105.05233v1", "2105.05233v1"),
    ("https://arxiv.org/format/2105.05233", "2105.05233"),
    ("https://arxiv.org/ps/cs/0612012", "cs/0612012"),
    ("https://arxiv.org/bibtex/2105.05233", "2105.05233"),
    ("https://openreview.net/forum?arxivid=2105.05233", "2105.05233"),
    ("https://www.alphaxiv.org/abs/2105.05233", "2105.05233"),
    ("https://alphaxiv.org/overview/2105.05233v3", "2105.05233v3"),
    ("https://ar5iv.labs.arxiv.org/html/2105.05233", "2105.05233"),
    ("https://ar5iv.org/abs/hep-ph/9902002", "hep-ph/9902002"),
    ("https://huggingface.co/papers/2105.05233", "2105.05233"),
    ("https://www.arxiv-vanity.com/papers/2105.05233/", "2105.05233"),
    ("https://api.semanticscholar.org/arXiv:2105.05233", "2105.05233"),
    ("https://api.semanticscholar.org/graph/v1/paper/ARXIV:2105.05233", "2105.05233"),
]

# What is typed, and a part of what is said about it.
WRONG = [
    ("", "it is empty"),
    (" \u200b ", "it is empty"),
    ("0705.0000", "no paper has the number 0000"),
    ("1601.00000", "no paper has the number 00000"),
    ("0000.0001", "no month 00"),
    ("2100.00001", "no month 00"),
    ("2113.00001", "no month 13"),
    ("2030.12345", "no month 30"),
    ("0702.0001", "begin with 0704"),
    ("0611.4321", "begin with 0704"),
    ("0910.01234", "5 digits stand after the dot"),
    ("1412.54321", "5 digits stand after the dot"),
    ("1501.0002", "4 digits stand after the dot"),
    ("2105.0523", "4 digits stand after the dot"),
    ("2105.052330", "6 digits stand after the dot"),
    ("2105.1", "1 digit stands after the dot"),
    ("215.05233", "3 digits stand before the dot"),
    ("210505233", "the dot is missing"),
    ("2105-05233", "a dot belongs"),
    ("2105/05233", "a dot belongs"),
    ("2105.05233v", "the number of the version is missing"),
    ("2105.05233v0", "versions are counted from 1"),
    ("2105.05233v007", "no zero in front"),
    ("2105.05233v-2", "`v-2` is no version"),
    ("2105.05233v1v2", "`v1v2` is no version"),
    ("2105.05233v99999", "`v99999` is no version"),
    ("2105.05233.1", "a third part follows"),
    ("2105.05233abc", "something follows the number"),
    ("v2105.05233", "something stands in front"),
    ("\uff12\uff11\uff10\uff15.05233", "only the digits 0 to 9"),
    ("2105.05233,2006.11239", "more than one identifier"),
    ("hep-ph/9902002 math/0401001", "more than one identifier"),
    ("as 2105.05233 shows", "with no words around it"),
    ("arXiv : 2105. 05233", "holds no blanks"),
    ("hello", "no form that arXiv uses"),
    ("1.2.3", "no form that arXiv uses"),
    ("192.168.0.1", "no form that arXiv uses"),
    ("hep-ph/99020", "5 digits stand after the slash"),
    ("hep-ph/99020022", "8 digits stand after the slash"),
    ("hep-ph/9902000", "no paper has the number 000"),
    ("hep-ph/9914001", "no month 14"),
    ("hep-ph/9900001", "no month 00"),
    ("hep-ph/0704002", "run from 9107 to 0703"),
    ("hep-ph/9106009", "run from 9107 to 0703"),
    ("q-fin/0601001", "no archive `q-fin`"),
    ("nonsense/9902002", "no archive `nonsense`"),
    ("9902002", "the archive is missing"),
    ("hep-ph9902002", "the slash after the archive is missing"),
    ("2018/0711", "a dot belongs"),
    ("hep-ph/9902002v0", "versions are counted from 1"),
    ("hep-th/1102.1234", "a number of the newer form"),
    ("arXiv:", "no identifier follows"),
    ("arXiv:arXiv:2105.05233", "stands there twice"),
    ("10.1109/CVPR.2021.00001", "a DOI that arXiv did not give out"),
    ("10.48550/else.2105.05233", "a DOI that arXiv did not give out"),
    ("https://arxiv.org/list/math.AG/2105", "a listing is no paper"),
    ("https://arxiv.org/a/kettle_t_1", "an author's page is no paper"),
    ("https://arxiv.org/search/?query=2105.05233", "a search is no paper"),
    ("https://arxiv.org", "the home page is no paper"),
    ("https://arxiv.org/abs/", "no identifier follows"),
    ("https://arxiv.org/abs", "no identifier follows"),
    ("https://arxiv.org/abs/2105.052330", "6 digits stand after the dot"),
    ("https://arxiv.org/abs/2105.05233v0", "versions are counted from 1"),
    ("https://huggingface.co/papers", "carries no arXiv identifier"),
    ("https://myarxiv.org/abs/2105.05233", "carries no arXiv identifier"),
    ("https://arxiv.org.example/abs/2105.05233", "carries no arXiv identifier"),
    ("https://example.org/arxiv.org/abs/2105.05233", "carries no arXiv identifier"),
    ("https://example.org/?u=https://arxiv.org/abs/2105.05233", "carries no arXiv identifier"),
    ("https://example.org@arxiv.org/abs/2105.05233", "carries no arXiv identifier"),
    ("ftp://arxiv.org/abs/2105.05233", "only http and https"),
]

HINTS = [
    ("0910.01234", "did you mean `0910.1234`?"),
    ("2105.523v2", "did you mean `2105.00523v2`?"),
    ("210505233", "did you mean `2105.05233`?"),
    ("2105-05233", "did you mean `2105.05233`?"),
    ("\uff12\uff11\uff10\uff15.05233", "did you mean `2105.05233`?"),
    ("as 2105.05233 shows", "did you mean `2105.05233`?"),
    ("arXiv : 2105. 05233", "did you mean `2105.05233`?"),
    ("hep-th/1102.1234", "did you mean `1102.1234`?"),
    ("arXiv:arXiv:2105.05233", "did you mean `2105.05233`?"),
    ("2105.05233v0", "leave the version out to mean the latest one"),
    ("2105.05233,2006.11239", "give them one by one"),
    ("2113.00001", "arXiv identifiers look like 2006.11239 or hep-th/9901001"),
]


@st.composite
def arxiv_ids(draw: st.DrawFn) -> Identifier:
    """Draws an identifier of either form."""
    month = draw(st.integers(1, 12))
    version = draw(st.none() | st.integers(1, 9999))
    if draw(st.booleans()):
        year = draw(st.integers(1992, 2006))
        number = f"{year % 100:02}{month:02}{draw(st.integers(1, 999)):03}"
        archive = draw(st.sampled_from(sorted(ARCHIVES)))
        return Identifier(ARXIV, f"{archive}/{number}", version)
    year = draw(st.integers(2008, 2099))
    width = 4 if year < 2015 else 5
    number = str(draw(st.integers(1, 10**width - 1))).zfill(width)
    return Identifier(ARXIV, f"{year % 100:02}{month:02}.{number}", version)


def dois() -> st.SearchStrategy[Identifier]:
    suffix = st.text(
        st.characters(exclude_categories=["Z", "C"]) | st.sampled_from("#?%<>()[]/"), min_size=1
    ).map(lambda text: text.lower().rstrip(".,;"))
    return st.builds(
        lambda prefix, text: Identifier(DOI, f"10.{prefix}/{text}"),
        st.integers(1000, 999999999),
        suffix.filter(lambda text: text and text == text.lower() and not text.isspace()),
    )


@pytest.mark.parametrize(("text", "canonical"), SPELLINGS)
def test_every_spelling_is_read(text: str, canonical: str) -> None:
    identifier = parse_arxiv_id(text)
    assert (identifier.scheme, str(identifier)) == (ARXIV, canonical)


@pytest.mark.parametrize(("text", "canonical"), SPELLINGS)
def test_a_reference_may_be_any_spelling(text: str, canonical: str) -> None:
    ref = parse_ref(text)
    assert (ref.text, str(ref.identifier)) == (text, canonical)


@pytest.mark.parametrize(("text", "why"), WRONG)
def test_what_is_wrong_is_said(text: str, why: str) -> None:
    with pytest.raises(MalformedIdentifier) as caught:
        parse_arxiv_id(text)
    assert why in caught.value.why
    assert caught.value.text == text


@pytest.mark.parametrize(("text", "hint"), HINTS)
def test_a_hint_says_what_was_perhaps_meant(text: str, hint: str) -> None:
    with pytest.raises(MalformedIdentifier) as caught:
        parse_arxiv_id(text)
    assert caught.value.hint == hint


@given(arxiv_ids())
def test_the_canonical_form_is_read_as_itself(identifier: Identifier) -> None:
    assert parse_arxiv_id(str(identifier)) == identifier
    assert parse_arxiv_id(f"arXiv:{identifier} [cs.LG] 3 Mar 2021") == identifier


@given(arxiv_ids())
def test_the_year_is_the_one_written_into_the_number(identifier: Identifier) -> None:
    year = arxiv_year(identifier)
    assert 1991 <= year <= 2099
    assert f"{year % 100:02}" in identifier.value
    assert ("/" in identifier.value) == (year < 2007)


@pytest.mark.parametrize(
    ("value", "year"),
    [
        ("0704.0001", 2007),
        ("hep-th/9901001", 1999),
        ("hep-th/9107001", 1991),
        ("math/0001001", 2000),
        ("cs/0703001", 2007),
        ("9912.12345", 2099),
        ("2105.05233", 2021),
    ],
)
def test_two_digits_mean_one_year(value: str, year: int) -> None:
    assert arxiv_year(Identifier(ARXIV, value)) == year


@given(st.text())
@example("1412.12345")
@example("arXiv:")
@example("http://")
@example("https://[::1/abs/2105.05233")
def test_any_text_is_an_identifier_or_malformed(text: str) -> None:
    for parse in (parse_arxiv_id, parse_ref):
        try:
            parse(text)
        except MalformedIdentifier as error:
            assert error.why  # noqa: PT017 - both ends are fine


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10.1109/CVPR.2021.00001", "10.1109/cvpr.2021.00001"),
        ("doi:10.1109/CVPR.2021.00001", "10.1109/cvpr.2021.00001"),
        ("DOI: 10.1109/CVPR.2021.00001", "10.1109/cvpr.2021.00001"),
        ("10.48550/else.2105.05233", "10.48550/else.2105.05233"),
        ("10.1000.10/ab;c-d.", "10.1000.10/ab;c-d"),
    ],
)
def test_a_doi_is_read_in_lower_case(text: str, value: str) -> None:
    assert parse_ref(text) == Ref(text, Identifier(DOI, value))


@pytest.mark.parametrize(
    ("text", "scheme", "value"),
    [
        ("https://doi.org/10.1109/CVPR.2021.00001", DOI, "10.1109/cvpr.2021.00001"),
        ("http://dx.doi.org/10.1109/CVPR.2021.00001", DOI, "10.1109/cvpr.2021.00001"),
        ("https://openreview.net/forum?id=Ab-C_1dEfG&noteId=x", OPENREVIEW, "Ab-C_1dEfG"),
        ("https://openreview.net/pdf?id=Ab-C_1dEfG", OPENREVIEW, "Ab-C_1dEfG"),
        ("https://openreview.net/attachment?name=pdf&id=Ab-C_1dEfG", OPENREVIEW, "Ab-C_1dEfG"),
    ],
)
def test_a_link_gives_its_identifier_and_itself(text: str, scheme: str, value: str) -> None:
    assert parse_ref(text) == Ref(text, Identifier(scheme, value), text)


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/a-page",
        "http://example.org",
        "https://arxiv.org/list/math.AG/2105",
        "https://huggingface.co/papers",
        "https://openreview.net/group?id=ICLR.cc/2021/Conference",
        "https://myarxiv.org/abs/2105.05233",
    ],
)
def test_any_other_link_is_a_reference_without_identifier(text: str) -> None:
    assert parse_ref(f" {text} ") == Ref(f" {text} ", None, text)


def test_a_link_without_scheme_is_completed() -> None:
    assert parse_ref("arxiv.org/abs/2105.05233").url == "https://arxiv.org/abs/2105.05233"
    assert parse_ref("2105.05233").url is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2113.00001", "no month 13"),
        ("nonsense/9902002", "no archive"),
        ("https://arxiv.org/abs/2105.052330", "6 digits"),
        ("https://doi.org/10.48550/arXiv.2105.052330", "6 digits"),
        ("10.48550/arXiv.2105.052330", "6 digits"),
        ("", "it is empty"),
        ("attention is all you need", "no arXiv identifier, DOI or http(s) link"),
        ("example.org/page", "no arXiv identifier, DOI or http(s) link"),
        ("mailto:ada@example.org", "no arXiv identifier, DOI or http(s) link"),
        ("ftp://example.org/paper.pdf", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("https://example.org/a https://example.org/b", "more than one link"),
        ("https://example.org/a,https://example.org/b", "more than one link"),
        ("https:///path", "names no host"),
    ],
)
def test_what_no_source_can_mean_is_malformed(text: str, why: str) -> None:
    with pytest.raises(MalformedIdentifier) as caught:
        parse_ref(text)
    assert why in caught.value.why


@given(arxiv_ids() | dois())
def test_the_page_of_a_work_gives_the_work_back(identifier: Identifier) -> None:
    url = url_of(identifier)
    assert identifiers_in_url(url) == (identifier,)
    assert parse_ref(url) == Ref(url, identifier, url)
    assert kind_of(url) == "paper"


def test_pages_follow_the_scheme() -> None:
    assert url_of(Identifier(ARXIV, "2105.05233", 2)) == "https://arxiv.org/abs/2105.05233v2"
    assert url_of(Identifier(DOI, "10.1000/a<b>#c")) == "https://doi.org/10.1000/a%3Cb%3E%23c"
    assert url_of(Identifier(OPENREVIEW, "Ab-C")) == "https://openreview.net/forum?id=Ab-C"
    assert url_of(Identifier(URL, "https://example.org")) == "https://example.org"


def test_a_work_has_no_version() -> None:
    assert work(Identifier(ARXIV, "2105.05233", 2)) == Identifier(ARXIV, "2105.05233")


@pytest.mark.parametrize(
    ("url", "scheme", "value"),
    [
        ("https://arxiv.org/pdf/2105.05233.pdf", ARXIV, "2105.05233"),
        ("https://doi.org/10.48550/arXiv.2105.05233", ARXIV, "2105.05233"),
        ("https://doi.org/10.1007/JHEP06(2023)184", DOI, "10.1007/jhep06(2023)184"),
        ("https://dl.acm.org/doi/10.1145/12345.67890", DOI, "10.1145/12345.67890"),
        ("https://dl.acm.org/doi/abs/10.1145/12345.67890?cid=1", DOI, "10.1145/12345.67890"),
        ("https://dl.acm.org/doi/pdf/10.1145/12345.67890", DOI, "10.1145/12345.67890"),
        ("https://dl.acm.org/doi/full/10.1145/12345.67890", DOI, "10.1145/12345.67890"),
        (
            "https://link.springer.com/chapter/10.1007/978-3-030-1_5",
            DOI,
            "10.1007/978-3-030-1_5",
        ),
        ("https://link.springer.com/article/10.1007/s11-021-1/", DOI, "10.1007/s11-021-1"),
        (
            "https://link.springer.com/content/pdf/10.1007%2F978-3-030-1_5.pdf",
            DOI,
            "10.1007/978-3-030-1_5",
        ),
        ("https://example.org/10.1145/12345.67890", DOI, "10.1145/12345.67890"),
        ("https://pubs.example.org/doi/full/10.1021/ab.1c2", DOI, "10.1021/ab.1c2"),
        ("https://example.org/article/10.1088/17-65/10/2/02/pdf", DOI, "10.1088/17-65/10/2/02"),
        ("https://example.org/doi/10.1073/pn.1.pdf", DOI, "10.1073/pn.1"),
        ('https://example.org/doi/10.1073/pn.1"[PDF]"', DOI, "10.1073/pn.1"),
        ("https://www.biorxiv.org/content/10.1101/2021.05.05.442v2", DOI, "10.1101/2021.05.05.442"),
        (
            "https://www.biorxiv.org/content/10.1101/2021.05.05.442v1.full.pdf",
            DOI,
            "10.1101/2021.05.05.442",
        ),
        ("https://www.biorxiv.org/content/10.1101/123456", DOI, "10.1101/123456"),
        ("https://openreview.net/forum?id=Ab-C_1dEfG", OPENREVIEW, "Ab-C_1dEfG"),
        ("https://openreview.net/pdf?id=Ab-C_1dEfG#x", OPENREVIEW, "Ab-C_1dEfG"),
    ],
)
def test_links_of_a_list_carry_identifiers(url: str, scheme: str, value: str) -> None:
    assert identifiers_in_url(url) == (Identifier(scheme, value),)


@given(
    host=st.sampled_from(["", "www.", "browse.", "export."]),
    page=st.sampled_from(["abs", "pdf", "html"]),
    number=st.from_regex(r"[0-9]{4}\.[0-9]{4,5}(v[0-9]{1,3})?", fullmatch=True),
    end=st.sampled_from(["", ".pdf"]),
)
def test_a_link_of_arxiv_carries_the_same_whether_it_is_taken_apart_or_not(
    host: str, page: str, number: str, end: str
) -> None:
    usual = identifiers_in_url(f"https://{host}arxiv.org/{page}/{number}{end}")
    assert usual == identifiers_in_url(f"https://{host}ARXIV.ORG//{page}/{number}{end}?context=cs")


@pytest.mark.parametrize(
    "url",
    [
        "http://citeseerx.ist.psu.edu/viewdoc/summary?doi=10.1.1.332.3161",
        "https://dl.acm.org/citation.cfm?id=10.1145/12345",
        "https://arxiv.org/abs/2105.052330",
        "https://doi.org/10.48550/arXiv.2105.052330",
        "https://openreview.net/group?id=ICLR.cc/2021/Conference",
        "https://example.org/doi/10.1/12345.67890",
        "https://dl.acm.org/doi/10.5555/3295222.3295349",
        "not a link",
        "",
    ],
)
def test_other_links_carry_none(url: str) -> None:
    assert identifiers_in_url(url) == ()


@given(st.text() | st.text().map("https://doi.org/{}".format) | st.text().map("http://{}".format))
@example("http://[")
@example("https://arxiv.org/abs/%ff")
def test_no_link_is_too_odd_to_look_at(url: str) -> None:
    assert isinstance(identifiers_in_url(url), tuple)
    assert kind_of(url) in {"paper", "link"}


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("http://Example.org/A/", "https://example.org/A"),
        ("https://example.org:443", "http://example.org:80/"),
        ("https://example.org/a#b", "https://example.org/a"),
        ("https://example.org/a?utm_source=x&b=1&fbclid=2&a=3", "https://example.org/a?b=1&a=3"),
        ("https://example.org/a?casa_token=x", "https://example.org/a"),
        ("https://example.org/a?", "https://example.org/a"),
    ],
)
def test_links_to_one_page_are_one(url: str, same: str) -> None:
    assert canonical_url(url) == canonical_url(same)


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/?a=1&b=2", "https://example.org/?b=2&a=1"),
        ("https://example.org:8080/", "https://example.org/"),
        ("https://example.org/a", "https://www.example.org/a"),
    ],
)
def test_links_to_two_pages_are_two(url: str, other: str) -> None:
    assert canonical_url(url) != canonical_url(other)


URL_PIECES = st.sampled_from(
    ["http", "HTTPS", "://", "a", "B.c", ":80", ":443", "/", "?", "&", "#", " ", "utm_x=1", "d=2"]
)


@given(st.text() | st.lists(URL_PIECES).map("".join) | st.lists(URL_PIECES).map("http://".join))
def test_the_identity_of_an_identity_is_itself(url: str) -> None:
    assert canonical_url(canonical_url(url)) == canonical_url(url)


@pytest.mark.parametrize("url", ["", "mailto:a@b.c", "ftp://example.org/a/", "#x", "http:///a/"])
def test_what_is_no_link_is_its_own_identity(url: str) -> None:
    assert canonical_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "https://arxiv.org/abs/2105.05233",
        "https://openaccess.thecvf.com/content/X2021/html/Kettle_Steam_X_2021_paper.html",
        "https://proceedings.mlr.press/v1/kettle21a.html",
        "https://papers.nips.cc/paper/2021/hash/abc-Abstract.html",
        "https://papers.neurips.cc/paper/1",
        "https://proceedings.neurips.cc/paper/2021/hash/abc.html",
        "https://aclanthology.org/2021.acl-long.1/",
        "https://ieeexplore.ieee.org/abstract/document/1234567?casa_token=x",
        "https://dl.acm.org/citation.cfm?id=1",
        "https://link.springer.com/book/10.1007/1",
        "https://www.nature.com/articles/s41586-021-00001-1",
        "https://www.sciencedirect.com/science/article/pii/S1",
        "https://jmlr.org/papers/v1/kettle21a.html",
        "https://openreview.net/forum?id=Ab-C_1dEfG",
        "https://www.usenix.org/conference/osdi21/presentation/kettle",
        "https://www.semanticscholar.org/paper/Steam/0123",
        "https://example.org/~kettle/Steam.PDF?x=1",
        "http://example.org/steam.ps.gz",
        "papers/steam.pdf",
    ],
)
def test_papers_are_known_by_where_they_live(url: str | None) -> None:
    assert kind_of(url) == "paper"


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/kettle/steam",
        "https://example.org/blog/steam.html",
        "https://arxiv.org/list/math.AG/2105",
        "https://openreview.net/",
        "https://openreview.net/group?id=ICLR.cc/2021/Conference",
        "https://www.nature.com/",
        "https://proceedings.mlr.press/",
        "https://notaclanthology.org/2021.acl-long.1/",
        "",
    ],
)
def test_other_pages_are_links(url: str) -> None:
    assert kind_of(url) == "link"

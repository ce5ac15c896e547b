"""References of any kind for the laws of the formats."""

from __future__ import annotations

from typing import get_args

from hypothesis import strategies as st

from diffkb.core.models import Author, Entry, Link
from diffkb.core.references import Reference, Type

# What means something in TeX, XML, JSON, RIS or a spreadsheet, and what is seldom thought of.
AWKWARD = (
    *("\\", "{", "}", "$", "%", "&", "#", "_", "~", "^", '"', "'", "''", "``", "--", "---", "?`"),
    *("<b>", "</script>", "&amp;", "@article{x,", "= ", ",", " and ", "AND", ";", "|", "\t", "\n"),
    *("$x_1$", "$\\alpha$", "$5", "\\textbf{", "\\end{document}", "TY  - JOUR", "ER  - ", "=1+1"),
    *("ö", "é", "Ł", "ß", "\u0131", "扩散", "مرحبا", "\u202e", "\u00a0", "\u2028", "\U0001f600"),
    *("e\u0301", "\u0301", "İ", "\ufffd", "\x1b", "\x7f", "DDPM", "iPhone", "a", "of", "Fourier"),
)
TEXTS = st.lists(
    st.sampled_from(AWKWARD)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
    | st.text("abcdefgh ABC", max_size=12),
    max_size=6,
).map("".join)
# Something of a title can be seen.
TITLES = TEXTS.map(lambda text: f"{' '.join(text.split())}A title")
URLS = st.none() | TEXTS.map(lambda text: f"https://example.org/{''.join(text.split())}")
NAMES = st.sampled_from(
    [
        Author("Jonathan Ho", "Ho", "Jonathan"),
        Author("Max van der Berg", "van der Berg", "Max"),
        Author("John Smith, Jr.", "Smith", "John, Jr."),
        Author("The Atlas Collaboration"),
        Author("Søren Ångström", "Ångström", "Søren"),
        Author("Plato"),
        Author("others"),
        Author("et al."),
    ]
) | st.builds(
    lambda name, family, given: Author(" ".join(name.split()) or "X", family, given),
    TEXTS,
    st.none() | TITLES,
    st.none() | TITLES,
)
DATES = st.none() | st.dates().map(str) | st.sampled_from(["2020", "2020-11"])
VENUES = st.none() | st.sampled_from(["NeurIPS 2020", "Journal of Bells", "arXiv"]) | TITLES
KEYS = st.from_regex(r"[a-z]{2,6}[0-9]{4}[a-z]{2,8}", fullmatch=True)


def entries(texts: st.SearchStrategy[str] = TEXTS) -> st.SearchStrategy[Entry]:
    """Gives entries whose free texts are of a kind."""
    maybe = st.none() | texts
    return st.builds(
        Entry,
        id=st.integers(1, 9999),
        document=TITLES,
        kind=st.sampled_from(["paper", "link"]),
        title=TITLES,
        url=URLS,
        links=st.lists(st.builds(Link, TITLES, URLS.map(str)), max_size=2).map(tuple),
        year=st.none() | st.integers(1900, 2030),
        year_from=st.just("heading"),
        wr=st.none() | st.integers(1, 3),
        read=st.none() | st.booleans(),
        section=st.lists(TITLES, max_size=2).map(tuple),
        tags=st.lists(TITLES, max_size=2, unique=True).map(tuple),
        note=maybe,
        arxiv_id=st.none() | st.sampled_from(["2006.11239", "hep-th/9901001"]),
        doi=st.none() | st.sampled_from(["10.1000/182", "10.1000/a_b(c)--d%;2"]),
        openreview_id=st.none() | st.just("abc_DE-1"),
        authors=st.lists(NAMES, max_size=3).map(tuple),
        venue=VENUES,
        published=DATES,
        abstract=maybe,
        pending=st.just(False),
        key=st.none(),
    )


REFERENCES = st.builds(
    Reference,
    entries(),
    key=KEYS,
    category=st.none() | st.sampled_from(["cs.LG", "hep-th"]),
    added=st.just("2026-01-01T00:00:00Z"),
    changed=st.just("2026-01-02T00:00:00Z"),
    private=st.none() | TEXTS,
    extra=st.just({}) | st.sampled_from(get_args(Type)).map(lambda kind: {"type": kind}),
)

"""Citations as styles ask for them: by known examples, and with hostile text in every field."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tests.entries import BARE
from tests.formats.references import REFERENCES

from diffkb.core.models import Author
from diffkb.core.query import EVERYTHING
from diffkb.core.references import Reference
from diffkb.errors import BadValue, UnreadableInput
from diffkb.formats.bibliography import STYLES, cite
from diffkb.store.reader import Reader
from diffkb.store.references import select_references

if TYPE_CHECKING:
    from typing import Any

    from diffkb.formats.bibliography import Target

TARGETS: tuple[Target, ...] = ("text", "html", "markdown")
SHIPPED = Path(__file__).parents[2] / "data" / "kb.sqlite"
LAW = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=25)


def reference(extra: dict[str, Any] | None = None, **fields: Any) -> Reference:
    return Reference(replace(BARE, **fields), "key", None, "2026", "2026", None, extra or {})


def person(given: str, family: str) -> Author:
    return Author(f"{given} {family}", family, given)


def cited(style: str, *references: Reference, target: Target = "text") -> list[str]:
    return cite(references, style, target, keeps=False)


PREPRINT = reference(
    title="Denoising Diffusion Probabilistic Models",
    authors=(person("Jonathan", "Ho"), person("Ajay", "Jain"), person("Pieter", "Abbeel")),
    url="https://arxiv.org/abs/2006.11239",
    arxiv_id="2006.11239",
    published="2020-06-19",
)
MEETING = reference(
    title="Score-based models: a tale",
    authors=(person("Yang", "Song"), person("Jean-Luc", "Picard")),
    url="https://example.org/song",
    venue="ICLR 2021",
)
ARTICLE = reference(
    {"bibtex": {"volume": "6", "pages": "695--709", "number": "4"}},
    title="Estimation by score matching",
    authors=(
        person("Aapo", "Hyvärinen"),
        person("Max", "van der Berg"),
        Author("John Smith, Jr.", "Smith", "John, Jr."),
    ),
    venue="Journal of Machine Learning Research",
    published="2005-04-01",
    doi="10.1000/182",
)
PAGE = reference(
    title="What are models?",
    kind="link",
    url="https://example.org/b",
    authors=(Author("Lilian Weng"),),
    published="2021-05",
)
NOBODY = reference(title="What are models?", kind="link", url="https://example.org/b")
MANY = reference(
    title="Many authors",
    authors=tuple(person("Ann", f"Fam{letter}") for letter in "abcdefghijklmnopqrstuvwx"),
    venue="NeurIPS 2023",
)
OTHERS = reference(
    title="Some authors",
    authors=(person("Ann", "First"), person("Ann", "Second"), Author("others")),
    venue="NeurIPS 2023",
)
BODY = reference(title="A lab", authors=(Author("The Atlas Collaboration"),), year=2008)

# As the handbooks of the styles have them.
EXAMPLES = [
    (
        "apa",
        PREPRINT,
        (
            "Ho, J., Jain, A., & Abbeel, P. (2020). Denoising Diffusion Probabilistic Models "
            "(arXiv:2006.11239). arXiv. https://arxiv.org/abs/2006.11239"
        ),
    ),
    (
        "ieee",
        PREPRINT,
        (
            "[1] J. Ho, A. Jain, and P. Abbeel, “Denoising Diffusion Probabilistic Models,” "
            "Jun. 19, 2020, arXiv: arXiv:2006.11239. [Online]. Available: https://arxiv.org/abs/2006.11239"
        ),
    ),
    (
        "chicago",
        PREPRINT,
        (
            "Ho, Jonathan, Ajay Jain, and Pieter Abbeel. 2020. “Denoising Diffusion Probabilistic "
            "Models.” arXiv:2006.11239. Preprint, arXiv, June 19. https://arxiv.org/abs/2006.11239."
        ),
    ),
    (
        "apa",
        MEETING,
        (
            "Song, Y., & Picard, J.-L. (2021). Score-based models: a tale. ICLR 2021. "
            "https://example.org/song"
        ),
    ),
    (
        "ieee",
        MEETING,
        (
            "[1] Y. Song and J.-L. Picard, “Score-based models: a tale,” in ICLR 2021, 2021. "
            "[Online]. Available: https://example.org/song"
        ),
    ),
    (
        "chicago",
        MEETING,
        (
            "Song, Yang, and Jean-Luc Picard. 2021. “Score-based Models: A Tale.” ICLR 2021. "
            "https://example.org/song."
        ),
    ),
    (
        "apa",
        ARTICLE,
        (
            "Hyvärinen, A., van der Berg, M., & Smith, J., Jr. (2005). Estimation by score "
            "matching. Journal of Machine Learning Research, 6(4), 695–709. https://doi.org/10.1000/182"
        ),
    ),
    (
        "ieee",
        ARTICLE,
        (
            "[1] A. Hyvärinen, M. van der Berg, and J. Smith Jr., “Estimation by score matching,” "
            "Journal of Machine Learning Research, vol. 6, no. 4, pp. 695–709, Apr. 2005, "
            "doi: 10.1000/182."
        ),
    ),
    (
        "chicago",
        ARTICLE,
        (
            "Hyvärinen, Aapo, Max van der Berg, and John Smith Jr. 2005. “Estimation by Score "
            "Matching.” Journal of Machine Learning Research 6 (4): 695–709. "
            "https://doi.org/10.1000/182."
        ),
    ),
    ("apa", PAGE, "Weng, L. (2021, May). What are models? https://example.org/b"),
    ("ieee", PAGE, "[1] L. Weng, “What are models?” [Online]. Available: https://example.org/b"),
    ("chicago", PAGE, "Weng, Lilian. 2021. “What Are Models?” May. https://example.org/b."),
    ("apa", NOBODY, "What are models? (n.d.). https://example.org/b"),
    ("ieee", NOBODY, "[1] “What are models?” [Online]. Available: https://example.org/b"),
    ("chicago", NOBODY, "“What Are Models?” n.d. https://example.org/b."),
    ("ieee", MANY, "[1] A. Fama et al., “Many authors,” in NeurIPS 2023, 2023."),
    ("chicago", MANY, "Fama, Ann, Ann Famb, Ann Famc, et al. 2023. “Many Authors.” NeurIPS 2023."),
    ("apa", OTHERS, "First, A., Second, A., et al. (2023). Some authors. NeurIPS 2023."),
    ("apa", BODY, "The Atlas Collaboration. (2008). A lab."),
]


@pytest.mark.parametrize(("style", "one", "line"), EXAMPLES)
def test_a_work_is_cited_as_its_style_asks(style: str, one: Reference, line: str) -> None:
    assert cited(style, one) == [line]


def test_authors_beyond_the_twentieth_are_left_out_but_the_last() -> None:
    [line] = cited("apa", MANY)
    assert "Fams, A., … Famx, A. (2023)" in line
    assert "Famt" not in line


def test_titles_and_containers_are_in_italics() -> None:
    [line] = cited("apa", ARTICLE, target="html")
    assert "<i>Journal of Machine Learning Research</i>, <i>6</i>(4), 695" in line
    assert '<a href="https://doi.org/10.1000/182">https://doi.org/10.1000/182</a>' in line
    [line] = cited("apa", PREPRINT, target="markdown")
    assert "*Denoising Diffusion Probabilistic Models* (arXiv" in line
    assert line.endswith(". <https://arxiv.org/abs/2006.11239>")


def test_any_style_that_is_installed_goes_by_its_name_and_one_that_names_another_is_it() -> None:
    [line] = cited("nature", ARTICLE)
    assert line.startswith("1. Hyvärinen, A., van der Berg, M. & Smith, J., Jr.")
    assert cited("nature-communications", ARTICLE) == [line]


def test_a_style_of_ones_own_is_read_and_what_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "own.csl"
    file.write_text(
        '<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="in-text"'
        ' default-locale="de-DE"><info><title>Own</title></info>'
        '<citation><layout><text variable="title"/></layout></citation><bibliography>'
        '<layout suffix="."><text variable="title" quotes="true"/></layout>'
        "</bibliography></style>"
    )
    # In German a full stop stands behind the quotation mark.
    assert cited(str(file), BODY) == ["„A lab“."]
    for content in ("<style/>", "no XML", "", "<a><b></a>"):
        file.write_text(content)
        with pytest.raises(UnreadableInput):
            cite([BODY], str(file), "text", keeps=True)
    with pytest.raises(UnreadableInput):
        cite([BODY], str(tmp_path / "missing.csl"), "text", keeps=True)
    for name in ("nope", ""):
        with pytest.raises(BadValue):
            cite([BODY], name, "text", keeps=True)


def test_signs_of_the_processor_are_text() -> None:
    one = reference(title='A <span class="nocase">x</span>.', year=2008)
    assert cited("apa", one) == ['A <span class="nocase">x</span>. (2008).']


class Tags(HTMLParser):
    """Notes the tags of a text, and what it shows."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str | None] = []
        self.shown = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name == "href"]
        assert {name for name, _ in attrs} <= {"href"}

    def handle_data(self, data: str) -> None:
        self.shown += data


@LAW
@given(st.lists(REFERENCES, min_size=1, max_size=3), st.sampled_from([*STYLES]))
def test_whatever_stands_in_fields_is_text(references: list[Reference], name: str) -> None:
    texts, in_html, in_markdown = (
        cite(references, name, target, keeps=False) for target in TARGETS
    )
    assert len(texts) == len(references)
    for one, as_html, as_markdown in zip(texts, in_html, in_markdown, strict=True):
        assert one == " ".join(one.split())
        assert not re.search("[\U000f0000-\U000f000a]", one)
        found = Tags(as_html)
        assert found.tags <= {"i", "b", "sup", "sub", "a"}
        assert all(link and link.startswith(("http://", "https://")) for link in found.links)
        assert found.shown == one
        # Markdown shows the same, but for how it writes links.
        rendered = Tags(MarkdownIt().renderInline(as_markdown))
        assert rendered.tags <= {"em", "strong", "a"}
        assert unquote(rendered.shown).split() == unquote(one).split()


def test_every_shipped_entry_is_cited_in_every_style() -> None:
    with Reader.open(SHIPPED) as reader:
        references = list(select_references(reader, EVERYTHING))
    for name in STYLES:
        lines = cite(references, name, "text", keeps=True)
        for entry, line in zip(references, lines, strict=True):
            assert words_of(entry.entry.title) in words_of(line)
            assert not re.search(r"\.\.(?!\.)|,,|”[.,]|\?\.|“”", line), line


def words_of(text: str) -> str:
    """Gives the words of a text, as no style changes them."""
    words = re.findall(r"\w+", text.casefold())
    return f" {' '.join(words)} "

"""BibTeX and BibLaTeX: what is written, every program takes; what programs write is read."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pybtex.database import parse_string
from tests.formats.references import REFERENCES
from tests.formats.test_tex import shown

from diffkb.core.models import Author
from diffkb.core.query import EVERYTHING
from diffkb.core.references import Reference, date_of
from diffkb.formats import BY_NAME, Found, NoRecord, Style, reader_of, writer_of
from diffkb.formats.tex import to_tex
from diffkb.formats.titles import protect_capitals
from diffkb.store.reader import Reader
from diffkb.store.references import select_references

if TYPE_CHECKING:
    from collections.abc import Iterable

    from diffkb.core.models import Record

SHIPPED = Path(__file__).parents[2] / "data" / "kb.sqlite"
BOTH = ("bibtex", "biblatex")
STYLES = ("plain", "alpha", "unsrt", "abbrv")
PLAIN = Style()
MANY = st.lists(REFERENCES, min_size=1, max_size=4)
LAW = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


def written(references: Iterable[Reference], form: str, style: Style = PLAIN) -> str:
    return "".join(writer_of(BY_NAME[form])(references, style))


def read(text: str | bytes) -> list[Found]:
    content = text.encode() if isinstance(text, str) else text
    return list(reader_of(BY_NAME["bibtex"])(BytesIO(content)))


def records(text: str | bytes) -> list[Record]:
    found = [one.record for one in read(text)]
    return [one for one in found if not isinstance(one, NoRecord)]


def shipped() -> list[Reference]:
    with Reader.open(SHIPPED) as reader:
        return list(select_references(reader, EVERYTHING))


@LAW
@given(references=MANY, form=st.sampled_from(BOTH), annotated=st.booleans())
def test_another_program_reads_every_entry(
    references: list[Reference], form: str, annotated: bool
) -> None:
    text = written(references, form, Style(annotated))
    found = parse_string(text, "bibtex")
    assert len(found.entries) == len(references)
    for entry in found.entries.values():
        assert "title" in entry.fields


@LAW
@given(references=MANY, form=st.sampled_from(BOTH))
def test_what_is_written_reads_as_the_same_record(references: list[Reference], form: str) -> None:
    found = records(written(references, form, Style(annotated=True, private=True)))
    assert len(found) == len(references)
    for one, record in zip(references, found, strict=True):
        entry = one.entry
        assert record.fields.title == shown(entry.title)
        assert record.fields.wr == entry.wr
        assert (record.fields.note or "") == shown(entry.note or "")
        assert (record.private or "") == shown(one.private or "")
        assert (record.abstract or "") == shown(entry.abstract or "")
        date = date_of(entry)
        month = date.iso[:7] if date and form == "bibtex" else date and date.iso
        assert (record.published or None) == month
        schemes = {identifier.scheme for identifier in record.identifiers}
        assert ("arxiv" in schemes, "doi" in schemes) == (bool(entry.arxiv_id), bool(entry.doi))


@pytest.mark.parametrize("form", BOTH)
def test_every_shipped_entry_reads_back(form: str) -> None:
    references = shipped()
    found = records(written(references, form))
    for one, record in zip(references, found, strict=True):
        assert record.key == one.key
        assert record.fields.title == shown(one.entry.title)
        assert record.fields.url == one.entry.url
        assert [author.name for author in record.authors] == [
            author.name for author in one.entry.authors
        ]
        assert record.venue is None or record.venue == one.container


def run_bibtex(folder: Path, text: str, style: str) -> str:
    """Runs BibTeX over a file, and gives what it complained of."""
    (folder / "refs.bib").write_text(text, encoding="utf-8")
    lines = (r"\citation{*}", rf"\bibstyle{{{style}}}", r"\bibdata{refs}")
    (folder / "main.aux").write_text("\n".join(lines) + "\n")
    done = subprocess.run(
        ["bibtex", "main"],
        cwd=folder,
        capture_output=True,
        check=False,
        text=True,
        errors="replace",
    )
    usual = ("This is BibTeX", "The top-level", "The style file", "Database file")
    said = [line for line in done.stdout.splitlines() if not line.startswith(usual)]
    assert (folder / "main.bbl").read_text(errors="replace").count(r"\bibitem") == text.count(
        "\n@"
    ) + 1
    return "\n".join(said)


needs_bibtex = pytest.mark.skipif(
    shutil.which("bibtex") is None, reason="bibtex is not there: install texlive-base"
)
needs_biber = pytest.mark.skipif(
    shutil.which("biber") is None, reason="biber is not there: install biber"
)


@needs_bibtex
@pytest.mark.parametrize("style", STYLES)
def test_bibtex_takes_the_shipped_base_without_a_warning(tmp_path: Path, style: str) -> None:
    assert run_bibtex(tmp_path, written(shipped(), "bibtex"), style) == ""


@needs_bibtex
@settings(LAW, max_examples=25)
@given(references=MANY, style=st.sampled_from(STYLES))
def test_bibtex_takes_anything_without_a_warning(
    tmp_path_factory: pytest.TempPathFactory, references: list[Reference], style: str
) -> None:
    folder = tmp_path_factory.mktemp("bibtex")
    assert run_bibtex(folder, written(references, "bibtex", Style(annotated=True)), style) == ""


def run_biber(folder: Path, text: str, *options: str) -> str:
    """Runs biber over a file, and gives what it complained of."""
    (folder / "refs.bib").write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["biber", "--tool", *options, "refs.bib"],
        cwd=folder,
        capture_output=True,
        check=False,
        text=True,
    )
    return "\n".join(
        line for line in done.stdout.splitlines() if line.startswith(("WARN", "ERROR"))
    )


@needs_biber
def test_biber_takes_the_shipped_base_without_a_warning(tmp_path: Path) -> None:
    assert run_biber(tmp_path, written(shipped(), "biblatex"), "--validate-datamodel") == ""


def test_a_name_with_commas_in_its_parts_is_not_parted() -> None:
    one = shipped()[0]
    author = Author("Ann x,y,z Lark", "Lark", "Ann, x, y, z")
    entry = replace(one.entry, authors=(author, Author("Bo Lark, Jr.", "Lark", "Bo, Jr.")))
    text = written([replace(one, entry=entry)], "biblatex")
    assert "author = {{Ann x,y,z Lark} and Lark, Jr., Bo}" in text


@needs_biber
@settings(LAW, max_examples=5)
@given(references=st.lists(REFERENCES, min_size=6, max_size=12))
def test_biber_takes_anything_without_a_warning(
    tmp_path_factory: pytest.TempPathFactory, references: list[Reference]
) -> None:
    folder = tmp_path_factory.mktemp("biber")
    assert run_biber(folder, written(references, "biblatex", Style(annotated=True))) == ""


@pytest.mark.parametrize(
    ("title", "protected"),
    [
        ("Denoising Diffusion Probabilistic Models", "Denoising Diffusion Probabilistic Models"),
        ("DDPM in PyTorch for 3D GANs", "{DDPM} in {PyTorch} for {3D} {GANs}"),
        (
            "Score-based models on Riemannian manifolds in Paris",
            "Score-based models on {R}iemannian manifolds in {P}aris",
        ),
        ("Diffusion Schrödinger Bridge", "Diffusion {S}chrödinger Bridge"),
        ("A bound of $O(N^2)$ for U-Nets", "A bound of $O(N^2)$ for {U}-Nets"),
    ],
)
def test_capitals_that_have_to_stay_are_in_braces(title: str, protected: str) -> None:
    assert protect_capitals(title, partial(to_tex, ascii_letters=False)) == protected


OTHERS = r"""
% from several programs
@string{nips = "Advances in Neural Information Processing Systems"}
@InProceedings{ho2020,
  title = "Denoising {Diffusion} Probabilistic Models",
  author = {Ho, Jonathan and van den Berg, Jr., Max and {Open Team} and others},
  booktitle = nips # { 33}, year = 2020, month = dec, volume = 33,
  keywords = {generative models; diffusion}, file = {:a/b.pdf:PDF}, x-odd = {kept}
}
@article{scholar, title={Score {SDE}}, author={Song, Y.}, year={2020},
  journal={arXiv preprint arXiv:2011.13456}}
@article{DBLP, title={Consistency}, journal={CoRR}, volume={abs/2303.01469}, year={2023}}
@online{zot, title={A Page}, date={2021-03-04/2021-05-01}, url={https://x.example/a\_b},
  urldate={2022-01-01}, annotation={Worth it.}}
@phdthesis{phd, title={On Bells}, author={Lark, Ann}, school={Bell School}, year={1999}}
@inproceedings(child, crossref={whole}, title={Part}, author={A. Lark})
@proceedings{whole, title={The Whole}, year={2001}, publisher={P}}
@article{broken, title = {No end, year = 2010
@misc{last, title={Last}}
"""


def test_what_other_programs_write_is_read() -> None:
    by_key = {record.key: record for record in records(OTHERS)}
    ho = by_key["ho2020"]
    assert ho.authors == (
        Author("Jonathan Ho", "Ho", "Jonathan"),
        Author("Max van den Berg Jr.", "van den Berg", "Max, Jr."),
        Author("Open Team"),
        Author("others"),
    )
    assert (ho.venue, ho.published, ho.fields.year, ho.fields.tags) == (
        "Advances in Neural Information Processing Systems 33",
        "2020-12",
        2020,
        ("generative models", "diffusion"),
    )
    assert ho.extra == {"volume": "33", "file": ":a/b.pdf:PDF", "x-odd": "kept"}
    assert by_key["scholar"].fields.url == "https://arxiv.org/abs/2011.13456"
    assert by_key["scholar"].venue is None
    assert [str(one) for one in by_key["DBLP"].identifiers] == ["2303.01469"]
    page = by_key["zot"]
    assert (page.fields.url, page.published, page.fields.note, page.type) == (
        "https://x.example/a_b",
        "2021-03-04",
        "Worth it.",
        "webpage",
    )
    assert (by_key["phd"].type, by_key["phd"].extra) == ("thesis", {"school": "Bell School"})
    assert (by_key["child"].venue, by_key["child"].fields.year) == ("The Whole", 2001)
    assert by_key["last"].fields.title == "Last"


def test_what_is_no_entry_is_told_with_its_line_and_text() -> None:
    [bad] = [one for one in read(OTHERS) if isinstance(one.record, NoRecord)]
    assert OTHERS.splitlines()[bad.line - 1].startswith("@article{broken")
    assert bad.raw.startswith(b"@article{broken, title = {No end")
    assert "Unexpected block start" in str(bad.record)
    [untitled] = read("@misc{x, year=2020}")
    assert str(untitled.record) == "it has no title"


@LAW
@given(content=st.binary(max_size=60) | st.text('@article{}=,"#\n x1', max_size=60).map(str.encode))
def test_whatever_a_file_holds_it_is_read_to_its_end(content: bytes) -> None:
    end = b"\n@misc{theend, title={The end}}\n"
    assert all(one.line >= 1 for one in read(content + end))


def test_unknown_fields_come_back_as_they_were() -> None:
    [found] = records(
        r"@book{b, title={B}, author={A. Lark}, publisher={P {\&} Q}, year=1999, x-y={\'e}}"
    )
    with Reader.open(SHIPPED) as reader:
        one = next(iter(select_references(reader, EVERYTHING)))
    extra = {"bibtex": dict(found.extra or {}), "type": found.type}
    text = written([Reference(one.entry, "b", None, "", "", None, extra)], "bibtex")
    assert re.search(r"@book\{b,", text)
    assert r"publisher = {P {\&} Q}" in text
    assert r"x-y = {\'e}" in text


LIBRARY = r"""
@article{zotero_2020,
	title = {Denoising {Diffusion}}, url = {http://arxiv.org/abs/2006.11239},
	doi = {10.48550/arXiv.2006.11239}, urldate = {2024-01-01}, author = {Ho, Jonathan},
	month = dec, year = {2020}, note = {arXiv:2006.11239 [cs]},
	file = {PDF:/home/x/a.pdf:application/pdf} }
@online{better, title = {{{BBT}} title}, eprint = {2106.11239}, eprinttype = {arxiv},
	eprintclass = {cs, stat}, author = {family=Berg, given=Max, prefix=van der}, date = {2020-06}}
@mastersthesis{master, title = {A Thesis}, author = {X, Y}, school = {MIT}, year = 2019}
@thesis{doctor, title = {A Longer Thesis}, author = {M\"uller, J{\"o}rg}, type = {phdthesis},
	institution = {ETH Z{\"u}rich}, location = {Z}, date = {2019}}
@book{edited, title = {Edited Things}, editor = {Ann Ed}, publisher = {P}, year = 2001}
@proceedings{whole, title = {Proceedings}, year = 2000, editor = {E D}}
@article{press, title = {A paper}, author = {A B}, journal = {J}, year = {in press},
	month = {Spring}}
@misc{cobib, title = {Tagged}, tags = {a, b}, howpublished = {At home}, year = 2001, doi = {odd}}
@article{monthly, title = {No year}, author = {A B}, journal = {J}, month = 3}
@techreport{report, title = {Rep}, author = {A B}, institution = {Inst}, year = 2001, number = 5}
"""


def imported(text: str) -> list[Reference]:
    """Gives what an import of a file makes of its entries."""
    with Reader.open(SHIPPED) as reader:
        one = next(iter(select_references(reader, EVERYTHING)))
    found = []
    for record in records(text):
        numbers = {identifier.scheme: identifier.value for identifier in record.identifiers}
        entry = replace(
            one.entry,
            title=record.fields.title,
            url=record.fields.url,
            kind=record.kind or "paper",
            year=record.fields.year,
            tags=record.fields.tags,
            note=record.fields.note,
            section=(),
            arxiv_id=numbers.get("arxiv"),
            doi=numbers.get("doi"),
            authors=record.authors,
            venue=record.venue,
            published=record.published,
        )
        kept = {"bibtex": dict(record.extra or {})}
        kind = {"type": record.type} if record.type else {}
        found.append(Reference(entry, record.key or "x", None, "", "", None, kept | kind))
    return found


@needs_bibtex
@pytest.mark.parametrize("style", STYLES)
def test_bibtex_takes_what_was_imported_without_a_warning(tmp_path: Path, style: str) -> None:
    assert run_bibtex(tmp_path, written(imported(LIBRARY), "bibtex"), style) == ""


@needs_biber
def test_biber_takes_what_was_imported_without_a_warning(tmp_path: Path) -> None:
    text = written(imported(LIBRARY), "biblatex")
    said = run_biber(tmp_path, text, "--validate-datamodel").splitlines()
    # Nobody can say when these came out.
    assert [line for line in said if "one of 'date, year'" not in line] == []
    assert [kind.lower() for kind in re.findall(r"^@(\w+)", text, re.MULTILINE)] == [
        *("online", "online", "thesis", "thesis", "collection", "proceedings"),
        *("misc", "misc", "misc", "report"),
    ]


def test_nothing_of_an_import_is_lost_on_its_way_out() -> None:
    first = imported(LIBRARY)
    text = written(first, "bibtex", Style(annotated=True))
    assert re.findall(r"^@(\w+)", text, re.MULTILINE) == [
        *("misc", "misc", "mastersthesis", "phdthesis", "book", "proceedings"),
        *("article", "misc", "misc", "techreport"),
    ]
    for kept in (
        r"doi = {10.48550/arXiv.2006.11239}",
        r"file = {PDF:/home/x/a.pdf:application/pdf}",
        r"eprintclass = {cs, stat}",
        r"author = {van der Berg, Max}",
        r"school = {ETH Z{\"u}rich}",
        r"address = {Z}",
        r"year = {in press}",
        r"month = {Spring}",
        r"keywords = {a, b}",
        r"howpublished = {At home}",
        r"doi = {odd}",
    ):
        assert kept in text
    again = imported(text)
    assert [one.entry for one in again] == [
        replace(one.entry, url=other.entry.url) for one, other in zip(first, again, strict=True)
    ]


def test_an_entry_without_a_key_is_the_parent_of_none() -> None:
    child, other = records("@misc{a, title={A}, year=2001}\n@book{, title={B}, year=1999}")
    assert (child.venue, child.published, other.fields.title) == (None, "2001", "B")


def test_old_files_are_read_as_latin_1() -> None:
    [found] = records("@misc{a, title={Caf\xe9 na\xefve}}".encode("latin-1"))
    assert found.fields.title == "Café naïve"


def test_what_cannot_be_read_is_kept_to_its_end() -> None:
    text = "@misc{a title={A},\n\n year=2001\n}\n\n@misc{b, title={B}}\n"
    [bad, good] = read(text)
    assert bad.raw.decode().strip() == text[: text.index("\n\n@misc{b")]
    assert not isinstance(good.record, NoRecord)

"""What a paper cites, as LaTeX, BibTeX and biber are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from diffkb.formats.citations import ALL, read_citations

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (r"\cite{a,b} \citep*[see][p.~3]{ c } \Textcite{d}", "a b c d"),
        (r"\textcite[{]}]{a} \parencite(see)[2]{b} \nocite{c}", "a b c"),
        (r"\footcites(x)(y)[1]{a}[2]{b} \cite{c}{no}", "a b c"),
        (r"\volcite{2}[3]{a} \defcitealias{b}{Paper I}", "a b"),
        (r"\citestyle{agsm} \citetext{priv. comm.} \bibcite{x}{1}", ""),
        ("% \\cite{no}\n50\\% \\cite{a} \\\\% \\cite{no}\n\\cite{b, % one\n c}", "a b c"),
        (r"\verb|\cite{no}| \cite{a} \end{document} \cite{no}", "a"),
        ("\\begin{verbatim}\n\\cite{no}\n\\end{verbatim}\\cite{a}", "a"),
        (r"\newcommand{\x}{\cite} \cite{a", ""),
        (r"\nocite{*} \cite{dün2020}", f"{ALL} dün2020"),
    ],
)
def test_commands_that_cite_are_told_from_others(tmp_path: Path, text: str, keys: str) -> None:
    (tmp_path / "main.tex").write_text(text, encoding="utf-8")
    assert read_citations(tmp_path / "main.tex") == keys.split()


def test_parts_are_looked_for_where_latex_runs(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    main = tmp_path / "main.tex"
    main.write_text("\\cite{a}\\include{sub/one} \\input two \\input{main} \\input{none}")
    (tmp_path / "sub" / "one.tex").write_text("\\cite{b}\\input{sub/deep}\\input{beside}")
    (tmp_path / "sub" / "deep.tex").write_text("\\cite{c}")
    (tmp_path / "sub" / "beside.tex").write_text("\\cite{d}")
    (tmp_path / "two.tex").write_text("\\cite{e}\\input{main}")
    assert read_citations(main) == ["a", "b", "c", "d", "e"]


def test_of_aux_files_the_parts_are_read_too(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    main = tmp_path / "main.aux"
    main.write_text("\\citation{a,b}\n\\abx@aux@cite{0}{c}\n\\@input{sub/one.aux}\n\\bibcite{x}{1}")
    (tmp_path / "sub" / "one.aux").write_text("\\abx@aux@cite{d}\n\\@input{sub/two.aux}")
    (tmp_path / "sub" / "two.aux").write_text("\\citation{e}\\@input{main.aux}")
    assert read_citations(main) == ["a", "b", "c", "d", "e"]


def test_of_bcf_files_no_entity_is_expanded(tmp_path: Path) -> None:
    main = tmp_path / "main.bcf"
    main.write_text(
        '<!DOCTYPE x [<!ENTITY e "boo">]><bcf:citekey order="1">a&amp;lt;b</bcf:citekey>'
        '<bcf:citekey type="set" members="c,d">s</bcf:citekey><bcf:citekey>&e;</bcf:citekey>'
    )
    assert read_citations(main) == ["a&lt;b", "c", "d", "&e;"]

r"""What BibTeX makes of an export, set by TeX itself: nothing of it is taken for a command."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.formats.references import REFERENCES

from diffkb.formats import BY_NAME, Style, writer_of

if TYPE_CHECKING:
    from pathlib import Path

    from diffkb.core.references import Reference

PROGRAMS = ("bibtex", "tex")
needs_tex = pytest.mark.skipif(
    not all(map(shutil.which, PROGRAMS)),
    reason="bibtex and tex are not installed: apt-get install texlive-base",
)
# What of LaTeX stands in a bibliography, for TeX alone: LaTeX is ten times as much to install.
PRELUDE = r"""
\def\providecommand#1{\def#1}\def\newcommand#1#2{\def#1{#2}}\def\newblock{}\def\em{\it}
\def\ensuremath#1{\ifmmode#1\else$#1$\fi}\def\url#1{}
\def\textbackslash{bs}\def\textbraceleft{lb}\def\textbraceright{rb}
\def\textasciitilde{tilde}\def\textasciicircum{hat}
\def\k#1{#1}\def\r#1{#1}\def\dj{d}\def\DJ{D}\def\dh{d}\def\DH{D}\def\th{t}\def\TH{T}
\def\bibitem{\futurelet\next\label}\def\label{\ifx\next[\expandafter\named\else\expandafter\item\fi}
\def\named[#1]#2{\par}\def\item#1{\par}
\let\stop\end\def\begin#1#2{}\def\end#1{}
\input refs.bbl
\par\vfill\supereject\stop
"""


def complaints(folder: Path, references: list[Reference]) -> list[str]:
    """Sets references in a folder, and gives what TeX complained of."""
    text = "".join(writer_of(BY_NAME["bibtex"])(references, Style(annotated=True)))
    (folder / "refs.bib").write_text(text, encoding="utf-8")
    (folder / "refs.aux").write_text("\\citation{*}\n\\bibstyle{plain}\n\\bibdata{refs}\n")
    (folder / "list.tex").write_text(PRELUDE)
    subprocess.run(["bibtex", "refs"], cwd=folder, capture_output=True, check=True)
    done = subprocess.run(
        ["tex", "-interaction=nonstopmode", "list.tex"],
        cwd=folder,
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    said = done.stdout.decode("utf-8", "replace")
    assert "Output written on" in said or "No pages of output" in said, said
    return [line for line in said.splitlines() if line.startswith("!")]


@needs_tex
@settings(
    deadline=None,
    max_examples=15,
    suppress_health_check=list(HealthCheck),
    # Every try runs two programs: to look for a smaller one would take minutes.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(references=st.lists(REFERENCES, min_size=4, max_size=12))
def test_tex_sets_anything_without_an_error(
    tmp_path_factory: pytest.TempPathFactory, references: list[Reference]
) -> None:
    assert complaints(tmp_path_factory.mktemp("tex"), references) == []

"""Text as TeX writes it reads back as it was."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.references import TEXTS

from diffkb.formats.tex import from_tex, is_balanced, to_tex

CONTROLS = "".join(map(chr, [*range(32), *range(0x7F, 0xA0), 0x2028, 0x2029]))


def shown(text: str) -> str:
    """Gives what can be seen of a text, on one line."""
    text = unicodedata.normalize("NFC", text)
    return " ".join(text.translate({ord(one): " " for one in CONTROLS}).split())


@given(text=TEXTS, ascii_letters=st.booleans())
def test_what_is_written_reads_as_it_was(text: str, ascii_letters: bool) -> None:
    written = to_tex(text, ascii_letters=ascii_letters)
    assert is_balanced(written)
    assert "\n" not in written
    assert from_tex(written) == shown(text)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Schrödinger & Łukasz", r"Schr{\"o}dinger \& {\L}ukasz"),
        ("ñ ï ç ő ş", r"{\~n} {\"\i} {\c c} {\H o} {\c s}"),
        ("50% of $x_1$ costs $5", r"50\% of $x_1$ costs \$5"),
        ("\u03b1-GAN \u2013 x_y", r"{\ensuremath{\alpha}}-GAN -- x\_y"),
        ("{a} ~", r"\textbraceleft{}a\textbraceright{} \textasciitilde{}"),
        ("\\b ^", r"\textbackslash{}b \textasciicircum{}"),
    ],
)
def test_letters_and_signs_become_commands(text: str, written: str) -> None:
    assert to_tex(text, ascii_letters=True) == written


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"M{\"u}ller, \'{e} \v{s} {\'\i}", "Müller, é š í"),
        (r"The {\TeX}book and \emph{more}~x", "The TeXbook and more x"),
        (r"$O(n^2)$ {\bf bold} ``quoted''", "$O(n^2)$ bold “quoted”"),
        (r"{Deep} {L}earning", "Deep Learning"),
        (r"unbalanced { \x{", "unbalanced"),
        (r"50% \& 5\%, Nguy{\~{\^e}}n", "50% & 5%, Nguyễn"),
        (r"\O \aa ng\r{u} \={a} \k a", "Øångů ā ą"),
        (r"$a \$ b$ \emph{i{t}} \textbf {b}", r"$a \$ b$ it b"),
    ],
)
def test_what_others_write_is_read(tex: str, text: str) -> None:
    assert from_tex(tex) == text

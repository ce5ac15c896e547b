"""Titles in BibTeX: which capitals have to stay where a style writes the others small."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffkb.formats.tex import MATH, on_one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SMALL = frozenset(
    "a an the and or nor but for of in on at to by via with from as into over is are be vs".split()
)
# Names that stand in titles whose words all begin with capitals, where nothing else tells them.
NAMES = frozenset(
    """abel bayes bayesian boltzmann born brownian cauchy dirichlet dirac einstein euclidean euler
    fisher fokker fourier gauss gaussian gibbs girsanov hamilton hamiltonian hilbert ising ito itô
    jacobi jacobian kalman kantorovich kolmogorov kullback lagrange lagrangian langevin laplace
    laplacian lebesgue leibler levy lévy lipschitz lyapunov markov markovian monge monte carlo nash
    newton ornstein planck poincaré poisson riemann riemannian schrodinger schrödinger shannon
    sinkhorn sobolev stein taylor tikhonov turing uhlenbeck wasserstein wiener hessian fréchet
    frechet hölder noether hopfield english chinese german french""".split()
)


def protect_capitals(title: str, text: Callable[[str], str]) -> str:
    """Returns a title as TeX, with braces around the capitals that have to stay.

    Args:
        title: on one line.
        text: makes TeX of a text.
    """
    title = on_one_line(title)
    sentence = in_sentence_case(title)
    return "".join(
        piece if is_formula else _protected(piece, text, sentence, begins=start == 0)
        for start, piece, is_formula in _parted(text, title)
    )


def in_sentence_case(title: str) -> bool:
    """Says whether a title has capitals only where they have to be."""
    words = [word for word in _WORD.findall(title)[1:] if word.lower() not in _SMALL]
    small = sum(1 for word in words if word[0].islower())
    return small * 2 > len(words)


def _parted(text: Callable[[str], str], title: str) -> Iterator[tuple[int, str, bool]]:
    """Yields formulas, and what stands between: where each begins, and whether it is one."""
    end = 0
    for found in MATH.finditer(title):
        if text(found[0]) == found[0]:
            yield end, title[end : found.start()], False
            yield found.start(), found[0], True
            end = found.end()
    yield end, title[end:], False


def _protected(piece: str, text: Callable[[str], str], sentence: bool, *, begins: bool) -> str:
    """Returns a piece without formulas.

    Args:
        piece: of the title.
        text: makes TeX of a text.
        sentence: whether the title has capitals only where they have to be.
        begins: whether the title begins with it: its first word has a capital always.
    """
    found: list[str] = []
    end = 0
    for number, word in enumerate(_WORD.finditer(piece)):
        braces = _has_to_stay(word[0], sentence=sentence and not (begins and number == 0))
        if not braces:
            continue
        # Whole words, so that letters are not set apart; of names the first letter alone.
        found += [_kept(piece[end : word.start()], text), f"{{{text(word[0][:braces])}}}"]
        found.append(text(word[0][braces:]))
        end = word.end()
    return "".join([*found, _kept(piece[end:], text)])


def _kept(piece: str, text: Callable[[str], str]) -> str:
    """Returns a piece as TeX, with the blanks around it that it had."""
    written = text(piece)
    before = " " if piece[:1].isspace() else ""
    behind = " " if piece[-1:].isspace() and written else ""
    return f"{before}{written}{behind}" if written else before


def _has_to_stay(word: str, *, sentence: bool) -> int:
    """Returns how many letters of a word have to stay as they are; 0 where none has."""
    upper = [place for place, letter in enumerate(word) if letter.isupper()]
    if not upper:
        return 0
    if upper[-1] > 0 or (len(word) == 1 and word != "A"):
        return len(word)
    if word.lower() in NAMES or word.lower().removesuffix("s") in NAMES or sentence:
        return 1
    return 0

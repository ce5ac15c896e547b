"""BibTeX: what a library of 10,000 entries takes on its way in and out again.

`python -m tests.benchmarks.bibliographies` prints seconds and peak megabytes of both commands.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.records import process

SIZE = 10_000
WORDS = r"""diffusion score models {GANs} Schr{\"o}dinger image inverse latent posterior sampling
flow matching \emph{via} noise 50\% bounds --- $x_{t-1}$""".split()


def write_library(path: Path, size: int) -> None:
    """Writes a file of BibTeX as a reference manager would, with TeX in titles and abstracts."""
    made_up = random.Random(1)  # noqa: S311 - nothing is secret here
    with path.open("w", encoding="utf-8") as file:
        for number in range(size):
            title, abstract = (" ".join(made_up.choices(WORDS, k=count)) for count in (8, 120))
            authors = " and ".join(f"Family{made_up.randrange(9_999)}, Given" for _ in range(4))
            file.write(
                f"@article{{key{number},\n  title = {{{title} {number}}},\n"
                f"  author = {{{authors}}},\n  journal = {{Journal {number % 40}}},\n"
                f"  year = {{{1990 + number % 35}}},\n  month = oct,\n  volume = {number % 99},\n"
                f"  doi = {{10.1234/x.{number}}},\n  keywords = {{a, b{number % 40}}},\n"
                f"  file = {{:/home/p{number}.pdf:PDF}},\n  abstract = {{{abstract}}}\n}}\n\n"
            )


def main() -> None:
    """Prints what the import and the export take."""
    diffkb = str(Path(sys.executable).with_name("diffkb"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_library(folder / "refs.bib", SIZE)
        base = [diffkb, "--base", str(folder / "base.sqlite")]
        for words in (
            ["import", str(folder / "refs.bib")],
            ["export", "bibtex", "-o", str(folder / "out.bib")],
        ):
            seconds, megabytes = process([*base, *words])
            print(f"{words[0]} of {SIZE:,} entries: {seconds:.1f} s, {megabytes:.0f} MB")


if __name__ == "__main__":
    main()

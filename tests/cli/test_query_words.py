"""Words of a query that begin with a minus: what is left out, and what stays an option."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Call = Callable[..., Any]


@pytest.mark.parametrize(
    ("words", "as_if"),
    [
        (("-score", "wr:3"), ("not score wr:3",)),
        (("wr:3", "-title:latent space", "--limit", "99"), ("wr:3 not title:'latent space'",)),
        (("-(year:2023 or year:2024)", "wr:3"), ("not (year:2023 or year:2024) wr:3",)),
        (("wr:3", "-quantum"), ("wr:3",)),
        (("-qv", "wr:3"), ("wr:3",)),
        (("wr:3", "--", "-score"), ("wr:3 not score",)),
    ],
)
def test_a_minus_leaves_a_word_out(
    call: Call, words: tuple[str, ...], as_if: tuple[str, ...]
) -> None:
    wanted = call("list", "--format", "ids", *(one.replace("'", '"') for one in as_if))
    done = call("list", "--format", "ids", *words)
    assert (done.status, done.stdout) == (0, wanted.stdout)
    assert wanted.stdout


@pytest.mark.parametrize("words", [("-n", "5"), ("--sort", "-year"), ("--bogus",), ("-",)])
def test_a_single_letter_and_the_value_of_an_option_are_none(
    call: Call, words: tuple[str, ...]
) -> None:
    done = call("list", *words)
    assert (done.status, done.stdout) == (2, "")


@pytest.mark.parametrize("command", [("search",), ("export", "markdown")])
def test_so_it_is_wherever_a_query_is_taken(call: Call, command: tuple[str, ...]) -> None:
    assert "Denoising Diffusion Probabilistic" in call(*command, "denoising").stdout
    done = call(*command, "denoising", "-probabilistic")
    assert "Implicit" in done.stdout
    assert "Probabilistic" not in done.stdout


def test_where_none_is_taken_a_minus_begins_an_option(call: Call) -> None:
    assert call("show", "-survey").status == 2

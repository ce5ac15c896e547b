"""Words of a command line that begin with a dash and are no options: `-survey` takes a tag off."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from diffkb.cli.query_words import spellings

if TYPE_CHECKING:
    from collections.abc import Sequence

# What looks like an option, known or misspelt; whatever else begins with a dash is text.
LONG = re.compile(r"--[A-Za-z][A-Za-z-]*(?:=\S*)?")


def shield_arguments(words: Sequence[str], params: Sequence[Any]) -> list[str]:
    """Returns the words of a command line with its arguments behind `--`, dashed ones too.

    Args:
        words: what stands after the command's name.
        params: the command's parameters.

    Returns:
        The options first, then `--`, then the arguments in their order.
    """
    flags, with_value = spellings(params)
    options: list[str] = []
    arguments: list[str] = []
    left = iter(words)
    for word in left:
        if word == "--":
            arguments += left
        elif word in with_value:
            options += [word, *[value for value in [next(left, None)] if value is not None]]
        elif word in flags or word.partition("=")[0] in with_value or LONG.fullmatch(word):
            options.append(word)
        else:
            arguments.append(word)
    return [*options, "--", *arguments]

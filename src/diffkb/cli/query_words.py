"""Words of a query that begin with a minus, told from options before a command line is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Of the parameter of a command that takes a query.
QUERY = "query"


def spell_out_minus(words: Sequence[str], params: Sequence[Any]) -> list[str]:
    """Returns the words of a command line with `not WORD` for what a query leaves out as -WORD.

    Args:
        words: what stands after the command's name.
        params: the command's parameters. One that takes no query leaves the words as they are.
    """
    if not any(param.name == QUERY for param in params):
        return list(words)
    return list(_spelt_out(words, params))


def _spelt_out(words: Sequence[str], params: Sequence[Any]) -> Iterator[str]:
    """Yields the words; those after `--` and the values of options are left alone."""
    flags, with_value = spellings(params)
    options_ended = is_value = False
    for word in words:
        options_ended = options_ended or (word == "--" and not is_value)
        if not options_ended and not is_value and _leaves_out(word, flags, with_value):
            yield from ("not", word[1:])
        else:
            yield word
        is_value = not options_ended and not is_value and word in with_value


def _leaves_out(word: str, flags: set[str], with_value: set[str]) -> bool:
    """Says whether a word is a minus with what it leaves out.

    A single letter is more likely an option of another program, and joined short options are ours.
    """
    if len(word) <= len("-x") or word[0] != "-" or word[1] == "-":
        return False
    return f"-{word[1]}" not in with_value and not {f"-{letter}" for letter in word[1:]} <= flags


def spellings(params: Sequence[Any]) -> tuple[set[str], set[str]]:
    """Returns the spellings of a command's options without and with a value."""
    flags: set[str] = {"-h"}
    with_value: set[str] = set()
    for param in params:
        if param.param_type_name == "option":
            (flags if param.is_flag else with_value).update(param.opts, param.secondary_opts)
    return flags, with_value

"""`diffkb search`: the best first, the words found marked, and help where nothing is found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[..., Any]

RANKED = """\
- [Rain](https://example.org/1) \\
  On roofs.
- [Roofs](https://example.org/2) **WR=1** \\
  Of rain there is a word in this long note, which goes on and on before it speaks of roofs.
- [Gutters](https://example.org/3) **WR=2** \\
  About gutters.
- [Rain on roofs](https://example.org/4)
"""


@pytest.fixture
def weather(call: Call, new_base: Callable[[], Path], tmp_path: Path) -> Call:
    """Gives a function that runs diffkb on a small base."""
    base, file = str(new_base()), tmp_path / "weather.md"
    file.write_text(RANKED)
    assert call("import", str(file), DIFFKB_BASE=base).status == 0
    return lambda *words, **variables: call(*words, DIFFKB_BASE=base, **variables)


def ids(call: Call, *words: str) -> list[int]:
    done = call("search", *words, "--format", "ids")
    assert done.status == 0
    return [int(line) for line in done.stdout.splitlines()]


def test_titles_count_more_than_notes(weather: Call) -> None:
    assert ids(weather, "rain") == [1, 4, 2]
    assert ids(weather, "rain", "roofs") == [4, 1, 2]


def test_the_language_is_that_of_list(weather: Call) -> None:
    assert ids(weather, "rain wr:any") == [2]
    assert ids(weather, '"rain on"') == [4]
    assert ids(weather, "gut*") == [3]
    assert ids(weather, "rain not roofs") == []
    assert ids(weather, "wr:2 or title:rain") == [1, 3, 4]
    assert ids(weather, "roofs title-") == [2, 4, 1]


def test_piped_the_snippet_is_the_last_field(weather: Call) -> None:
    done = weather("search", "speaks")
    assert done.stdout.split("\t")[:4] == ["2", "", "1", "Roofs"]
    assert done.stdout.endswith("\t…goes on and on before it speaks of roofs.\n")


def test_json_tells_where_the_words_stand(weather: Call) -> None:
    [entry, _, _] = weather("search", "rain", "roofs", "--json").data["entries"]
    assert entry["title_hits"] == [[0, 4], [8, 13]]
    assert entry["snippet"] is None
    [found] = weather("search", "gutters", "--json").data["entries"]
    assert found["snippet"] == {"field": "note", "text": "About gutters.", "hits": [[6, 13]]}


def test_more_than_the_limit_is_told(weather: Call) -> None:
    done = weather("search", "rain", "--limit", "2", "--format", "ids")
    assert done.stdout == "1\n4\n"
    assert done.stderr == "hint: there are more; `--limit 10` shows them\n"
    assert weather("search", "rain", "--limit", "3").stderr == ""


def test_where_nothing_is_found_the_nearest_words_are_named(weather: Call) -> None:
    done = weather("search", "guters")
    assert (done.status, done.stdout) == (0, "")
    assert done.stderr == (
        "nothing was found\nhint: `guters` is nowhere; did you mean `gutters` or `goes`?\n"
    )


@pytest.mark.parametrize(
    "words",
    ['"', "NEAR(rain roofs)", "rain^", "title:rain*x", "-", "col : rain", "rain NOT", "AND"],
)
def test_no_word_is_a_command_to_the_index(weather: Call, words: str) -> None:
    assert weather("search", words).status in {0, 2}


def test_a_saved_query_is_found_by_its_name(weather: Call) -> None:
    assert weather("config", "set", "@inbox", "wr:none title-").status == 0
    assert ids(weather, "@inbox", "rain") == [4, 1]
    done = weather("search", "@inbx")
    assert done.status == 2
    assert "did you mean `@inbox`?" in done.stderr


def test_on_a_terminal_the_section_and_the_snippet_stand_below(
    on_terminal: Callable[..., str], seed_base: Path
) -> None:
    shown = on_terminal(
        *("-m", "diffkb", "--base", str(seed_base), "search", "score", "author:song"),
        columns=60,
        NO_COLOR="1",
    )
    assert "Papers / Foundations " in shown
    assert "note: " in shown
    assert max(map(len, shown.splitlines())) <= 60


def test_jsonl_is_what_list_gives(weather: Call) -> None:
    found = weather("search", "gutters", "--format", "jsonl").stdout
    listed = weather("list", "gutters", "--format", "jsonl").stdout
    assert json.loads(found) == json.loads(listed)

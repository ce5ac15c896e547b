"""Entries go to LaTeX by citation keys that never change, and come from other programs."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    Call = Callable[..., Any]

LIST = """\
# Waters

## Rivers

- [Quiet Rivers](https://arxiv.org/abs/2401.00001) **WR=3**

- [Quiet Rivers in Winter](https://arxiv.org/abs/2401.00002)
"""
PAPER = r"""
\documentclass{article} % \cite{commented}
\cite[p.~3]{ho2020denoising, nosuch} and 50\% \textcites(a)(b)[c]{song2020score}{song2019sliced}
\nocite{kawar2022denoising}\input{part}
"""
CITED = {"ho2020denoising", "song2020score", "song2019sliced", "kawar2022denoising"}


@pytest.fixture
def waters(call: Call, new_base: Callable[[], Path], tmp_path: Path) -> Call:
    """Gives a function that runs diffkb on a base with a list whose entries have no keys."""
    base = str(new_base())
    file = tmp_path / "waters.md"
    file.write_text(LIST)
    assert call("import", str(file), DIFFKB_BASE=base).status == 0
    return lambda *words: call(*words, DIFFKB_BASE=base)


def keys(text: str) -> list[str]:
    return re.findall(r"(?m)^@\w+\{([^,]+),", text)


def test_entries_get_keys_for_good_when_they_are_first_exported(waters: Call) -> None:
    first = waters("export", "bibtex", "winter")
    [key] = keys(first.stdout)
    assert first.stderr == "1 entry got citation keys\n"
    both = waters("export", "bibtex")
    assert keys(both.stdout)[1] == key
    again = waters("export", "biblatex")
    assert (keys(again.stdout), again.stderr) == (keys(both.stdout), "")
    assert waters("log", "--json").data["steps"][0]["summary"] == "key 1 entry"
    assert waters("edit", key, "authors=Ann Lark").status == 0
    assert keys(waters("export", "bibtex").stdout) == keys(both.stdout)
    assert waters("show", key).status == 0


def test_keys_stay_when_others_come_and_are_made_anew_alike_after_undo(
    waters: Call, tmp_path: Path
) -> None:
    before = keys(waters("export", "bibtex").stdout)
    assert waters("undo").status == 0
    assert waters("list", "--format", "{key}").stdout.split() == []
    assert keys(waters("export", "bibtex").stdout) == before
    more = waters("add", "--title", "Quiet", "--section", "Rivers", "--year", "2024")
    assert more.status == 0
    after = keys(waters("export", "bibtex").stdout)
    assert set(before) < set(after)
    assert len(set(after)) == 3
    file = tmp_path / "taken.bib"
    file.write_text(f"@misc{{{before[0]}, title={{Another}}}}\n")
    taken = waters("import", str(file))
    assert "1 entry without their citation key: another entry has it" in taken.stderr
    assert set(after) < set(keys(waters("export", "bibtex").stdout))


def test_every_format_that_goes_by_keys_gives_them(waters: Call) -> None:
    page = waters("export", "html")
    assert page.stderr == "2 entries got citation keys\n"
    for key in keys(waters("export", "bibtex").stdout):
        assert f'id="{key}"' in page.stdout


def test_where_nothing_can_be_written_keys_are_made_up(
    waters: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    done = waters("export", "bibtex")
    assert len(keys(done.stdout)) == 2
    assert done.stderr.startswith("2 entries without a key: ")
    assert waters("list", "--format", "{key}").stdout.split() == []


@pytest.mark.parametrize("kind", ["tex", "aux", "bcf"])
def test_only_what_is_cited_is_exported(call: Call, tmp_path: Path, kind: str) -> None:
    texts = {
        "tex": PAPER,
        "aux": r"\citation{ho2020denoising,nosuch}\abx@aux@cite{0}{song2020score}"
        r"\citation{song2019sliced}\citation{kawar2022denoising}\@input{part.aux}",
        "bcf": "".join(
            f'<bcf:citekey order="1">{key}</bcf:citekey>'
            for key in (*sorted(CITED), "nosuch", "li2023self")
        ),
    }
    file = tmp_path / f"main.{kind}"
    file.write_text(texts[kind])
    (tmp_path / "part.tex").write_text(r"\citep*{li2023self}")
    (tmp_path / "part.aux").write_text(r"\citation{li2023self}")
    done = call("export", "bibtex", "--cited", str(file))
    assert done.status == 1
    assert set(keys(done.stdout)) == {*CITED, "li2023self"}
    assert done.stderr.splitlines()[0] == f"error: no entry has the key that {file} cites: nosuch"
    output = tmp_path / "refs.bib"
    done = call("export", "--cited", str(file), "-o", str(output), "--json")
    assert (done.status, json.loads(done.stdout)["errors"][0]["code"]) == (1, "keys-not-found")
    assert len(keys(output.read_text())) == 5


def test_all_may_be_cited(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "main.tex"
    file.write_text(r"\nocite{*}")
    done = call("export", "biblatex", "--cited", str(file))
    assert done.status == 0
    assert len(keys(done.stdout)) == 53
    missing = call("export", "bibtex", "--cited", str(tmp_path / "none.tex"))
    assert missing.status == 5
    assert call("export", "json", "--cited", str(file)).status == 2


def test_what_is_exported_comes_back_into_another_base(
    call: Call, new_base: Callable[[], Path], tmp_path: Path
) -> None:
    file = tmp_path / "all.bib"
    assert call("export", "bibtex", "--annotate", "-o", str(file)).status == 0
    base = str(new_base())
    done = call("import", str(file), DIFFKB_BASE=base)
    assert done.status == 0
    columns = ("list", "--columns", "title,year,wr,section,key,arxiv", "--format", "csv")
    before = sorted(call(*columns).stdout.splitlines())
    after = sorted(call(*columns, DIFFKB_BASE=base).stdout.splitlines())
    assert after == before


def test_bad_entries_are_told_and_kept_to_be_mended(
    call: Call, new_base: Callable[[], Path], tmp_path: Path
) -> None:
    file = tmp_path / "refs.bib"
    file.write_text("@misc{a, title={One}}\n@misc{b title={Two}}\n@misc{c, title={Three}}\n")
    base = str(new_base())
    done = call("import", str(file), DIFFKB_BASE=base)
    assert done.status == 1
    assert done.stderr.splitlines()[0].startswith(f"error: line 2 of {file} cannot be read: ")
    rejected = tmp_path / "refs.rejected.bib"
    assert rejected.read_text().startswith("@misc{b title=")
    rejected.write_text("@misc{b, title={Two}}\n")
    assert call("import", str(rejected), DIFFKB_BASE=base).status == 0
    listed = call("list", "--format", "{key} {title}", DIFFKB_BASE=base).stdout
    assert sorted(listed.split("\n"))[1:] == ["a One", "b Two", "c Three"]

"""`diffkb add`: one line more in the list, in the form of its neighbours, and nothing else."""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[..., Any]


@pytest.fixture(autouse=True)
def _papers(arxiv: Any) -> None:
    from_conftest = type(arxiv).__init__.__globals__["Paper"]
    arxiv.papers = {
        "2401.00001": from_conftest("Flows in Time", "2024-01-02"),
        "2312.00001": from_conftest("Flows before", "2023-12-24"),
        "2401.00009": from_conftest("Written in December", "2023-12-30"),
        "2006.11239": from_conftest(
            "Denoising Diffusion Probabilistic Models", "2020-06-19", ("Jonathan Ho",)
        ),
    }


def added_lines(before: str, after: str) -> list[str]:
    """Returns the lines that came in; asserts that none went."""
    changes = list(difflib.ndiff(before.split("\n"), after.split("\n")))
    assert not [line for line in changes if line.startswith("- ")]
    return [line[2:] for line in changes if line.startswith("+ ")]


def test_an_entry_is_added_in_the_form_of_its_neighbours(call: Call) -> None:
    before = call("export", "markdown").stdout
    done = call(
        "add", "2401.00001", "--section", "Representation learning", "--wr", "2", "--note", "Mine."
    )
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout == ('added 54 "Flows in Time" (Papers / Representation learning, 2024)\n')
    assert added_lines(before, call("export", "markdown").stdout) == [
        "- [Flows in Time](https://arxiv.org/abs/2401.00001) **WR=2**    ",
        "Mine.",
        "",
    ]


def test_a_missing_year_group_is_made_in_its_place(call: Call) -> None:
    before = call("export", "markdown").stdout
    assert call("add", "2312.00001", "--section", "Foundations").status == 0
    after = call("export", "markdown").stdout
    assert added_lines(before, after) == [
        "#### 2023",
        "",
        "- [Flows before](https://arxiv.org/abs/2312.00001)",
        "",
    ]
    years = [line for line in after.split("\n") if line.startswith("#### ")]
    assert years[:3] == ["#### 2023", "#### 2022", "#### 2021"]


def test_the_last_group_of_a_list_without_a_last_newline_goes_on(call: Call) -> None:
    before = call("export", "markdown").stdout
    assert call("add", "2312.00001", "--section", "Flow Matching", "--note", "Mine.").status == 0
    after = call("export", "markdown").stdout
    assert after == before + (
        "\n\n#### 2023\n\n- [Flows before](https://arxiv.org/abs/2312.00001)  \nMine."
    )


def test_the_year_is_that_of_the_first_version_unless_one_is_given(call: Call) -> None:
    options = ("--section", "Inverse problems", "--json")
    assert call("add", "2401.00009", *options).data["results"][0]["entry"]["year"] == 2023
    again = call("add", "2401.00001", *options, "--year", "2022")
    assert again.data["results"][0]["entry"]["year"] == 2022


def test_a_section_without_year_groups_gets_none(call: Call) -> None:
    before = call("export", "markdown").stdout
    call("add", "2401.00001", "--section", "Introductory materials")
    added = added_lines(before, call("export", "markdown").stdout)
    assert added == ["- [Flows in Time](https://arxiv.org/abs/2401.00001)", ""]


def test_what_is_in_the_list_is_said_and_only_its_facts_are_fetched(call: Call) -> None:
    before = call("export", "markdown").stdout
    done = call("add", "2006.11239")
    assert done.status == 0
    assert done.stdout == (
        'known 12 "Denoising Diffusion Probabilistic Models" (Papers / Foundations, 2020)\n'
    )
    assert call("export", "markdown").stdout == before
    [entry] = call("show", "12", "--json").data["entries"]
    assert entry["abstract"] == "What it is about."
    assert (entry["wr"], entry["year"], entry["key"]) == (3, 2020, "ho2020denoising")


def test_a_known_paper_that_cannot_be_fetched_is_a_warning(call: Call, arxiv: Any) -> None:
    arxiv.fault = lambda _: httpx.Response(429, text="Rate exceeded.")
    done = call("add", "2006.11239")
    assert done.status == 0
    assert "warning: arXiv is limiting requests; this is not a wrong id" in done.stderr


def test_again_lists_a_known_paper_once_more(call: Call) -> None:
    call("add", "2006.11239", "--again", "--section", "Consistency Models")
    found = call("list", "--format", "json").data["entries"]
    same = [one for one in found if one["arxiv_id"] == "2006.11239"]
    assert [one["section"][-1] for one in same] == ["Foundations", "Consistency Models"]
    assert same[0]["key"] != same[1]["key"]


def test_an_id_that_arxiv_does_not_know_is_not_added(call: Call) -> None:
    before = call("export", "markdown").stdout
    done = call("add", "2401.99999", "--section", "Foundations")
    assert done.status == 3
    assert "arXiv knows no paper 2401.99999" in done.stderr
    assert call("export", "markdown").stdout == before


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(429, text="Rate exceeded."),
        httpx.Response(503, text="<html>busy</html>", headers={"Content-Type": "text/html"}),
        httpx.Response(200, text="<html>hello</html>", headers={"Content-Type": "text/html"}),
    ],
)
def test_an_outage_leaves_a_pending_entry_that_refresh_completes(
    call: Call, arxiv: Any, answer: httpx.Response
) -> None:
    arxiv.fault = lambda _: httpx.Response(
        answer.status_code, content=answer.content, headers=answer.headers
    )
    before = call("export", "markdown").stdout
    done = call("add", "2401.00009", "--section", "Inverse problems", "--note", "Mine.")
    assert done.status == 6
    assert "pending" in done.stdout
    assert (
        "[arXiv:2401.00009](https://arxiv.org/abs/2401.00009)" in call("export", "markdown").stdout
    )
    assert "1 pending" in call().stdout

    arxiv.fault = None
    assert call("refresh", "2401.00009").status == 0
    after = call("export", "markdown").stdout
    assert added_lines(before, after) == [
        "- [Written in December](https://arxiv.org/abs/2401.00009)  ",
        "Mine.",
        "",
    ]
    [entry] = call("show", "2401.00009", "--json").data["entries"]
    assert (entry["year"], entry["pending"], entry["key"]) == (2023, False, "example2023written")


def test_a_group_that_only_a_placeholder_needed_goes_with_it(call: Call, arxiv: Any) -> None:
    arxiv.fault = lambda _: httpx.Response(429, text="Rate exceeded.")
    before = call("export", "markdown").stdout
    call("add", "2401.00009", "--section", "Foundations")
    assert "#### 2024\n\n- [arXiv:2401.00009]" in call("export", "markdown").stdout
    arxiv.fault = None
    call("refresh")
    assert added_lines(before, call("export", "markdown").stdout) == [
        "#### 2023",
        "",
        "- [Written in December](https://arxiv.org/abs/2401.00009)",
        "",
    ]


def test_offline_nothing_is_asked_and_the_entry_waits(call: Call, arxiv: Any) -> None:
    done = call("add", "2401.00001", "--section", "Foundations", "--offline")
    assert (done.status, arxiv.asked) == (6, [])
    assert "pending" in done.stdout


def test_without_fetching_an_entry_is_added_and_nobody_waits(call: Call, arxiv: Any) -> None:
    done = call("add", "2401.00001", "--section", "Foundations", "--no-fetch")
    assert (done.status, done.stderr, arxiv.asked) == (0, "", [])
    assert done.stdout.startswith('added 54 "arXiv:2401.00001"')


def test_without_a_section_it_is_unsorted(call: Call) -> None:
    before = call("export", "markdown").stdout
    call("add", "2401.00001", "--title", "My words")
    assert call("export", "markdown").stdout == before + (
        "\n\n## Unsorted\n\n- [My words](https://arxiv.org/abs/2401.00001)"
    )
    call("add", "2312.00001")
    assert call("export", "markdown").stdout.count("## Unsorted") == 1


def test_a_title_of_ones_own_is_never_replaced(call: Call) -> None:
    call("add", "2401.00001", "--title", "My words", "--no-fetch")
    call("refresh", "54")
    assert call("show", "54", "--json").data["entries"][0]["title"] == "My words"


def test_an_unknown_section_has_nearest_ones_and_nothing_is_fetched(call: Call, arxiv: Any) -> None:
    done = call("add", "2401.00001", "--section", "Inverse problem")
    assert (done.status, arxiv.asked) == (3, [])
    assert 'nearest: "Papers/Inverse problems"' in done.stderr
    assert "--create" in done.stderr


def test_create_makes_a_section_last_among_its_siblings(call: Call) -> None:
    before = call("export", "markdown").stdout
    call("add", "2401.00001", "--section", "Papers/Flows", "--create")
    assert call("export", "markdown").stdout == before + (
        "\n\n### Flows\n\n" + "- [Flows in Time](https://arxiv.org/abs/2401.00001)"
    )
    assert call("section", "list").stdout.endswith(
        "Papers/Flows\t1\t1\tKnowledge Base - Diffusion Models\n"
    )


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("2401.00001", "--wr", "4"), 2, "WR 4 is not on this list's scale of 1 to 3"),
        (("2401.1",), 2, "`2401.1` is no identifier"),
        (("2413.00001",), 2, "is no identifier that diffkb knows: "),
        (("2401.00001", "--year", "20x"), 2, "--year"),
        (("2401.00001", "--document", "nope"), 3, 'there is no document "nope"'),
        (("2401.00001", "2312.00001", "--title", "T"), 2, "one title"),
        ((), 2, "nothing was named to add"),
    ],
)
def test_bad_input_changes_nothing(
    call: Call, base: Path, words: tuple[str, ...], status: int, message: str
) -> None:
    before = base.read_bytes()
    done = call("add", *words)
    assert done.status == status
    assert message in done.stderr
    assert "hint: " in done.stderr
    assert base.read_bytes() == before


def test_of_several_the_good_ones_are_added(call: Call) -> None:
    done = call("add", "2401.00001", "nonsense", "2401.99999", "2312.00001", "--json")
    answer = json.loads(done.stdout)
    assert (done.status, answer["status"]) == (1, "partial")
    assert [one["outcome"] for one in answer["data"]["results"]] == [
        "added",
        "failed",
        "failed",
        "added",
    ]
    assert [one["code"] for one in answer["errors"]] == ["malformed-identifier", "unknown-work"]
    first = answer["data"]["results"][0]
    assert first.keys() == {
        *("ref", "line", "outcome", "identifier", "entry", "same_title", "error"),
    }
    assert first["identifier"] == {"scheme": "arxiv", "value": "2401.00001", "version": None}


def test_many_ids_are_one_request(call: Call, arxiv: Any) -> None:
    call("add", "2401.00001", "2312.00001", "https://arxiv.org/abs/2401.00009")
    assert arxiv.asked == [["2401.00001", "2312.00001", "2401.00009"]]


def test_the_same_paper_twice_is_added_once(call: Call) -> None:
    done = call("add", "2401.00001", "arXiv:2401.00001", "--json")
    assert [one["outcome"] for one in done.data["results"]] == ["added", "known"]


def test_a_dry_run_says_what_would_happen(call: Call, base: Path) -> None:
    before = base.read_bytes()
    done = call("add", "2401.00001", "2006.11239", "--dry-run", "--json")
    assert [one["outcome"] for one in done.data["results"]] == ["would-add", "known"]
    assert base.read_bytes() == before


PLAIN = "# Sand\n\n## Wet\n\n- [Wet Sand](https://a.example/1)\n- [Dry Sand](https://a.example/2)\n"


@pytest.fixture
def plain(call: Call, tmp_path: Path) -> Call:
    """Gives the function that runs diffkb, on a list that shows no years."""
    file = tmp_path / "sand.md"
    file.write_text(PLAIN.replace("](", ";](").replace(")\n", "): grains\n"))
    base = str(tmp_path / "sand.sqlite")
    call("--base", base, "import", str(file))
    return lambda *words: call("--base", base, *words)


def test_a_year_that_the_list_has_no_place_for_is_said(plain: Call) -> None:
    words = ("add", "https://b.example/1", "--no-fetch", "--title", "Sea Sand", "--section", "Wet")
    said = "warning: the list shows no year there: --year was left out\n"
    for more in (("--dry-run",), ()):
        done = plain(*words, "--year", "2020", *more)
        assert (done.status, said in done.stderr) == (0, True)
    assert "warning" not in plain(*words, "--again").stderr


def test_a_dry_run_tells_what_the_list_would_refuse(call: Call, base: Path) -> None:
    before = base.read_bytes()
    words = ("add", "2401.00001", "2401.99999", "--section", "Foundations", "--note", "# A heading")
    dry = call(*words, "--dry-run")
    assert base.read_bytes() == before
    done = call(*words)
    assert (dry.status, dry.stderr) == (done.status, done.stderr)
    shown = call("add", "2312.00001", "--section", "Foundations", "--dry-run").stdout
    assert shown.startswith('would add 2312.00001 as "')
    assert "(Papers / Foundations, 2023)" in shown


def test_what_a_source_says_is_text_and_never_markup(call: Call, arxiv: Any) -> None:
    title = "A ](javascript:x) **b** <script> `c` [red]x[/] | \\ &amp; __d__"
    arxiv.papers["2401.00001"] = arxiv.papers["2401.00001"]._replace(title=title)
    call("add", "2401.00001", "--section", "Foundations")
    [entry] = call("show", "2401.00001", "--json").data["entries"]
    assert entry["title"] == title
    assert entry["url"] == "https://arxiv.org/abs/2401.00001"


def test_a_note_may_come_from_standard_input(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("one\r\ntwo\n\n"))
    call("add", "2401.00001", "--section", "Foundations", "--note", "-")
    [entry] = call("show", "2401.00001", "--json").data["entries"]
    assert entry["note"] == "one\ntwo"


def test_the_first_entry_of_an_empty_base_makes_the_list(call: Call, tmp_path: Path) -> None:
    new = str(tmp_path / "new.sqlite")
    done = call("--base", new, "add", "2401.00001")
    assert done.status == 0
    assert call("--base", new, "export", "markdown").stdout == (
        "# Reading list\n\n## Unsorted\n\n"
        "- [Flows in Time](https://arxiv.org/abs/2401.00001)" + "\n"
    )


def test_an_add_is_one_step_and_leaves_the_rest_of_the_base(call: Call) -> None:
    call("add", "2401.00001", "2312.00001", "--section", "Foundations")
    history = call("show", "54", "--json").data["history"]
    assert [step["summary"] for step in history] == ["add 2 papers"]


def test_a_year_that_was_typed_is_never_replaced(call: Call) -> None:
    words = ("add", "2401.00009", "--section", "Foundations", "--year", "2022", "--no-fetch")
    assert call(*words).status == 0
    call("refresh", "54")
    [entry] = call("show", "54", "--json").data["entries"]
    assert (entry["title"], entry["year"]) == ("Written in December", 2022)


def test_adding_what_waits_completes_it(call: Call) -> None:
    call("add", "2401.00009", "--section", "Inverse problems", "--no-fetch")
    assert call("add", "2401.00009").stdout.startswith('known 54 "Written in December"')


def test_what_is_listed_stays_known_though_arxiv_does_not_know_it(call: Call) -> None:
    done = call("add", "2403.11407")
    assert (done.status, done.stdout[:8]) == (0, "known 26")
    assert "warning: arXiv knows no paper 2403.11407" in done.stderr


def test_a_work_that_arxiv_does_not_know_is_asked_about_once(call: Call, arxiv: Any) -> None:
    call("refresh", "26")
    assert call("refresh", "26").status == 3
    call("refresh")
    assert "2403.11407" not in arxiv.asked[-1]


def test_a_refresh_without_the_network_changes_nothing(call: Call, base: Path) -> None:
    before = base.read_bytes()
    done = call("refresh", "--offline")
    assert (done.status, done.stderr.count("error: ")) == (6, 1)
    assert base.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("- [A](https://a.example)\n", "- [A](https://a.example)\n\n{entry}\n"),
        ("# T\n\nWords.\n\n- [A](https://a.example)", None),
        ("", "## Unsorted\n\n{entry}\n"),
    ],
)
def test_a_list_without_sections_grows_where_its_entries_are(
    call: Call, tmp_path: Path, text: str, after: str | None
) -> None:
    (tmp_path / "flat.md").write_text(text)
    new = ("--base", str(tmp_path / "flat.sqlite"))
    call(*new, "import", str(tmp_path / "flat.md"))
    assert call(*new, "add", "2401.00001").status == 0
    entry = "- [Flows in Time](https://arxiv.org/abs/2401.00001)"
    expected = f"{text}\n\n{entry}" if after is None else after.format(entry=entry)
    assert call(*new, "export", "markdown").stdout == expected


def test_of_several_lists_the_one_with_the_section_is_meant(call: Call, tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# Other\n\n## Talks\n")
    call("import", str(tmp_path / "other.md"))
    assert call("add", "2401.00001").status == 4
    done = call("add", "2401.00001", "--section", "talks", "--json")
    assert done.data["results"][0]["entry"]["document"] == "Other"

"""`diffkb import`: a list of one's own, taken over and told about by line."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[..., Any]

ENTRY_KEYS = {
    *("id", "document", "line", "end_line", "kind", "title", "url", "links", "year"),
    *("year_from", "wr", "read", "section", "tags", "note", "arxiv_id", "doi", "openreview_id"),
    *("authors", "venue", "published", "abstract", "pending", "key"),
}


@pytest.fixture
def empty(call: Call, new_base: Callable[[], Path]) -> Call:
    """Gives a function that runs diffkb on a base that was empty before the test."""
    base = str(new_base())
    return lambda *words, **how: call(*words, **{"DIFFKB_BASE": base, **how})


@pytest.fixture
def fresh(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Gives a function that runs diffkb as on a machine where it never ran."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    return lambda *words: call(*words, DIFFKB_BASE="", HOME=str(home))


def test_what_was_read_and_what_was_kept_is_told_by_line(empty: Call, lists: Path) -> None:
    done = empty("import", str(lists / "sounds.md"))
    assert (done.status, done.stdout) == (0, "")
    first, second = done.stderr.splitlines()
    assert first == (
        f'{lists / "sounds.md"} is the document "Sounds worth hearing": '
        "7 entries, 1 kept as text, 0 doubtful"
    )
    assert second == "  line 41: kept as text, a table with links"


def test_the_list_comes_back(empty: Call, lists: Path, seed_list: Path) -> None:
    for path in (lists / "sounds.md", seed_list):
        name = empty("import", str(path), "--json").data["documents"][0]["name"]
        done = empty("export", "markdown", "--document", name)
        assert (done.status, done.stdout) == (0, path.read_text())


def test_json_has_entries_with_their_lines(empty: Call, lists: Path) -> None:
    path = lists / "sounds.md"
    answer = json.loads(empty("import", str(path), "--json").stdout)
    assert (answer["command"], answer["status"]) == ("import", "ok")
    [document] = answer["data"]["documents"]
    assert set(document) == {"name", "path", "bytes", "entries", "kept_as_text", "doubtful"}
    assert (document["name"], document["path"], document["bytes"]) == (
        *("Sounds worth hearing", str(path)),
        path.stat().st_size,
    )
    assert {frozenset(entry) for entry in document["entries"]} == {frozenset(ENTRY_KEYS)}
    lines = path.read_text().splitlines()
    for entry in document["entries"]:
        assert f"[{entry['title']}]({entry['url']})" in lines[entry["line"] - 1]
        assert lines[entry["end_line"] - 1].strip()
    reed = document["entries"][3]
    assert (reed["arxiv_id"], reed["year"], reed["section"]) == (
        *("2001.00022", 2020),
        ["Winds/Brass", "Reeds"],
    )
    assert document["kept_as_text"] == [{"line": 41, "end_line": 43, "why": "a table with links"}]
    assert document["doubtful"] == []


def test_the_ids_of_json_are_those_of_the_base(empty: Call, lists: Path) -> None:
    [document] = empty("import", str(lists / "sounds.md"), "--json").data["documents"]
    listed = empty("list", "--json").data["entries"]
    assert [(one["id"], one["title"]) for one in document["entries"]] == [
        (one["id"], one["title"]) for one in listed
    ]


def test_bytes_that_are_no_utf8_are_a_warning_with_their_place(empty: Call, tmp_path: Path) -> None:
    file = tmp_path / "list.md"
    file.write_bytes(b"# T\n\n- [A](https://example.org/a) caf\xe9\n")
    quiet = empty("import", str(file), "--dry-run", "--quiet")
    assert quiet.stderr.startswith("warning: ")
    done = empty("import", str(file))
    assert done.status == 0
    assert done.stderr.startswith(f"warning: {file} is not UTF-8 at byte 37; its bytes are kept\n")
    assert empty("export", "markdown").stdout.encode("utf-8", "surrogateescape") == (
        file.read_bytes()
    )


@pytest.mark.parametrize(
    ("strict", "status"), [((), 0), (("--strict",), 1), (("--strict", "--dry-run"), 1)]
)
def test_doubt_counts_only_where_it_is_strict(
    empty: Call, tmp_path: Path, strict: tuple[str, ...], status: int
) -> None:
    file = tmp_path / "list.md"
    file.write_text("- [A](https://example.org/a) **WR=7**\n- [B](https://example.org/b)\n")
    done = empty("import", str(file), *strict, "--json")
    assert done.status == status
    assert json.loads(done.stdout)["exit_code"] == status
    [doubt] = done.data["documents"][0]["doubtful"]
    assert (doubt["line"], doubt["why"]) == (1, "WR=7 is out of the scale of 1 to 3")


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("Hello there.\n", "nothing in {} was read as an entry; all of it is kept as text"),
        ("", "{} is empty"),
    ],
)
def test_that_nothing_is_an_entry_is_said_with_what_one_looks_like(
    empty: Call, tmp_path: Path, text: str, warning: str
) -> None:
    file = tmp_path / "list.md"
    file.write_text(text)
    assert empty("import", str(file), "--dry-run", "--strict").status == 1
    done = empty("import", str(file))
    told = done.stderr.splitlines()
    assert (done.status, done.stdout) == (0, "")
    assert f"warning: {warning.format(file)}" in told
    assert any("`- [Title](https://…)`; `diffkb undo` takes" in line for line in told)
    assert empty("export", "markdown").stdout == text


def test_without_doubt_strict_is_content(empty: Call, lists: Path) -> None:
    assert empty("import", str(lists / "sounds.md"), "--strict").status == 0


def test_of_many_lines_some_are_told_and_all_with_verbose(empty: Call, tmp_path: Path) -> None:
    file = tmp_path / "list.md"
    entries = "".join(f"- [A paper](https://example.org/{n})\n" for n in range(8))
    file.write_text(entries + "".join(f"- words without a link, {n}\n" for n in range(8)))
    told = empty("import", str(file), "--dry-run").stderr.splitlines()
    assert len(told) == 7
    assert told[-1] == "  and 3 more kept as text; --verbose shows all"
    assert len(empty("import", str(file), "--dry-run", "-v").stderr.splitlines()) == 9
    assert empty("import", str(file), "--dry-run", "-q").stderr == ""


@pytest.mark.parametrize("same", ["path", "bytes"])
def test_the_same_again_is_a_conflict_and_changes_nothing(
    empty: Call, tmp_path: Path, same: str
) -> None:
    file = tmp_path / "list.md"
    file.write_text("# T\n\n- [A](https://example.org/a)\n")
    empty("import", str(file))
    before = empty("export", "json").stdout
    if same == "path":
        file.write_text("Other words.\n")
    else:
        file = file.rename(tmp_path / "other.md")
    done = empty("import", str(file))
    assert (done.status, done.stdout) == (4, "")
    error, hint = done.stderr.splitlines()
    assert error == f'error: {file} is already the document "T" (the same {same})'
    assert hint.startswith("hint: ")
    assert empty("export", "json").stdout == before


def test_another_list_is_another_document(empty: Call, lists: Path, seed_list: Path) -> None:
    done = empty("import", str(lists / "sounds.md"), str(seed_list))
    assert done.status == 0
    assert done.stderr.count(" is the document ") == 2
    data = empty("base", "--json").data
    assert (len(data["documents"]), data["entries"]) == (2, 60)


@pytest.mark.parametrize(
    ("name", "why"), [("none.md", "No such file or directory"), ("", "Is a directory")]
)
def test_what_cannot_be_read_is_told(empty: Call, tmp_path: Path, name: str, why: str) -> None:
    done = empty("import", str(tmp_path / name))
    assert (done.status, done.stdout) == (5, "")
    error, hint = done.stderr.splitlines()
    assert error == f"error: {tmp_path / name} cannot be read: {why}"
    assert hint == "hint: check the path and its permissions"


def test_a_file_without_permission_is_unreadable_input(
    empty: Call, lists: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    # Root reads everything: the question is answered, and reading refused, as to anybody else.
    monkeypatch.setattr("os.access", lambda _, mode: mode != os.R_OK)
    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    done = empty("import", str(lists / "sounds.md"))
    assert (done.status, done.stdout) == (5, "")
    assert "cannot be read: Permission denied" in done.stderr


def test_one_that_cannot_be_read_among_others_is_partial(
    empty: Call, lists: Path, tmp_path: Path
) -> None:
    missing = str(tmp_path / "none.md")
    done = empty("import", missing, str(lists / "sounds.md"), "--json")
    answer = json.loads(done.stdout)
    assert (done.status, answer["status"], answer["exit_code"]) == (1, "partial", 1)
    assert [one["name"] for one in answer["data"]["documents"]] == ["Sounds worth hearing"]
    assert [one["code"] for one in answer["errors"]] == ["unreadable-input"]
    assert empty("import", missing, str(tmp_path)).status == 5


def test_a_dry_run_writes_nothing(empty: Call, lists: Path) -> None:
    before = empty("base", "--json").stdout
    done = empty("import", str(lists / "sounds.md"), "--dry-run")
    assert done.status == 0
    assert ' would be the document "Sounds worth hearing"' in done.stderr
    assert empty("base", "--json").stdout == before


def test_a_dry_run_refuses_what_is_there_already(empty: Call, lists: Path) -> None:
    file = str(lists / "sounds.md")
    empty("import", file)
    dry, done = empty("import", file, "--dry-run"), empty("import", file)
    assert (dry.status, dry.stderr) == (done.status, done.stderr)
    assert dry.status == 4


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "a PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", "an image"),
        (b"SQLite format 3\0\x10\0\1\1\0@  \0\0\0\1", "a SQLite database"),
        (bytes(range(256)) * 4, "a binary file"),
    ],
)
def test_a_file_that_is_no_text_is_refused(
    empty: Call, tmp_path: Path, content: bytes, what: str
) -> None:
    file = tmp_path / "list.md"
    file.write_bytes(content)
    for words in ((), ("--dry-run",)):
        done = empty("import", str(file), *words)
        assert (done.status, done.stdout) == (5, "")
        said = f"error: {file} cannot be read: it is {what}, no Markdown list\nhint: "
        assert done.stderr.startswith(said)


def test_a_task_that_is_only_an_address_waits_for_its_title(
    call: Call, arxiv: Any, tmp_path: Path
) -> None:
    file = tmp_path / "list.md"
    file.write_text(
        "# To read\n\n- [ ] https://arxiv.org/abs/2401.00001\n- [x] https://a.example/b\n"
    )
    base = str(tmp_path / "own.sqlite")
    paper = type(arxiv).__init__.__globals__["Paper"]
    arxiv.papers["2401.00001"] = paper("A Study of Rivers", "2024-01-02")
    call("--base", base, "import", str(file))
    entries = call("--base", base, "list", "--json").data["entries"]
    assert [(one["title"], one["read"]) for one in entries] == [
        ("https://arxiv.org/abs/2401.00001", False),
        ("https://a.example/b", True),
    ]
    call("--base", base, "refresh", "2401.00001")
    assert call("--base", base, "export", "markdown").stdout == (
        "# To read\n\n"
        "- [ ] [A Study of Rivers](https://arxiv.org/abs/2401.00001)\n"
        "- [x] https://a.example/b\n"
    )


def test_a_dry_run_needs_no_base_and_makes_none(empty: Call, lists: Path, tmp_path: Path) -> None:
    missing = tmp_path / "no" / "base.sqlite"
    done = empty(
        "import", str(lists / "sounds.md"), "--dry-run", "--json", DIFFKB_BASE=str(missing)
    )
    assert done.status == 0
    assert {entry["id"] for entry in done.data["documents"][0]["entries"]} == {None}
    assert not missing.parent.exists()


def test_a_list_of_ones_own_starts_an_empty_base(fresh: Call, lists: Path) -> None:
    path = lists / "sounds.md"
    assert fresh("base", "--json").data["origin"] == "shipped"
    done = fresh("import", str(path))
    assert done.status == 0
    assert "is now your own base\n" in done.stderr
    assert fresh("export", "markdown").stdout == path.read_text()
    data = fresh("base", "--json").data
    assert (data["origin"], data["entries"]) == ("user", 7)


def test_a_file_that_cannot_be_read_starts_no_base(fresh: Call) -> None:
    assert fresh("import", "none.md").status == 5
    assert fresh("base", "--json").data["origin"] == "shipped"


def test_a_name_that_is_no_utf8_does_no_harm(empty: Call, tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"l\xefst.md")
    file.write_text("- [A](https://example.org/a)\n")
    [document] = empty("import", str(file), "--json").data["documents"]
    assert (document["name"], len(document["entries"])) == ("l\ufffdst", 1)
    assert empty("import", str(file)).status == 4
    assert empty("show", "1").status == 0


def test_authors_and_venues_of_the_list_are_told_where_no_source_does(
    empty: Call, tmp_path: Path
) -> None:
    text = (
        "# Waves\n\n"
        "- **Slow Waves in Water**, Ann Lark, Ben Finch, *CVPR* 2021."
        " [[Paper](https://arxiv.org/abs/2101.00001)]\n"
        "- **On Tides and Causes**, Moor, A., and Heron, B., *ICML* 2019."
        " [[Paper](https://arxiv.org/abs/1901.00001)]\n"
    )
    path = tmp_path / "waves.md"
    path.write_text(text)
    dry = empty("import", str(path), "--dry-run", "--json").data["documents"][0]["entries"]
    empty("import", str(path))
    listed = empty("list", "--json").data["entries"]
    for found in (dry, listed):
        assert [[one["name"] for one in entry["authors"]] for entry in found] == [
            ["Ann Lark", "Ben Finch"],
            ["A. Moor", "B. Heron"],
        ]
        assert found[1]["authors"][0] == {"name": "A. Moor", "family": "Moor", "given": "A."}
        assert [entry["venue"] for entry in found] == ["CVPR", "ICML"]


def test_what_a_source_says_about_authors_beats_the_list(
    empty: Call, arxiv: Any, tmp_path: Path
) -> None:
    paper = type(arxiv).__init__.__globals__["Paper"]
    arxiv.papers["2101.00001"] = paper("Slow Waves in Water", "2021-01-01", ("Ada Example",))
    path = tmp_path / "waves.md"
    path.write_text(
        "# Waves\n\n- **Slow Waves in Water**, Ann Lark, Ben Finch, *CVPR* 2021."
        " [[Paper](https://arxiv.org/abs/2101.00001)]\n" * 2
    )
    empty("import", str(path))
    empty("refresh")
    [entry, _] = empty("list", "--json").data["entries"]
    assert [one["name"] for one in entry["authors"]] == ["Ada Example"]
    assert entry["venue"] == "CVPR"


LINES = (
    '{"title": "One", "url": "https://x.example/1", "section": ["First"], "year": 2020}\n'
    "no JSON\n"
    '{"title": "Two", "url": "https://x.example/2", "section": ["First"]}\n'
)
MADE = (
    "# Reading list\n\n## First\n\n- [Two](https://x.example/2)\n\n### 2020\n\n"
    "- [One](https://x.example/1)\n"
)


@pytest.mark.parametrize("name", ["entries.jsonl", "entries.NDJSON", "entries.txt"])
def test_json_lines_make_a_list(empty: Call, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text(LINES)
    rejected = file.with_stem("entries.rejected")
    chosen = ("--format", "jsonl") if name.endswith("txt") else ()
    tried = empty("import", str(file), "--dry-run", *chosen)
    assert tried.stderr.splitlines()[-1] == f"{file}: 2 entries would be added, 0 known"
    assert empty("list").stdout == ""
    done = empty("import", str(file), *chosen)
    assert (done.status, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        f"error: line 2 of {file} cannot be read: it is no JSON",
        "hint: mend the line and import it again",
        f"{rejected} has them, to be mended and imported again",
        f'{file}: 2 entries added to "Reading list", 0 known',
    ]
    assert empty("export", "markdown").stdout == MADE
    assert empty("search", "two").stdout.startswith("1\t")
    assert rejected.read_text() == "no JSON\n"
    rejected.write_text('{"title": "Mended"}\n')
    again = empty("import", str(rejected), *chosen)
    assert again.stderr.splitlines() == [f'{rejected}: 1 entry added to "Reading list", 0 known']


def test_json_lines_in_json(empty: Call, tmp_path: Path) -> None:
    file = tmp_path / "entries.jsonl"
    file.write_text(LINES)
    done = empty("import", str(file), "--json")
    [document] = done.data["documents"]
    assert [entry["title"] for entry in document["entries"]] == ["Two", "One"]
    assert (document["name"], document["known"]) == ("Reading list", 0)
    [error] = json.loads(done.stdout)["errors"]
    assert (error["code"], error["line"]) == ("bad-record", 2)


def test_a_stream_of_json_lines_is_read(run_diffkb: Callable[..., Any], tmp_path: Path) -> None:
    base = str(tmp_path / "kb.sqlite")
    listed = run_diffkb("list", "wr:3", "--format", "jsonl").stdout
    done = run_diffkb("--base", base, "import", "-", stdin=listed)
    assert (done.returncode, done.stdout) == (0, "")
    assert "-: 14 entries added" in done.stderr
    again = run_diffkb("--base", base, "list", "--format", "jsonl").stdout
    assert [json.loads(line)["key"] for line in again.splitlines()] == [
        json.loads(line)["key"] for line in listed.splitlines()
    ]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("x.jsonl", "--format", "pdf"), 2, "`pdf` does not fit --format"),
        (("x.jsonl",), 5, "x.jsonl cannot be read: No such file"),
        (("x.md", "--document", "A"), 2, "a Markdown list becomes a document of its own"),
    ],
)
def test_a_wrong_import_says_so(
    empty: Call, words: tuple[str, ...], status: int, said: str
) -> None:
    done = empty("import", *words)
    assert (done.status, done.stdout) == (status, "")
    assert said in done.stderr


def test_json_is_told_from_lists_and_lines(empty: Call, tmp_path: Path) -> None:
    file = tmp_path / "all.json"
    file.write_text('{"diffkb": 1, "documents": []}')
    done = empty("import", str(file))
    assert (done.status, done.stdout) == (5, "")
    assert "all.json cannot be read: " in done.stderr
    assert empty("document", "list").stdout == ""
    file.write_text('[{"id": "bells1999", "title": "Bells", "issued": {"date-parts": [[1999]]}}]')
    assert empty("import", str(file)).status == 0
    assert empty("list", "--format", "{key} {year} {title}").stdout == "bells1999 1999 Bells\n"


@pytest.mark.parametrize("suffix", ["json", "ris", "bib"])
def test_what_other_formats_took_comes_back(
    call: Call, empty: Call, tmp_path: Path, suffix: str
) -> None:
    form = {"json": "csl-json", "ris": "ris", "bib": "biblatex"}[suffix]
    file = tmp_path / f"all.{suffix}"
    assert call("export", form, "--annotate", "-o", str(file)).status == 0
    done = empty("import", str(file))
    assert (done.status, done.stderr.splitlines()[-1]) == (
        0,
        f'{file}: 53 entries added to "Reading list", 0 known',
    )
    columns = (
        "list",
        "--format",
        "{title}|{year}|{wr}|{section}|{key}|{arxiv}|{doi}|{url}|{authors}",
    )
    assert sorted(empty(*columns).stdout.splitlines()) == sorted(call(*columns).stdout.splitlines())

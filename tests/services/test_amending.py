"""Fields that are edited: their span alone changes, the rest is refused, and all of it undone."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.bases import export, make_base
from tests.journal import ask, last_step, rows, take_back
from tests.lists import listings
from tests.services.test_curating import listed, read_again

from diffkb.errors import DiffkbError
from diffkb.services.amending import amending, rewriting, shown_text, with_line_ends
from diffkb.services.assigning import split_words
from diffkb.services.curating import Editing
from diffkb.services.titled import add_titled
from diffkb.store.writer import UnitOfWork

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from diffkb.services.curating import Edit

LISTINGS = listings()
SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
VALUES = {
    "title": st.sampled_from(["Other Words", "A *b* [c] & <d>", "C# | x", "1. One", "# Two"]),
    "url": st.sampled_from(["https://arxiv.org/abs/2305.01234", "https://x.example/a(b)", ""]),
    "year": st.sampled_from(["2018", "2031", ""]),
    "wr": st.sampled_from(["1", "2", "none"]),
    "note": st.sampled_from(["A word.", "Two\nlines", "- a\n- b", "# no", ""]),
    "read": st.sampled_from(["yes", "no"]),
    "venue": st.sampled_from(["ICML", "J. of Rain 12 (3)", ""]),
    "authors": st.sampled_from(["Lark, Ann; Finch, Ben", "Ann Lark", ""]),
    "published": st.sampled_from(["2020-01-02", "2019", ""]),
    "abstract": st.sampled_from(["What it is about.", ""]),
    "doi": st.sampled_from(["10.1234/abc", ""]),
    "arxiv": st.sampled_from(["2305.04321", ""]),
    "key": st.sampled_from(["lark", ""]),
}
OWN = """\
# Waves

## Slow

### 2021

- [Slow Waves](https://arxiv.org/abs/2101.00001) **WR=2**
A note.

- [Tides](https://example.org/tides)

## Fast

- [Fast Waves](https://arxiv.org/abs/2101.00001)
"""


def do(base: Path, entry_id: int, edit: Edit) -> str | None:
    """Does an edit of an entry."""
    with UnitOfWork(base, command="edit") as unit:
        editing = Editing(unit)
        return edit(editing, editing.row(entry_id))


def amend(base: Path, entry_id: int, *words: str) -> str | None:
    """Gives fields of an entry values as a person types them."""
    _, values = split_words(words)
    return do(base, entry_id, amending(values))


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Gives a base of a list in the project's own form, in which two entries are one work."""
    return make_base(tmp_path, OWN)


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(listing=LISTINGS, data=st.data())
def test_whatever_is_edited_reads_as_it_is_stored_and_can_be_undone(
    tmp_path_factory: pytest.TempPathFactory, listing: Any, data: st.DataObject
) -> None:
    base = make_base(tmp_path_factory.mktemp("law"), listing.text)
    before, held = export(base), rows(base)
    ids = [row[0] for row in held["entries"]]
    assume(ids)
    entry_id = data.draw(st.sampled_from(ids))
    names = data.draw(
        st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=3, unique=True)
    )
    words = [f"{name}={data.draw(VALUES[name])}" for name in names]
    try:
        done = amend(base, entry_id, *words)
    except DiffkbError:
        assert rows(base) == held
        return
    after = export(base)
    assert stored_alike(base)
    if done is None:
        assert (after, rows(base)) == (before, held)
        return
    if set(names) <= {"published", "abstract", "doi", "arxiv", "key"}:
        assert after == before
    assert changed_runs(before, after) <= (4 if "year" in names else 2)
    take_back(base, last_step(base))
    assert export(base) == before
    assert rows(base) == held


def stored_alike(base: Path) -> bool:
    """Says whether the list reads again as it is stored, but for what the base alone holds."""
    return [row[:5] + row[6:10] for row in listed(base)] == [
        row[:5] + row[6:10] for row in read_again(base)
    ]


def changed_runs(before: str, after: str) -> int:
    """Gives how many runs of lines changed, numbers apart."""
    old, new = (re.sub(r"[0-9]+", "0", text).splitlines() for text in (before, after))
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return sum(tag != "equal" for tag, *_ in codes)


@settings(max_examples=30, deadline=None, suppress_health_check=SLOW)
@given(listing=LISTINGS, data=st.data())
def test_whatever_an_editor_saves_is_that_one_entry_or_refused(
    tmp_path_factory: pytest.TempPathFactory, listing: Any, data: st.DataObject
) -> None:
    base = make_base(tmp_path_factory.mktemp("law"), listing.text)
    before, held = export(base), rows(base)
    ids = [row[0] for row in held["entries"]]
    assume(ids)
    entry_id = data.draw(st.sampled_from(ids))
    shown = shown_text(text_of(base, entry_id))
    saved = data.draw(
        st.sampled_from(
            [
                shown,
                f"\n\n{shown}\n\n",
                shown.replace("Study", "*Essay*"),
                f"{shown} more",
                f"{shown}\n  more below",
                f"{shown}\n\n## A heading",
                f"{shown}\n{shown}",
                f"{shown}\n\n{shown}",
                "words",
                "",
                "```\n",
                shown[: len(shown) // 2],
            ]
        )
        | st.text(st.sampled_from("ab -*[]()#\n|`>"), max_size=30)
    )
    try:
        done = do(base, entry_id, rewriting(shown, saved))
    except DiffkbError:
        assert rows(base) == held
        return
    assert stored_alike(base)
    assert len(rows(base)["entries"]) == len(held["entries"])
    if done is None:
        assert (export(base), rows(base)) == (before, held)
        return
    assert text_of(base, entry_id) == with_line_ends(saved, shown_ends(before, shown))
    take_back(base, last_step(base))
    assert rows(base) == held


def text_of(base: Path, entry_id: int) -> str:
    """Gives an entry's own Markdown."""
    with UnitOfWork(base, command="look") as unit:
        editing = Editing(unit)
        row = editing.row(entry_id)
        return editing.page(row.document_id).text_of(row)


def shown_ends(whole: str, shown: str) -> str:
    """Gives a text with the line ends of the list it is from."""
    return shown.replace("\n", "\r\n") if "\r\n" in whole else shown


@pytest.mark.parametrize(
    ("before", "saved", "after"),
    [
        ("a\r\nb\nc", "a\nx\nc\nd\n", "a\r\nx\nc\nd"),
        ("a\r\nb\r\nc\nd", "a\nb\nc\nd\n", "a\r\nb\r\nc\nd"),
        ("a\r\nb", "\n\na\nc\n\n", "a\r\nc"),
        ("a\rb", "a\nc", "a\rc"),
        ("a", "b\r\nc\r\n", "b\nc"),
        ("a", "\n \n", ""),
    ],
)
def test_line_ends_stay_as_they_were(before: str, saved: str, after: str) -> None:
    assert with_line_ends(saved, before) == after


def test_what_is_said_by_hand_beats_all_sources_until_it_is_taken_back(own: Path) -> None:
    say(own, 1, "venue", "ICML 2021", "Crossref")
    assert amend(own, 1, "venue=NeurIPS", "authors=Lark, Ann") == "(venue, authors)"
    assert amend(own, 1, "venue=NeurIPS", "authors=Lark, Ann") is None
    say(own, 1, "venue", "ICML 2022", "Crossref")
    assert chosen(own, "venue") == [("NeurIPS", "curator")]
    assert amend(own, 1, "venue=", "authors=") == "(venue, authors)"
    assert chosen(own, "venue") == [("ICML 2022", "Crossref")]
    assert chosen(own, "authors") == []
    assert export(own) == OWN


def test_authors_are_kept_one_by_one(own: Path) -> None:
    amend(own, 1, "authors=Ho, Jonathan; van den Oord, Aäron; The MNIST Team")
    found = ask(own, "SELECT name, family, given FROM authors ORDER BY position")
    assert found == [
        ("Jonathan Ho", "Ho", "Jonathan"),
        ("Aäron van den Oord", "van den Oord", "Aäron"),
        ("The MNIST Team", None, None),
    ]
    assert amend(own, 1, "authors=Jonathan Ho; Aäron van den Oord; The MNIST Team") is not None
    assert ask(own, "SELECT family FROM authors") == [(None,)] * 3


def test_an_identifier_of_another_work_is_refused_with_its_entry(own: Path) -> None:
    held = rows(own)
    with pytest.raises(DiffkbError, match=r"2101.00001 is that of entry 1") as caught:
        amend(own, 2, "arxiv=2101.00001", "wr=1")
    assert (caught.value.code, caught.value.exit_code) == ("identifier-taken", 4)
    assert "`diffkb merge 1 2`" in str(caught.value.hint)
    assert rows(own) == held


def test_an_identifier_given_by_hand_stands_in_the_place_of_others(own: Path) -> None:
    amend(own, 1, "doi=https://doi.org/10.1234/ABC", "arxiv=arXiv:2102.00002v3")
    names = "SELECT scheme, value FROM identifiers WHERE paper_id = 1 ORDER BY scheme"
    assert ask(own, names) == [("arxiv", "2102.00002"), ("doi", "10.1234/abc")]
    amend(own, 1, "doi=", "arxiv=")
    # The link in the list names it.
    assert ask(own, names) == [("arxiv", "2101.00001")]
    assert amend(own, 1, "doi=") is None


def test_a_link_to_another_paper_is_that_of_another_work(own: Path) -> None:
    amend(own, 3, "url=https://arxiv.org/abs/2103.00003")
    assert ask(own, "SELECT paper_id FROM entries ORDER BY id") == [(1,), (2,), (3,)]
    amend(own, 3, "url=https://arxiv.org/abs/2101.00001")
    assert ask(own, "SELECT paper_id FROM entries ORDER BY id") == [(1,), (2,), (1,)]
    assert ask(own, "SELECT count(*) FROM papers") == [(2,)]


def test_another_page_of_the_same_work_is_one_more_name_of_it(own: Path) -> None:
    amend(own, 2, "url=https://openreview.net/forum?id=abcDEF123")
    found = ask(own, "SELECT scheme, value FROM identifiers WHERE paper_id = 2")
    assert found == [("openreview", "abcDEF123")]


def test_a_key_is_that_of_one_entry(own: Path) -> None:
    amend(own, 1, "key=lark2021")
    with pytest.raises(DiffkbError, match="`lark2021` is the key of entry 1") as caught:
        amend(own, 2, "key=lark2021")
    assert caught.value.exit_code == 4


def test_a_year_group_is_made_where_there_are_some_else_refused(own: Path) -> None:
    assert amend(own, 1, "year=2020") == "(year)"
    assert "### 2020\n\n- [Slow Waves]" in export(own)
    for entry_id, word in ((1, "year="), (3, "year=2020")):
        with pytest.raises(DiffkbError, match="year"):
            amend(own, entry_id, word)


def test_a_title_that_a_person_typed_is_no_placeholder(tmp_path: Path) -> None:
    base = make_base(tmp_path, "# L\n\n- [https://example.org/a](https://example.org/a) **WR=1**\n")
    assert ask(base, "SELECT placeholder FROM entries") == [(1,)]
    amend(base, 1, "title=Rain")
    assert ask(base, "SELECT placeholder FROM entries") == [(0,)]


def test_authors_are_shown_as_a_list_shows_them(tmp_path: Path) -> None:
    text = (
        "# L\n\n## S\n\n"
        "- [Slow Rivers in Winter](https://example.org/a). Ann Lark, Ben Finch. *ICML 2020*.\n"
        "- [Fast Rivers in Winter](https://example.org/b). Cy Wren, Di Owl. *CVPR 2021*.\n"
    )
    base = make_base(tmp_path, text)
    assert amend(base, 1, "authors=Kite, Ed; Rook, Gus") == "(authors)"
    assert export(base) == text.replace("Ann Lark, Ben Finch", "Ed Kite, Gus Rook")
    amend(base, 1, "abstract=About rivers.")
    assert "About" not in export(base)


@settings(max_examples=20, deadline=None, suppress_health_check=SLOW)
@given(listing=LISTINGS, wr=st.sampled_from([None, 1]), note=st.sampled_from([None, "A word."]))
def test_a_title_alone_is_an_entry_in_any_list_or_refused(
    tmp_path_factory: pytest.TempPathFactory, listing: Any, wr: int | None, note: str | None
) -> None:
    base = make_base(tmp_path_factory.mktemp("law"), listing.text)
    before, held = export(base), rows(base)
    section = ask(base, "SELECT name FROM sections WHERE role = 'section' ORDER BY id")
    assume(section)
    add = adding_to(base, section[0][0], wr, note)
    try:
        result = add()
    except DiffkbError:
        assert rows(base) == held
        return
    assert result.outcome == "added"
    assert stored_alike(base)
    assert changed_runs(before, export(base)) <= 2
    assert ask(base, "SELECT title, url FROM entries WHERE id = ?", result.entry_id) == [
        ("Rain on Warm Roofs", None)
    ]
    assert (add().outcome, add().entry_id) == ("known", result.entry_id)
    take_back(base, last_step(base))
    assert rows(base) == held


def adding_to(base: Path, section: str, wr: int | None, note: str | None) -> Callable[[], Any]:
    """Gives what adds an entry by its title alone."""
    from diffkb.paths import BaseChoice
    from diffkb.services.additions import Request

    choice = BaseChoice(base, "option", "named by a test", base)
    request = Request(section=section, wr=wr, note=note)
    return lambda: add_titled(
        choice,
        "Rain on Warm Roofs",
        request,
        section=None,
        default_document=None,
        report=lambda _: None,
    )


def say(base: Path, entry_id: int, name: str, value: str, source: str) -> None:
    """Keeps what a source says of an entry's work."""
    from diffkb.services.facts import keep_fact
    from diffkb.services.vouching import work_of_entry

    with UnitOfWork(base, command="refresh") as unit:
        keep_fact(unit, work_of_entry(unit, Editing(unit).row(entry_id)), name, value, source)


def chosen(base: Path, name: str) -> list[tuple[Any, ...]]:
    """Gives what counts of a fact, with its source."""
    return ask(base, "SELECT value, source FROM facts WHERE name = ? AND chosen", name)

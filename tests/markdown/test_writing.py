"""What is written: one field into an entry, new entries and headings, blocks between others."""

from __future__ import annotations

from pathlib import Path

import pytest

from diffkb.core.models import Fields
from diffkb.errors import CannotWrite
from diffkb.markdown import (
    Context,
    Dialect,
    Form,
    check_window,
    get_fields,
    insert_block,
    move_heading,
    put_fields,
    read_document,
    rename_heading,
    usual_gap,
    write_entry,
    write_heading,
    year_position,
)

LISTS = Path(__file__).parents[1] / "data" / "lists"
RAW = "- [T](u)  **WR=3**  \nnote \n\n"


@pytest.mark.parametrize(
    ("raw", "changes", "after"),
    [
        (RAW, {"wr": 1}, "- [T](u)  **WR=1**  \nnote \n\n"),
        (RAW, {"wr": None}, "- [T](u)  \nnote \n\n"),
        (RAW, {"note": None}, "- [T](u)  **WR=3**\n\n"),
        (RAW, {"note": "a\nb"}, "- [T](u)  **WR=3**  \na\nb \n\n"),
        (RAW, {"title": "A", "url": "b"}, "- [A](b)  **WR=3**  \nnote \n\n"),
        ("- [T](u). \nnote", {"wr": 2}, "- [T](u). **WR=2** \nnote"),
        ("- [T](u) - words", {"wr": 2}, "- [T](u) **WR=2** - words"),
        ("- [T](u) **WR=2** - words", {"note": None}, "- [T](u) **WR=2**"),
        ("- [T](u) - words\r\n", {"note": "others"}, "- [T](u) - others\r\n"),
        ("- [T](u)\r\n\r\n", {"note": "a\nb"}, "- [T](u)  \r\na\r\nb\r\n\r\n"),
        ("- [T](u)    \n", {"note": "a"}, "- [T](u)    \na\n"),
        ("- [T](u)\n\n  a\n", {"note": "b\n\nc"}, "- [T](u)\n\n  b\n\n  c\n"),
        ("* [**T**](u)", {"title": "a*"}, "* [**a\\***](u)"),
        ("1. [ _T_ ](<u> 't') x\n", {"title": "A", "url": "b"}, "1. [ _A_ ](b 't') x\n"),
        ("- [T](u) - a b **WR=2**\n\n", {"wr": 3}, "- [T](u) - a b **WR=3**\n\n"),
        ("- [T](u) - a b **WR=2**\n", {"wr": None}, "- [T](u) - a b\n"),
        ("- [T](u) - a b **WR=2**\n", {"note": "c"}, "- [T](u) - c **WR=2**\n"),
        ("- [T](u) - a b **WR=2**\n", {"note": None}, "- [T](u) **WR=2**\n"),
        ("- [T](u)  \na\n**WR=2**\n", {"note": "b\nc"}, "- [T](u)  \nb\nc\n**WR=2**\n"),
    ],
)
def test_only_the_span_of_the_field_changes(
    raw: str, changes: dict[str, object], after: str
) -> None:
    assert put_fields(changes, raw, Context()) == after


@pytest.mark.parametrize(
    ("raw", "wr", "note"),
    [
        ("- [T](u) a **WR=2**\n", 2, "a"),
        ("- [T](u)\n  a\n  b **WR=2** \n\n", 2, "a\nb"),
        ("- [T](u) **WR=1** a **WR=2**\n", 1, "a **WR=2**"),
        ("- [T](u) a**WR=2**\n", None, "a**WR=2**"),
        ("- [T](u) a **WR=2** b\n", None, "a **WR=2** b"),
        ("- [T](u)\n  - [S](v) **WR=2**\n", None, "- [S](v) **WR=2**"),
        ("- [T](u)\n  ```\n  **WR=2**", None, "```\n**WR=2**"),
    ],
)
def test_a_mark_after_the_note_is_read_where_it_ends_the_words(
    raw: str, wr: int | None, note: str
) -> None:
    [fields] = get_fields(raw, Context())
    assert (fields.wr, fields.note) == (wr, note)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Scores [v2] & (more)", "Scores [v2] & (more)"),
        ("a]b", "a\\]b"),
        ("A* and B*", "A* and B*"),
        ("*a*", "*a\\*"),
        ("A & B &amp; C", "A & B \\&amp; C"),
        ("a\\", "a\\\\"),
        ("\\alpha", "\\alpha"),
        ("x < y > z", "x < y > z"),
        ("$x_i$ and $y_i$", "$x_i$ and $y_i$"),
        ("`a", "`a"),
        ("a \\[ b", "a \\\\\\[ b"),
    ],
)
def test_a_title_is_escaped_only_where_it_would_read_otherwise(title: str, text: str) -> None:
    after = put_fields({"title": title}, "- [T](u)\n", Context())
    assert after == f"- [{text}](u)\n"


@pytest.mark.parametrize(
    ("note", "text"),
    [
        ("- a\n- b", "  - a\n  - b"),
        ("a\n- b", "a\n  - b"),
        ("# a", "  # a"),
        ("> a", "  > a"),
        ("```\na\n\nb\n```", "  ```\n  a\n\n  b\n  ```"),
        ("1. a", "  1. a"),
        ("===", "==="),
        ("a\n===", "a\n==="),
        ("**WR=2**", "**WR=2**"),
        ("a\n\nb\nc", "a\n\n  b\n  c"),
        ("a\n  b", "a\n    b"),
        ("<!-- a", "  <!-- a"),
    ],
)
def test_a_note_that_would_begin_a_block_is_moved_into_the_entry(note: str, text: str) -> None:
    after = put_fields({"note": note}, RAW, Context())
    assert after == f"- [T](u)  **WR=3**  \n{text} \n\n"


def test_a_moved_note_among_others_at_the_edge_is_not_made_a_block() -> None:
    # Moved there for being a block, it could no longer be told from one moved by habit.
    raw = "- [T](u)\n  note\n"
    with pytest.raises(CannotWrite, match="block of its own"):
        put_fields({"note": "- a"}, raw, Context())
    ctx = Context(Dialect(form=Form(indented=True)))
    assert put_fields({"note": "- a"}, raw, ctx) == "- [T](u)\n  - a\n"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "a  b"}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"title": None}, "title"),
        ({"url": ""}, "url"),
        ({"url": "a\nb"}, "url"),
        ({"url": "a b>"}, "url"),
        ({"url": "#a"}, "url"),
        ({"wr": 4}, "wr"),
        ({"wr": True}, "wr"),
        ({"wr": "2"}, "wr"),
        ({"note": " "}, "note"),
        ({"note": " a"}, "note"),
        ({"note": "a\rb"}, "note"),
        ({"note": "---"}, "note"),
        ({"year": 2021}, "year"),
        ({"tags": ("a",)}, "tags"),
        ({"venue": "b"}, "venue"),
        ({"mentioned": ("c",)}, "mentioned"),
        ({"nothing": 1}, "nothing"),
    ],
)
def test_a_value_that_cannot_be_written_is_refused_by_name(
    changes: dict[str, object], field: str
) -> None:
    with pytest.raises(CannotWrite) as refused:
        put_fields(changes, RAW, Context(year=2020))
    assert refused.value.field == field


def test_the_scale_is_the_document_s() -> None:
    ctx = Context(Dialect(scale=(1, 5)))
    assert "**WR=5**" in put_fields({"wr": 5}, RAW, ctx)


@pytest.mark.parametrize(("raw", "index"), [("text\n", 0), (RAW, 1), (RAW + RAW, 0)])
def test_what_is_not_one_entry_is_not_written(raw: str, index: int) -> None:
    with pytest.raises(CannotWrite, match="no such entry"):
        put_fields({"wr": 1}, raw, Context(), index)


def test_a_url_that_would_end_its_link_is_put_between_angle_brackets() -> None:
    for url, text in [("a b", "<a b>"), ("a(b", "<a(b>"), ("a(b)", "a(b)")]:
        assert put_fields({"url": url}, "- [T](u)", Context()) == f"- [T]({text})"


GROUP = (
    "- [A](a)  **WR=3**    \nwords\n\n",
    "* [B](b) **WR=2**  \nwords\n\n",
    "* [C](c) **WR=1**  \nwords\n\n",
)
FIELDS = Fields("New", "n", wr=2, note="Said.")


@pytest.mark.parametrize(
    ("groups", "after"),
    [
        ([GROUP], "* [New](n) **WR=2**  \nSaid."),
        ([GROUP[:2]], "* [New](n) **WR=2**  \nSaid."),
        ([(GROUP[1], GROUP[0])], "- [New](n)  **WR=2**    \nSaid."),
        ([[], GROUP[:1], GROUP], "- [New](n)  **WR=2**    \nSaid."),
        ([["+ [A](a). \nx\n"], GROUP[:1]], "+ [New](n)  **WR=2** \nSaid."),
        ([["+ [A](a)\n"], GROUP[:1]], "+ [New](n)  **WR=2**    \nSaid."),
        ([["  - [A](a) **WR=1** - x\n"]], "  - [New](n) **WR=2** - Said."),
        ([["- [A](a)\n\n  x\n"]], "- [New](n) **WR=2**\n\n  Said."),
        ([["text\n"]], "- [New](n) **WR=2**  \nSaid."),
        ([], "- [New](n) **WR=2**  \nSaid."),
        ([["3. [A](a)\n", "4. [B](b)\n"]], "5. [New](n) **WR=2**  \nSaid."),
        ([["1. [A](a)\n", "1. [B](b)\n"]], "1. [New](n) **WR=2**  \nSaid."),
    ],
)
def test_a_new_entry_takes_the_commonest_form_near_by(groups: list[list[str]], after: str) -> None:
    near = [[(raw, Context()) for raw in group] for group in groups]
    assert write_entry(FIELDS, near, Context()) == after


def test_a_new_entry_without_note_or_mark_has_no_trailing_blanks() -> None:
    near = [[(raw, Context()) for raw in GROUP]]
    assert write_entry(Fields("New", "n"), near, Context()) == "* [New](n)"


def test_a_part_that_nobody_near_by_shows_is_as_in_the_document() -> None:
    ctx = Context(Dialect(newline="\r\n", form=Form(before_mark="  ", opening=" \n")))
    near = [[("+ [A](a)\r\n", ctx)]]
    assert write_entry(FIELDS, near, ctx) == "+ [New](n)  **WR=2** \r\nSaid."


def test_a_form_that_cannot_hold_the_note_gives_way_to_the_project_s_own() -> None:
    near = [[("* [A](a) x\n", Context())]]
    fields = Fields("New", "n", note="**WR=2** is low")
    assert write_entry(fields, near, Context()) == "- [New](n)  \n**WR=2** is low"


def test_an_entry_without_a_link_is_a_link_that_leads_nowhere() -> None:
    assert write_entry(Fields("New", wr=2), [], Context()) == "- [New]() **WR=2**"
    assert put_fields({"url": None}, "- [T](<u>) **WR=2**\n", Context()) == "- [T]() **WR=2**\n"
    assert put_fields({"url": "a b"}, "- [T]()\n", Context()) == "- [T](<a b>)\n"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        (Fields("", "n"), "title"),
        (Fields("New", "n", wr=9), "wr"),
        (Fields("New", "n", note="---"), "note"),
        (Fields("New", "n", year=2020), "year"),
        (Fields("New", "n", tags=("a",)), "tags"),
    ],
)
def test_a_new_entry_that_no_form_can_hold_is_refused_by_name(fields: Fields, field: str) -> None:
    with pytest.raises(CannotWrite) as refused:
        write_entry(fields, [], Context())
    assert refused.value.field == field


ENTRY, HEADING, PROSE = "- [A](a)\n\n", "## A\n\n", "text\n\n"


@pytest.mark.parametrize(
    ("before", "after", "gap", "expected"),
    [
        (ENTRY, ENTRY, 1, (ENTRY, "- [N](n)\n\n")),
        (ENTRY, HEADING, 1, (ENTRY, "- [N](n)\n\n")),
        (ENTRY, HEADING, 0, ("- [A](a)\n", "- [N](n)\n\n")),
        ("- [A](a)\n", "- [B](b)\n", 0, ("- [A](a)\n", "- [N](n)\n")),
        ("- [A](a)\n", "- [B](b)\n", 1, ("- [A](a)\n\n", "- [N](n)\n")),
        ("- [A](a)", None, 1, ("- [A](a)\n\n", "- [N](n)")),
        ("- [A](a)\n", None, 1, ("- [A](a)\n\n", "- [N](n)\n")),
        ("- [A](a)\n\n\n", None, 1, ("- [A](a)\n\n", "- [N](n)\n\n\n")),
        (HEADING, HEADING, 0, (HEADING, "- [N](n)\n\n")),
        (HEADING, ENTRY, 0, (HEADING, "- [N](n)\n")),
        ("## A\n", ENTRY, 1, ("## A\n", "- [N](n)\n\n")),
        ("## A", None, 1, ("## A\n\n", "- [N](n)")),
        ("text\n", HEADING, 1, (PROSE, "- [N](n)\n\n")),
        ("\ufeff", HEADING, 1, ("\ufeff", "- [N](n)\n\n")),
        (None, HEADING, 1, (None, "- [N](n)\n\n")),
        (None, None, 1, (None, "- [N](n)\n")),
    ],
)
def test_a_block_is_set_between_others(
    before: str | None, after: str | None, gap: int, expected: tuple[str | None, str]
) -> None:
    assert insert_block(before, "- [N](n)", after, Context(), gap=gap) == expected


def test_a_heading_is_set_off_by_blank_lines() -> None:
    ctx = Context(Dialect(gap=0, newline="\r\n"))
    before, new = insert_block("- [A](a)\r\n", "## N", "## B\r\n", ctx)
    assert (before, new) == ("- [A](a)\r\n\r\n", "## N\r\n\r\n")


def test_what_goes_last_ends_as_the_document_ended() -> None:
    text = (LISTS / "small.md").read_bytes().decode()
    reading = read_document(text)
    before, new = insert_block(reading.blocks[-1].raw, "3. [N](n)", None, Context(reading.dialect))
    assert before is not None
    kept = "".join(block.raw for block in reading.blocks[:-1])
    assert (kept + before + new).startswith(text)
    assert new == "3. [N](n)"


@pytest.mark.parametrize(
    ("blocks", "told"),
    [
        ([("entry", "- [A](a)\n"), ("prose", "text\n")], "- \\[A\\]\\(a\\)"),
        ([("entry", "- [A](a)"), ("entry", "- [B](b)\n")], "- \\[A\\]\\(a\\)"),
        ([("entry", "1.  [A](a)\n"), ("entry", "    - [B](b)\n")], "1"),
        ([("prose", "text\n"), ("heading", "---\n")], "text"),
        ([("prose", "```\n- [A](a)\n"), ("entry", "- [B](b)\n")], "```"),
        ([("prose", "- [A](a)\n")], "- \\[A"),
        ([("entry", "text\n")], "text"),
        ([("heading", "text\n")], "text"),
    ],
)
def test_blocks_that_would_read_otherwise_together_are_refused(
    blocks: list[tuple[str, str]], told: str
) -> None:
    with pytest.raises(CannotWrite, match=told) as refused:
        check_window(blocks, field="note")  # type: ignore[arg-type]
    assert refused.value.field == "note"


def test_blocks_that_read_alike_together_are_let_pass() -> None:
    check_window([("heading", "## A\n"), ("entry", "- [A](a)\n"), ("prose", "\n- b\n"[1:])])


@pytest.mark.parametrize(
    ("level", "name", "siblings", "text"),
    [
        (4, "2023", ["#### 2024\n\n"], "#### 2023"),
        (2, "2023", ["## 2024:\n\n"], "## 2023:"),
        (3, "2023", ["## **2024** ##\n", "## A\n", "## **2022** ##\n"], "### **2023** ###"),
        (2, "New", ["A\n---\n", "B\n---\n"], "New\n---"),
        (3, "New", ["A\n---\n"], "### New"),
        (2, "New", ["##  A\n"], "##  New"),
        (2, "C #", [], "## C \\#"),
        (2, "*a*", ["text\n"], "## *a\\*"),
    ],
)
def test_a_new_heading_takes_the_form_of_its_siblings(
    level: int, name: str, siblings: list[str], text: str
) -> None:
    assert write_heading(level, name, siblings) == text


@pytest.mark.parametrize(
    ("raw", "after"),
    [
        ("## A ##\n\n", "## New_x ##\n\n"),
        ("A\nB\n---\n", "New_x\n---\n"),
        ("##\n", "## New_x\n"),
        ("  # **A**", "  # **New_x**"),
    ],
)
def test_a_heading_is_renamed_in_its_form(raw: str, after: str) -> None:
    assert rename_heading(raw, "New_x") == after


@pytest.mark.parametrize(
    ("raw", "after"),
    [
        (
            '<h2 align="center">A <img src=x></h2>\n\n',
            '<h2 align="center">B &amp; C <img src=x></h2>\n\n',
        ),
        ("##A\n\n", "##B & C\n\n"),
        ('## <a id="a"></a>A\n', '## <a id="a"></a>B & C\n'),
        ("## [**A**](https://x.org) ##\n", "## [**B & C**](https://x.org) ##\n"),
        ("A\n---\n", "B & C\n---\n"),
    ],
)
def test_what_stands_around_a_name_stays(raw: str, after: str) -> None:
    assert rename_heading(raw, "B & C", own=False) == after


@pytest.mark.parametrize(
    ("raw", "level", "after"),
    [
        ("## A ##\r\n\r\n", 4, "#### A ####\r\n\r\n"),
        ("##A\n", 3, "###A\n"),
        ("## C#\n", 3, "### C#\n"),
        ("A\n---\n\n", 1, "A\n===\n\n"),
        ("A\n---\n\n", 3, "### A\n\n"),
        ('<h2 id="x">A</h2>\n', 5, '<h5 id="x">A</h5>\n'),
        ("  ## A", 2, "  ## A"),
    ],
)
def test_a_heading_gets_another_level_by_its_marks(raw: str, level: int, after: str) -> None:
    assert move_heading(raw, level, own=False) == after


@pytest.mark.parametrize(("raw", "level"), [("###### A\n", 7), ("A\nB\n---\n", 3), ("text\n", 2)])
def test_a_level_that_cannot_be_is_refused(raw: str, level: int) -> None:
    with pytest.raises(CannotWrite, match="section"):
        move_heading(raw, level)


def test_a_new_heading_in_a_list_of_tags_is_one_too() -> None:
    ctx = Context(Dialect(own=False))
    siblings = ['<h2 align="center" id="a">A</h2>\n', "<h2 align='center'>B</h2>\n"]
    assert write_heading(3, "C & D", siblings, ctx) == "<h3 align='center'>C &amp; D</h3>"


def test_a_heading_named_as_before_stays_as_it_stands() -> None:
    assert rename_heading("## **A**\n", "A") == "## **A**\n"


@pytest.mark.parametrize("name", ["", " ", "a\nb"])
def test_a_heading_that_is_not_one_line_of_words_is_refused(name: str) -> None:
    with pytest.raises(CannotWrite, match="section"):
        write_heading(2, name)
    with pytest.raises(CannotWrite, match="section"):
        rename_heading("## A\n", name)


def test_only_a_heading_is_renamed() -> None:
    with pytest.raises(CannotWrite, match="no heading"):
        rename_heading("text\n", "A")


@pytest.mark.parametrize(
    ("years", "new", "descend", "position"),
    [
        ([2022, 2021, 2019], 2023, None, 0),
        ([2022, 2021, 2019], 2020, None, 2),
        ([2022, 2021, 2019], 2018, None, 3),
        ([2019, 2020], 2021, True, 2),
        ([2019, 2021], 2020, None, 1),
        ([2020], 2021, None, 0),
        ([2020], 2021, False, 1),
        ([], 2021, None, 0),
    ],
)
def test_a_year_group_goes_where_its_siblings_lead(
    years: list[int], new: int, descend: bool | None, position: int
) -> None:
    assert year_position(years, new, descend=descend) == position


def test_the_usual_gap_is_the_commonest_and_of_equals_the_last() -> None:
    assert usual_gap(["a\n", "a\n\n", "a\n\n", "a\n"]) == 0
    assert usual_gap(["a\r\n\r\n", "a"]) == 0
    assert usual_gap([], 2) == 2


def test_every_entry_of_the_small_list_can_be_changed_and_changed_back() -> None:
    reading = read_document((LISTS / "small.md").read_bytes().decode())
    for block in (block for block in reading.blocks if block.entries):
        ctx = Context(reading.dialect, block.entries[0].year)
        fields = get_fields(block.raw, ctx)[0]
        names = [name for name in ("title", "wr", "note") if getattr(fields, name) is not None]
        back = {name: getattr(fields, name) for name in names}
        other = {"title": "Another", "wr": 2, "note": "Other words."}
        changed = put_fields({name: other[name] for name in names}, block.raw, ctx)
        again = put_fields(back, changed, ctx)
        assert get_fields(again, ctx) == block.entries
        assert again == block.raw or "`" in block.raw or "\n   -" in block.raw

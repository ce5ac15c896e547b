"""The laws of the lens, over any text, and over entries, values and contexts of many forms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from diffkb.core.models import Fields
from diffkb.errors import CannotWrite
from diffkb.markdown import (
    Context,
    Dialect,
    Form,
    check_window,
    get_fields,
    insert_block,
    put_fields,
    read_document,
    rename_heading,
    write_entry,
    write_heading,
)
from diffkb.markdown.blocks import cut
from diffkb.markdown.inline import urls_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from hypothesis.strategies import DrawFn, SearchStrategy

    from diffkb.markdown import Block, Reading

FRAGMENTS = (
    *("- ", "* ", "1. ", "2) ", "# ", "## 2020", "### x", "---", "===", "```", "~~~", "> ", "|"),
    *("-|-\n", "<!--", "-->", "<div>", "<b>", "[a](b)", "[a]: u", "[", "](", "]", "(", ")", "!"),
    *("**WR=2**", "WR=1", "\\", "`", "``", "*", "_", "&amp;", "&", "a", "b c", "2020", "é", "."),
    *(" ", "  ", "    ", "\t", "\n", "\n\n", "\r\n", "\r", "\x0c", "\x85", "\u2028"),
    *("\ufeff", "\0", "\udc80"),
)
WRITABLE = ("title", "url", "wr", "note")
SLOW_STRATEGIES = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def few(examples: int) -> Callable[[Any], Any]:
    """Sets how many examples a law is tried on."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=SLOW_STRATEGIES)


def joined(parts: tuple[str, ...], most: int) -> SearchStrategy[str]:
    """Gives texts made of parts."""
    return st.lists(st.sampled_from(parts), max_size=most).map("".join)


texts = joined(FRAGMENTS, 25) | st.text(max_size=40)
titles = joined(
    (*"ab \\[]()`*_<>&;!#.^~\"'", "&amp;", "<b>", "[a](b)", "\xa0", "é", "\udc80", "\0"), 10
)
urls = joined((*"ab/:()<>\\ #&%\"'", "https://example.org/", "&amp;"), 6)
lines = joined(
    (
        *("a", "b c", "é", " ", "  ", "    ", "\t", "\x0b", "- ", "* ", "+", "1. ", "2. ", "# "),
        *("> ", "```", "---", "===", "- - -", "|", "a | b", "[x](y)", "**WR=2**", "<div>", "<!--"),
        *("\\", ".", ",", ": "),
    ),
    4,
)
notes = st.lists(lines, min_size=1, max_size=4).map("\n".join)
changes = st.fixed_dictionaries(
    {},
    optional={
        "title": titles,
        "url": urls,
        "wr": st.sampled_from([None, 1, 2, 3, 4]),
        "note": st.none() | notes,
    },
)
forms = st.builds(
    Form,
    indented=st.booleans(),
    opening=st.sampled_from(["  \n", "\n", " - ", "\n\n", " ", "\\\n"]),
)
dialects = st.builds(Dialect, newline=st.sampled_from(["\n", "\r\n", "\r"]), form=forms)
contexts = st.builds(Context, dialects, st.sampled_from([None, 2020]))


@st.composite
def entries(draw: DrawFn) -> str:
    """Gives blocks that are entries, or nearly, in many forms."""
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    marker = draw(st.sampled_from(["- ", "* ", "+ ", "  - ", "-   ", "1. ", "7) ", "-\t", " * "]))
    usual = ["T", "**T**", "_T_", "*T u*", "`T`", "T [v2]", "A\\*b", "&amp;", " T ", "*a* b"]
    title = draw(st.sampled_from(usual) | titles)
    target = draw(st.sampled_from(["u", "<u>", "<a b>", "u(v)", 'u "t"', "u 't'"]))
    tails = ["", " **WR=2**", "  **WR=3**", ".", ". **WR=1**", " , ", " - ", "**WR=0**"]
    tail = draw(st.sampled_from(tails))
    pause = draw(st.sampled_from(["", " ", "  ", "    ", "\\", " \\", " - "]))
    after = [
        *("", "note", f"{end}note", f"{end} note", f"{end}  note", f"{end}    note"),
        *(f"{end}note {end}more", f"{end}{end}  p{end}{end}  q", f"{end}  - a{end}  - b"),
        f"{end}  ```{end}  x{end}  ```",
    ]
    note = draw(st.sampled_from(after))
    last = draw(st.sampled_from(["", end, end + end, " " + end, " "]))
    return f"{marker}[{title}]({target}){tail}{pause}{note}{last}"


def fields_of(raw: str, ctx: Context) -> Fields:
    """Reads what must be an entry."""
    fields = get_fields(raw, ctx)
    assume(fields)
    return fields[0]


def put_or_refused(values: Mapping[str, object], raw: str, ctx: Context) -> str | None:
    """Writes the values; None stands for a refusal, which must name one of them."""
    return or_refused(lambda: put_fields(values, raw, ctx), values)


def or_refused(write: Callable[[], str], names: Iterable[str]) -> str | None:
    """Writes; None stands for a refusal, which must name one of these fields."""
    refused = ""
    try:
        return write()
    except CannotWrite as refusal:
        refused = refusal.field
    assert refused in names
    return None


def as_blocks(reading: Reading) -> list[tuple[Any, str]]:
    """Gives kinds and texts, as they are stored."""
    return [(block.kind, block.raw) for block in reading.blocks]


def context_of(block: Block, reading: Reading) -> Context:
    """Gives what an entry's reading depends on."""
    return block.context or Context(reading.dialect, block.entries[0].year)


def checked(blocks: list[tuple[Any, str]], at: int, dialect: Dialect) -> None:
    """Checks an edit as the base does: near by, or as a whole."""
    if dialect.own:
        first = max(0, at - 2)
        check_window(blocks[first : at + 4], at_start=first == 0)
        return
    read = read_document("".join(raw for _, raw in blocks), dialect)
    if as_blocks(read) != blocks:
        raise CannotWrite("change", "what stands near it would be read otherwise")


@few(200)
@given(texts)
def test_the_blocks_of_any_text_joined_are_the_text(text: str) -> None:
    reading = read_document(text)
    assert "".join(block.raw for block in reading.blocks) == text
    assert reading == read_document(text)


@few(120)
@given(texts)
def test_an_entry_reads_alone_as_it_reads_in_its_document(text: str) -> None:
    reading = read_document(text)
    for block in reading.blocks:
        if block.kind == "entry":
            assert get_fields(block.raw, context_of(block, reading)) == block.entries


@few(150)
@given(texts)
def test_any_tail_of_a_document_is_cut_as_the_whole_was(text: str) -> None:
    reading = read_document(text, Dialect())
    blocks = as_blocks(reading)
    for start in range(len(blocks)):
        check_window(blocks[start:], at_start=start == 0)


@few(120)
@given(texts, st.integers(1, 30))
def test_the_pieces_do_not_depend_on_how_much_is_read_at_a_time(text: str, window: int) -> None:
    assert list(cut(text, window=window)) == list(cut(text))


@few(100)
@given(dialects, st.sampled_from([None, (1, 3)]), st.sampled_from([None, True, False]))
def test_a_dialect_survives_json(
    dialect: Dialect, scale: tuple[int, int] | None, descend: bool | None
) -> None:
    dialect = dialect._replace(scale=scale, years_descend=descend)
    assert Dialect.from_json(dialect.to_json()) == dialect


@few(120)
@given(texts)
def test_the_dialect_once_seen_reads_the_document_the_same(text: str) -> None:
    reading = read_document(text)
    assert read_document(text, reading.dialect) == reading


@few(200)
@given(entries(), contexts)
def test_writing_what_is_read_changes_nothing(raw: str, ctx: Context) -> None:
    fields = fields_of(raw, ctx)
    values = {name: getattr(fields, name) for name in Fields.__dataclass_fields__}
    assert put_fields(values, raw, ctx) == raw


@few(300)
@given(entries(), contexts, changes)
def test_what_is_written_is_read_and_the_rest_is_as_before(
    raw: str, ctx: Context, values: dict[str, object]
) -> None:
    before = fields_of(raw, ctx)
    after = put_or_refused(values, raw, ctx)
    if after is not None:
        changed: dict[str, Any] = values
        wanted = replace(before, **changed)
        if "note" in values:
            wanted = replace(wanted, mentioned=urls_in(wanted.note or ""))
        assert get_fields(after, ctx) == (wanted,)


@few(300)
@given(entries(), contexts, changes, changes)
def test_the_last_of_two_writings_counts_alone(
    raw: str, ctx: Context, first: dict[str, object], second: dict[str, object]
) -> None:
    fields = fields_of(raw, ctx)
    both = [name for name in first if None not in {first[name], second.get(name)}]
    # What is there already is left as it stands, however oddly it is written.
    both = [name for name in both if second[name] != getattr(fields, name)]
    between = put_or_refused({name: first[name] for name in both}, raw, ctx)
    if between is not None:
        last = {name: second[name] for name in both}
        assert put_or_refused(last, between, ctx) == put_or_refused(last, raw, ctx)


@few(120)
@given(texts, changes, st.data())
def test_an_edit_leaves_the_other_blocks_as_they_were(
    text: str, values: dict[str, object], data: st.DataObject
) -> None:
    reading = read_document(text + "\n\n- [x](y) **WR=2**  \nnote\n")
    blocks = as_blocks(reading)
    places = [index for index, (kind, _) in enumerate(blocks) if kind == "entry"]
    assume(places)
    at = data.draw(st.sampled_from(places))
    ctx = context_of(reading.blocks[at], reading)
    new = put_or_refused(values, blocks[at][1], ctx)
    assume(new is not None)
    assert new is not None
    blocks[at] = ("entry", new)
    try:
        checked(blocks, at, reading.dialect)
    except CannotWrite:
        return
    again = read_document("".join(raw for _, raw in blocks), reading.dialect)
    assert as_blocks(again) == blocks
    for index, (old, now) in enumerate(zip(reading.blocks, again.blocks, strict=True)):
        assert (now.heading, now.entries) == (old.heading, old.entries) or index == at
    assert again.blocks[at].entries == get_fields(new, ctx)


@few(120)
@given(texts, changes, st.data())
def test_a_new_entry_is_put_in_and_nothing_else_changes(
    text: str, values: dict[str, Any], data: st.DataObject
) -> None:
    old = text + "\n\n"
    reading = read_document(old)
    blocks = as_blocks(reading)
    at = data.draw(st.integers(0, len(blocks)))
    ctx = Context(reading.dialect, unit="" if reading.dialect.own else "item")
    fields = replace(Fields("T", "u"), **values)
    fields = replace(fields, mentioned=urls_in(fields.note or ""))
    near = [(raw, ctx) for kind, raw in blocks if kind == "entry"]
    new = or_refused(lambda: write_entry(fields, [near], ctx), WRITABLE)
    assume(new is not None)
    assert new is not None
    assert get_fields(new, ctx) == (fields,)
    after = blocks[at][1] if at < len(blocks) else None
    before, new = insert_block(blocks[at - 1][1] if at else None, new, after, ctx)
    if before is not None:
        blocks[at - 1] = (blocks[at - 1][0], before)
    blocks.insert(at, ("entry", new))
    try:
        checked(blocks, at, reading.dialect)
    except CannotWrite:
        return
    whole = "".join(raw for _, raw in blocks)
    assert as_blocks(read_document(whole, reading.dialect)) == blocks
    assert is_put_in(old, whole)


def is_put_in(old: str, new: str) -> bool:
    """Says whether one text is the other with something put in at one place."""
    same = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(old))
    return len(new) > len(old) and new.endswith(old[same:])


@few(200)
@given(
    st.integers(1, 6),
    titles | st.sampled_from(["2024", "2020 and before", "C #", "#"]),
    st.lists(
        st.sampled_from(["## 2023:\n", "### **2021**\n\n", "A\n===\n", "## B ##\n", "#\t2020\n"]),
        max_size=3,
    ),
    contexts,
)
def test_a_heading_reads_as_it_was_written(
    level: int, name: str, siblings: list[str], ctx: Context
) -> None:
    raw = or_refused(lambda: write_heading(level, name, siblings, ctx), ["section"])
    if raw is None:
        return
    (block,) = read_document(raw).blocks
    assert block.heading is not None
    assert block.heading.level == level
    assert block.heading.name == name or str(block.heading.year) == name
    (renamed,) = read_document(rename_heading(raw, "Another *name* #")).blocks
    assert renamed.heading is not None
    assert (renamed.heading.level, renamed.heading.name) == (level, "Another *name* #")

"""How a shell completes what stands in the base: sections, documents, ids of entries."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer  # noqa: TC002 - typer looks the annotation up

from diffkb.cli.run import Run
from diffkb.errors import DiffkbError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffkb.store.reader import Reader

# More than a person reads are of no help.
MOST = 200


def complete_section(ctx: typer.Context, incomplete: str) -> list[str]:
    """Returns the sections that go on from what was typed, by path where two share a name.

    Nothing is the answer where the base cannot be read.
    """
    from diffkb.core.outline import write_path

    with _reading(ctx) as reader:
        if reader is None:
            return []
        outline = reader.outline()
    names = [node.name for node in outline.sections]
    words = [
        node.name if names.count(node.name) == 1 else write_path(outline.path(node.id))
        for node in outline.sections
    ]
    return _starting(ctx, words, incomplete)


def complete_document(ctx: typer.Context, incomplete: str) -> list[str]:
    """Returns the names of documents that go on from what was typed."""
    with _reading(ctx) as reader:
        names = [document.name for document in reader.documents()] if reader else []
    return _starting(ctx, names, incomplete)


def complete_column(incomplete: str) -> list[str]:
    """Returns the columns that go on from what was typed, behind those that stand there."""
    from diffkb.cli.render.columns import COLUMNS

    before, comma, name = incomplete.rpartition(",")
    return [f"{before}{comma}{one}" for one in COLUMNS if one.startswith(name)]


def complete_ref(ctx: typer.Context, incomplete: str) -> list[str]:
    """Returns the ids of entries, and the citation keys, that go on from what was typed."""
    with _reading(ctx) as reader:
        return reader.refs_starting(incomplete, MOST) if reader else []


def complete_tag(ctx: typer.Context, incomplete: str) -> list[str]:
    """Returns the tags that go on from what was typed."""
    with _reading(ctx) as reader:
        names = reader.tags_starting(incomplete, MOST) if reader else []
    return _starting(ctx, names, incomplete)


def complete_ref_or_tag(ctx: typer.Context, incomplete: str) -> list[str]:
    """Returns entries, or behind a sign the tags, that go on from what was typed."""
    sign, name = incomplete[:1], incomplete[1:]
    if sign not in {"+", "-"}:
        return complete_ref(ctx, incomplete)
    return [f"{sign}{one}" for one in complete_tag(ctx, name)]


@contextmanager
def _reading(ctx: typer.Context) -> Iterator[Reader | None]:
    """Opens the base, or gives None: the line being typed is no place for an error."""
    from diffkb.store.reader import Reader

    run = ctx.obj if isinstance(ctx.obj, Run) else Run()
    try:
        reader = Reader.open(run.base.path)
    except DiffkbError:
        yield None
        return
    with reader:
        yield reader


def _starting(ctx: typer.Context, words: list[str], incomplete: str) -> list[str]:
    """Returns the words that start so, each once, as the shell has to be given them."""
    found = [word for word in dict.fromkeys(words) if word.startswith(incomplete)][:MOST]
    return [_escaped(word) for word in found] if _is_bare_bash(ctx) else found


def _is_bare_bash(ctx: typer.Context) -> bool:
    """Says whether bash asks, outside of quotes: it puts what it gets into the line as it is."""
    environ = ctx.obj.environ if isinstance(ctx.obj, Run) else {}
    line = environ.get("COMP_WORDS", "")
    quoted = line.count('"') % 2 or line.count("'") % 2
    return environ.get("_DIFFKB_COMPLETE") == "complete_bash" and not quoted


def _escaped(word: str) -> str:
    """Returns a word with a backslash before whatever bash would act on."""
    import re

    return re.sub(r"[^\w@%+=:,./-]", r"\\\g<0>", word)

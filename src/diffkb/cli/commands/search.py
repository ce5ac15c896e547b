"""`diffkb search`: entries by the words of their texts, the best first."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diffkb.cli.options import DocumentName, NoPager, Run, SectionName, command
from diffkb.cli.render.forms import usual_form
from diffkb.cli.render.messages import printable
from diffkb.errors import BadValue
from diffkb.services.listing import Wish
from diffkb.services.opening import open_reader
from diffkb.services.searching import search

if TYPE_CHECKING:
    from collections.abc import Callable

    from diffkb.services.searching import Found, Hit

FIRST = 20


@command(
    details="Words are looked for in titles, notes, authors and abstracts, whatever their case and "
    "diacritics; all must be there. A title counts most, then the note, the authors, the "
    "abstract. The language is that of `list`: `diffkb help query` explains it.",
    examples=(
        "diffkb search flow matching",
        "diffkb search 'author:song score*' --limit 5",
        "diffkb search '\"inverse problems\" year:2022.. not survey'",
    ),
)
def search_entries(
    run: Run,
    query: Annotated[
        list[str], typer.Argument(metavar="WORDS...", help="What to find.", show_default=False)
    ],
    *,
    section: SectionName = None,
    document: DocumentName = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=0, help="At most N of them.")
    ] = FIRST,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORM",
            help="table, plain, json, jsonl or ids.",
            autocompletion=lambda: list(FORMS),
        ),
    ] = None,
    no_pager: NoPager = False,
) -> int:
    """Shows what was found: for people on a terminal, else fields between tabs."""
    run.no_pager = no_pager
    show = _form(run, form)
    wish = Wish(query, section=section, document=document, limit=limit)
    with open_reader(run.base, run.say) as reader:
        found = search(reader, wish, run.saved_queries(query))
    show(run, found)
    _tell_rest(run, found, limit)
    return 0


def _form(run: Run, name: str | None) -> Callable[[Run, Found], None]:
    """Returns the function that shows what was found in a form.

    Raises:
        BadValue: there is no form of that name.
    """
    form = usual_form(run, name)
    if form not in FORMS:
        raise BadValue("--format", form, "table, plain, json, jsonl or ids")
    return FORMS[form]


def _tell_rest(run: Run, found: Found, limit: int) -> None:
    """Says that there is more, or, of words that are nowhere, which ones are like them."""
    if found.more and limit:
        run.hint(f"there are more; `--limit {limit * 5}` shows them")
    if found.hits or found.more:
        return
    run.say("nothing was found")
    for word, near in found.nearest.items():
        run.hint(f"`{word}` is nowhere; did you mean {' or '.join(f'`{one}`' for one in near)}?")


def _print_plain(run: Run, found: Found) -> None:  # noqa: ARG001 - one shape for all forms
    """Prints id, year, WR, title, url and the snippet between tabs, an entry a line."""
    for hit in found.hits:
        entry = hit.entry
        snippet = hit.snippet.text if hit.snippet else None
        fields = (entry.id, entry.year, entry.wr, entry.title, entry.url, snippet)
        print("\t".join("" if value is None else printable(str(value)) for value in fields))


def _print_ids(run: Run, found: Found) -> None:  # noqa: ARG001 - as above
    """Prints ids, one a line."""
    for hit in found.hits:
        print(hit.entry.id)


def _print_table(run: Run, found: Found) -> None:
    """Prints titles with the words that were found, and where else they stand."""
    from diffkb.cli.render.hits import print_hits
    from diffkb.cli.render.pager import paged

    with paged(run.environ, wanted=run.terminal and not run.no_pager) as stream:
        print_hits(found.hits, color=run.color, stream=stream)


def _print_json(run: Run, found: Found) -> None:
    """Answers with one JSON object."""
    run.answer({"entries": [_as_json(hit) for hit in found.hits], "more": found.more})


def _print_json_lines(run: Run, found: Found) -> None:  # noqa: ARG001 - as above
    """Prints an entry a line, in UTF-8 whatever the locale is."""
    from diffkb.formats.jsonl import write_entries

    sys.stdout.flush()
    for line in write_entries(hit.entry for hit in found.hits):
        sys.stdout.buffer.write(line.encode())


def _as_json(hit: Hit) -> dict[str, Any]:
    """Returns an entry as JSON holds it, with what was found in it."""
    from diffkb.formats.jsonl import entry_object

    snippet = None
    if hit.snippet is not None:
        snippet = {"field": hit.field, "text": hit.snippet.text, "hits": hit.snippet.hits}
    return {**entry_object(hit.entry), "title_hits": hit.title_hits, "snippet": snippet}


FORMS: dict[str, Callable[[Run, Found], None]] = {
    "table": _print_table,
    "plain": _print_plain,
    "json": _print_json,
    "jsonl": _print_json_lines,
    "ids": _print_ids,
}

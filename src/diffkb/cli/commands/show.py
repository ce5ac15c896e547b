"""`diffkb show`: everything that is known about an entry."""

from __future__ import annotations

import shutil
import textwrap
from typing import TYPE_CHECKING, Any

from diffkb.cli.options import Refs, Run, command
from diffkb.cli.render.messages import printable
from diffkb.cli.render.proposals import described, proposal_object
from diffkb.cli.render.steps import said
from diffkb.core.models import URL
from diffkb.errors import DiffkbError
from diffkb.services.opening import open_reader
from diffkb.services.showing import Details, describe_entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffkb.store.reader import Fact

LABEL = 12
_YES = {True: "yes", False: "no"}


@command(
    details="What the list says comes first, then what sources said, each with its name and date; "
    "a mark shows where the two differ.",
    examples=("diffkb show 12", "diffkb show 2006.11239 --json"),
)
def show(run: Run, refs: Refs) -> int:
    """Shows entries; those that are not found are said, the others are shown."""
    found: list[Details] = []
    errors: list[DiffkbError] = []
    with open_reader(run.base, run.say) as reader:
        for ref in refs:
            try:
                found.append(describe_entry(reader, ref))
            except DiffkbError as error:
                if len(refs) == 1:
                    raise
                errors.append(error)
    status = 0 if not errors else 1 if found else errors[0].exit_code
    for problem in errors:
        run.report(problem)
    if run.json:
        return run.answer(_as_json(found), errors=errors, exit_code=status)
    if found:
        print("\n\n".join("\n".join(_lines(run, one)) for one in found))
    return status


def _lines(run: Run, details: Details) -> Iterator[str]:
    """Yields the lines that show an entry."""
    entry = details.entry
    width = shutil.get_terminal_size().columns if run.terminal else None
    yield from _field("title", entry.title, width)
    yield from _field("url", entry.url, None)
    for link in entry.links:
        yield from _field(link.label or "link", link.url, None)
    yield from _field("section", " / ".join(entry.section), width)
    yield from _field("document", entry.document, width)
    yield from _field("year", entry.year, width)
    yield from _field("authors", details.authors and f"{details.authors} [the list]", width)
    yield from _field("venue", details.venue and f"{details.venue} [the list]", width)
    yield from _field("wr", "unrated" if entry.wr is None else entry.wr, width)
    yield from _field("read", None if entry.read is None else _YES[entry.read], width)
    yield from _field("tags", ", ".join(entry.tags), width)
    yield from _field("note", entry.note, width)
    yield from _field("private", details.private, width)
    yield from _field("key", entry.key, width)
    yield from _field("id", entry.id, width)
    for other in details.others:
        place = " / ".join((other.document, *other.section))
        yield from _field("also", f"{other.id} in {place}", width)
    for scheme, value in details.identifiers:
        if scheme != URL:
            yield from _field(scheme, value, None)
    yield from _field("state", details.state, width)
    for fact in details.facts:
        yield from _fact(fact, entry.title, width)
    for proposal in details.proposals:
        yield from _field("proposed", f"{described(proposal)}: {proposal.evidence}", width)
    for step in details.history:
        yield from _field("history", f"{step.made[:10]} {said(step)}", width)


def _fact(fact: Fact, title: str, width: int | None) -> Iterator[str]:
    """Yields the lines that show what a source said."""
    origin = f"[{fact.source}, {fact.fetched[:10]}]"
    if fact.name == "title" and fact.value != title:
        origin = f"(differs) {origin}"
    name = "official" if fact.name == "title" else fact.name.replace("_", " ")
    yield from _field(name, f"{fact.value} {origin}", width)


def _field(name: str, value: object, width: int | None) -> Iterator[str]:
    """Yields a label and its value, which goes on under itself; nothing for no value."""
    if value is None or value == "":
        return
    text = printable(str(value), keep="\n")
    lines = [
        line
        for paragraph in text.split("\n")
        for line in (_wrapped(paragraph, width) if width else [paragraph])
    ]
    yield f"{printable(name):<{LABEL}}{lines[0]}"
    yield from (f"{'':<{LABEL}}{line}".rstrip() for line in lines[1:])


def _wrapped(text: str, width: int) -> list[str]:
    """Returns text in lines that fit beside the label."""
    lines = textwrap.wrap(
        text, max(20, width - LABEL), break_long_words=False, break_on_hyphens=False
    )
    return lines or [""]


def _as_json(found: list[Details]) -> dict[str, Any]:
    """Returns entries with their facts and history as JSON holds them."""
    from diffkb.formats.jsonl import entry_object

    return {
        "entries": [
            {**entry_object(one.entry), "private": one.private, "state": one.state} for one in found
        ],
        "facts": [
            {"entry": one.entry.id, **fact._asdict(), "chosen": bool(fact.chosen)}
            for one in found
            for fact in one.facts
        ],
        "proposals": [proposal_object(two) for one in found for two in one.proposals],
        "history": [
            {"entry": one.entry.id, **step._asdict()} for one in found for step in one.history
        ],
    }

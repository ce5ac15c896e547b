"""Changes of a list as people and scripts read them: a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diffkb.cli.render.messages import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from diffkb.markdown.comparing import Change, Difference
    from diffkb.markdown.merging import Conflict

# What a change of a field is called; of others it is the name of the field.
VERBS = {
    "title": "renamed",
    "name": "renamed",
    "section": "moved",
    "order": "moved",
    "wr": "re-rated",
    "text": "rewritten",
}
NAMING = frozenset({"title", "name"})
WHAT = {"heading": "section", "prose": "text"}
COLORS = {"added": "32", "removed": "31", "moved": "36"}
CHANGED = "33"
# Of a longer value so many characters are shown.
SHOWN = 60


def change_lines(
    change: Change, entry_id: int | None, *, terminal: bool, color: bool = False
) -> Iterator[str]:
    """Yields a change as lines: one for what is added or removed, else one for each field.

    Args:
        change: the change.
        entry_id: the entry, where it has an id.
        terminal: whether a person reads it; else the parts stand between tabs.
        color: whether the word that says what happened is coloured.
    """
    if not change.differences:
        yield _line(change, entry_id, None, terminal=terminal, color=color)
    for difference in change.differences:
        yield _line(change, entry_id, difference, terminal=terminal, color=color)


def _line(
    change: Change,
    entry_id: int | None,
    difference: Difference | None,
    *,
    terminal: bool,
    color: bool,
) -> str:
    """Returns a line."""
    verb = VERBS.get(difference.field, difference.field) if difference else change.kind
    shown = entry_id if entry_id is not None else WHAT.get(change.what, "entry")
    line = change.new_line if change.new_line is not None else change.line
    values: tuple[str, ...] = ()
    if difference is not None:
        values = (told(difference.before), told(difference.after))
    if not terminal:
        parts = (verb, shown, line, change.name, *values)
        return printable("\t".join(_one_line(str(part)) for part in parts), keep="\t")
    word = printable(f"{verb:9}")
    if color:
        word = f"\x1b[{COLORS.get(verb, CHANGED)}m{word}\x1b[0m"
    if difference is not None and difference.field in NAMING:
        # The name that stands there already is the one before.
        values = values[1:]
    rest = " -> ".join(_short(value) for value in values)
    if len(values) == 1:
        rest = f'-> "{rest}"'
    name = (
        f'{shown} "{_short(change.name)}"' if entry_id is not None else f'"{_short(change.name)}"'
    )
    if entry_id is None and change.what != "entry":
        name = f"{shown} {name}"
    place = f"(line {line})"
    return f"{word} {printable(' '.join(filter(None, (name, rest, place))))}"


def change_object(change: Change, entry_id: int | None) -> dict[str, Any]:
    """Returns a change as JSON holds it."""
    return {
        "change": change.kind,
        "what": WHAT.get(change.what, change.what),
        "id": entry_id,
        "name": change.name,
        "line": change.line,
        "new_line": change.new_line,
        "fields": [
            {"field": one.field, "before": plain(one.before), "after": plain(one.after)}
            for one in change.differences
        ],
    }


def conflict_lines(pairs: Iterable[tuple[Conflict, int | None]]) -> Iterator[str]:
    """Yields conflicts for people: what it is about, then both sides with their lines."""
    for conflict, entry_id in pairs:
        shown = "" if entry_id is None else f"{entry_id} "
        yield printable(f'conflict: {conflict.field} of {shown}"{_short(conflict.name)}"')
        for side, line, value in (
            ("base", conflict.base_line, conflict.base),
            ("file", conflict.file_line, conflict.file),
        ):
            at = "" if line is None else f", line {line}"
            said = told(value)
            if conflict.field == "presence":
                said = "removed" if value is None else "changed"
            yield printable(f"  {side}{at}: {said}")


def conflict_object(conflict: Conflict, entry_id: int | None) -> dict[str, Any]:
    """Returns a conflict as JSON holds it."""
    return {
        "id": entry_id,
        "name": conflict.name,
        "field": conflict.field,
        "base": plain(conflict.base),
        "file": plain(conflict.file),
        "base_line": conflict.base_line,
        "file_line": conflict.file_line,
    }


def told(value: object) -> str:
    """Returns a field's value in words."""
    if value is None or value == ():
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " / ".join(_part(one) for one in value)
    return _one_line(str(value))


def plain(value: object) -> Any:
    """Returns a field's value as JSON holds it."""
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if hasattr(value, "url"):
        return {"label": value.label, "url": value.url}  # type: ignore[attr-defined]
    return value


def _part(value: object) -> str:
    """Returns one of several values in words."""
    return str(getattr(value, "url", value))


def _one_line(text: str) -> str:
    """Returns a text on one line."""
    return " ".join(text.split())


def _short(text: str) -> str:
    """Returns as much of a text as is shown of it."""
    text = _one_line(text)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"

"""Writes links of an entry: where they lead, one more, one fewer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from diffkb.errors import CannotWrite
from diffkb.markdown.cutting import cut, with_signs
from diffkb.markdown.inline import destination
from diffkb.markdown.transplanting import forms_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from diffkb.core.models import Link
    from diffkb.markdown.curated import Found
    from diffkb.markdown.edited import Entry
    from diffkb.markdown.spans import Span


def with_target(raw: str, link: Span, url: str) -> Iterator[str]:
    """Yields the block with a link that leads elsewhere."""
    start, end = link.target
    is_target = link.kind != "bare" and raw[link.start] != "<"
    text = destination(url) if is_target else url
    if text and is_target and start == end:
        # Where its label leads is defined elsewhere, perhaps for others too.
        yield f"{raw[: link.text[1]]}]({text}){raw[link.end :]}"
    elif text:
        yield raw[:start] + text + raw[end:]


def put_links(entry: Entry, value: object) -> Iterator[str]:
    """Yields the block with further links that lead elsewhere, one fewer, or one more."""
    if not isinstance(value, tuple | list):
        raise CannotWrite("links", "they are no list of links")
    raw, found = entry.raw, entry.found
    old, new = found.fields.links, tuple(value)
    places = _places_of_links(found, old)
    if places is None:
        raise CannotWrite("links", "some of them stand in the text alone")
    if len(new) == len(old) and all(a.label == b.label for a, b in zip(old, new, strict=True)):
        for span, link in reversed(list(zip(places, new, strict=True))):
            raw = next(with_target(raw, span, link.url), raw)
        yield raw
    elif len(new) == len(old) - 1:
        gone = next((i for i, one in enumerate(old) if one not in new), len(new))
        yield from cut(raw, places[gone].start, places[gone].end, found)
    elif len(new) == len(old) + 1 and new[:-1] == old:
        if places:
            yield from _link_after(raw, places[-1], new[-1])
        else:
            yield from forms_of("links", replace(found.fields, links=new), *entry)


def _places_of_links(found: Found, links: Sequence[Link]) -> list[Span] | None:
    """Returns where further links lie, or None where one of them is no link in the text."""
    places = []
    rest = iter(found.title.links)
    for link in links:
        place = next((one for one in rest if one.url == link.url), None)
        if place is None:
            return None
        places.append(place)
    return places


def _link_after(raw: str, span: Span, link: Link) -> Iterator[str]:
    """Yields the block with one more link after another, in its form."""
    target = destination(link.url)
    if target is None or span.kind != "link" or raw[span.start] != "[":
        return
    low, high = with_signs(raw, span.start, span.end)
    words = raw[slice(*span.text)]
    label = f"[{link.label}]" if words.startswith("[") and words.endswith("]") else link.label
    made = f"{raw[low : span.start]}[{label}]({target}){raw[span.end : high]}"
    yield raw[:high] + " " + made + raw[high:]

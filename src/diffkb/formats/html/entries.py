"""What a page says of one entry, as its template takes it: links, people and dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from diffkb.core.identifiers import canonical_url, url_of
from diffkb.core.models import ARXIV, DOI, OPENREVIEW, Identifier
from diffkb.formats.html.prose import clean, safe_url, set_line, set_note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffkb.core.models import Entry
    from diffkb.core.references import Date, Reference

MONTHS = (
    "January February March April May June July August September October November December".split()
)
# Of more authors only the first ones are shown.
MOST_AUTHORS = 10
SHOWN_AUTHORS = 7


class Shown(NamedTuple):
    """A link with the words it stands under."""

    label: str
    url: str


def describe(reference: Reference, citation: str | None, *, under_year: bool) -> dict[str, Any]:
    """Returns what the template of an entry takes.

    Args:
        reference: the entry.
        citation: the text that can be copied of it, or None.
        under_year: whether its year stands over it.
    """
    entry = reference.entry
    url = safe_url(entry.url)
    names = [clean(author.name) for author in entry.authors]
    shown = names if len(names) <= MOST_AUTHORS else names[:SHOWN_AUTHORS]
    return {
        "key": clean(reference.key),
        "title": set_line(entry.title),
        "url": url,
        "year": entry.year,
        "wr": entry.wr,
        "read": bool(entry.read),
        "tags": [clean(tag) for tag in entry.tags],
        "authors": shown,
        "further_authors": names[len(shown) :],
        "venue": set_line(entry.venue) if entry.venue else None,
        "date": reference.date,
        "date_in_words": _in_words(reference.date),
        "list_year": None if under_year else _other_year(entry, reference.date),
        "note": set_note(entry.note) if entry.note else None,
        "private": set_note(reference.private) if reference.private else None,
        "links": list(_links(entry, url)),
        "citation": None if citation is None else clean(citation).strip(),
    }


def _links(entry: Entry, url: str | None) -> Iterator[Shown]:
    """Yields the links beside that of the title, each place once."""
    seen = {canonical_url(url)} if url else set()
    for label, target, told in _candidates(entry):
        address = safe_url(target)
        if address is None or (canonical_url(address) in seen and not told):
            continue
        seen.add(canonical_url(address))
        yield Shown(clean(label), address)


def _candidates(entry: Entry) -> Iterator[tuple[str, str, bool]]:
    """Yields labels and links, and whether they tell something even if the title leads there."""
    if entry.arxiv_id:
        identifier = Identifier(ARXIV, entry.arxiv_id)
        yield f"arXiv:{entry.arxiv_id}", url_of(identifier), True
        yield "PDF", f"https://arxiv.org/pdf/{entry.arxiv_id}", False
    if entry.doi:
        yield f"doi:{entry.doi}", url_of(Identifier(DOI, entry.doi)), True
    if entry.openreview_id:
        yield "OpenReview", url_of(Identifier(OPENREVIEW, entry.openreview_id)), False
    for link in entry.links:
        yield link.label or "link", link.url, False


def _other_year(entry: Entry, date: Date | None) -> int | None:
    """Returns the list's year where the date does not tell it."""
    return entry.year if date is None or date.year != entry.year else None


def _in_words(date: Date | None) -> str:
    """Returns a date as people write it."""
    if date is None:
        return ""
    month = MONTHS[date.month - 1] if date.month and 1 <= date.month <= len(MONTHS) else None
    parts = (date.day if month else None, month, date.year)
    return " ".join(str(part) for part in parts if part)

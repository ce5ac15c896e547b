"""An entry of which nothing is known but its title, for tests to say more of."""

from __future__ import annotations

from diffkb.core.models import Entry

BARE = Entry(
    id=1,
    document="A list",
    kind="paper",
    title="A title",
    url=None,
    links=(),
    year=None,
    year_from=None,
    wr=None,
    read=None,
    section=(),
    tags=(),
    note=None,
    arxiv_id=None,
    doi=None,
    openreview_id=None,
    authors=(),
    venue=None,
    published=None,
    abstract=None,
    pending=False,
    key=None,
)

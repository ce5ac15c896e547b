"""The sources of metadata, and the one call that asks them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffkb.core.identifiers import Ref, url_of, work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from diffkb.core.models import Identifier
    from diffkb.sources.base import Addresses, Outcome, Source
    from diffkb.sources.http import Door

# In the order in which they are offered a reference. Each module has its source as `SOURCE`.
MODULES = {
    "arXiv": "diffkb.sources.arxiv",
    "DOI": "diffkb.sources.doi",
    "OpenReview": "diffkb.sources.openreview",
    "GitHub": "diffkb.sources.github",
    "CVF": "diffkb.sources.cvf",
    "PMLR": "diffkb.sources.pmlr",
    "NeurIPS": "diffkb.sources.neurips",
    "ACL Anthology": "diffkb.sources.acl",
    "IEEE Xplore": "diffkb.sources.ieee",
    "Notion": "diffkb.sources.notion",
    "web page": "diffkb.sources.web",
}


def load_source(name: str) -> Source:
    """Returns a source by its name, importing its module.

    Raises:
        KeyError: there is no source of that name.
    """
    from importlib import import_module

    source: Source = import_module(MODULES[name]).SOURCE
    if source.name != name:
        raise KeyError(name)
    return source


def all_sources() -> Iterator[Source]:
    """Yields the sources in their order."""
    return map(load_source, MODULES)


def find_source(ref: Identifier | Ref) -> Source | None:
    """Returns the first source that answers for a work, or None."""
    if isinstance(ref, Ref):
        text = url_of(ref.identifier) if ref.identifier else ref.text
    else:
        text = url_of(ref)
    return next((source for source in all_sources() if source.match(text)), None)


def pdf_of(ref: Identifier) -> str | None:
    """Returns the address of a work's PDF, or None where its identifier does not tell it."""
    source = find_source(ref)
    return source.pdf(ref) if source else None


def fetch(
    refs: Sequence[Identifier],
    *,
    door: Door,
    report: Callable[[str], None],
    urls: Addresses | None = None,
) -> dict[Identifier, Outcome]:
    """Asks the sources for works, many in one request; `fetch_each` with all that it yields.

    Returns:
        By identifier *without version*, for each of `refs` that a source answers for, what it
        says, in their order. Works of no source are left out.
    """
    found = dict(fetch_each(refs, door=door, report=report, urls=urls))
    return {key: found[key] for key in map(work, refs) if key in found}


def fetch_each(
    refs: Sequence[Identifier],
    *,
    door: Door,
    report: Callable[[str], None],
    urls: Addresses | None = None,
) -> Iterator[tuple[Identifier, Outcome]]:
    """Asks the sources for works, many in one request, and gives what is known at once.

    Args:
        refs: identifiers; one with a version asks for that version. Of several versions of a work
            the latest that was found counts.
        door: the way to the network; closing it is the caller's.
        report: is told, in words for people, when and why it takes longer.
        urls: the address a person gave for a work, where that is known.

    Yields:
        Each work's identifier *without version*, with a Candidate, UnknownWork, the SourceError
        that keeps the work waiting (RateLimited, Unreachable, BadReply, Offline), or a
        StorageError if the folder of the pace cannot be written.
    """
    from diffkb.sources.fetching import settle

    for name, theirs in _by_source(refs).items():
        yield from settle(load_source(name), theirs, door, report, urls or {})


def _by_source(refs: Sequence[Identifier]) -> dict[str, list[Identifier]]:
    """Sorts works by the name of the source that answers for them."""
    sorted_refs: dict[str, list[Identifier]] = {}
    for ref in refs:
        if source := find_source(ref):
            sorted_refs.setdefault(source.name, []).append(ref)
    return sorted_refs

"""Where an entry's page and its PDF are: what `open` opens."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from diffkb.core.file_names import file_stem
from diffkb.core.identifiers import canonical_url, identifiers_in_url, url_of
from diffkb.core.models import ARXIV, URL, Identifier
from diffkb.core.text import words
from diffkb.errors import NoAddress
from diffkb.services.refs import resolve_ref

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from diffkb.core.models import Entry
    from diffkb.store.reader import Reader

# What no address holds (RFC 3986, appendix A; letters of other scripts are left to the browser):
# a blank, controls, quotation marks and brackets, and a % that encodes nothing.
_UNSAFE = re.compile(
    r"[\x00-\x20\"<>\\^`{|}\x7f-\x9f\u2028\u2029\ud800-\udfff]|%(?![0-9A-Fa-f]{2})"
)
PDF = ".pdf"


class Visited(NamedTuple):
    """An entry that is meant, with the names of its work.

    Attributes:
        entry: what the list says.
        identifiers: of its work, that the base knows.
    """

    entry: Entry
    identifiers: tuple[Identifier, ...]


class Pdf(NamedTuple):
    """Where a PDF is on the network.

    Attributes:
        url: its address.
        ref: the work.
        service: whose it is, as people know it.
    """

    url: str
    ref: Identifier
    service: str


def find_visited(reader: Reader, ref: str) -> Visited:
    """Returns the entry that is meant.

    Raises:
        EntryNotFound, AmbiguousRef: as `resolve_ref` says.
    """
    entry_id = resolve_ref(reader, ref)
    [entry] = reader.entries_of([entry_id])
    return Visited(entry, tuple(Identifier(*pair) for pair in reader.identifiers(entry_id)))


def page_of(visited: Visited) -> str:
    """Returns the address of an entry's page: its link as written, else its identifier's page.

    Raises:
        NoAddress: it has neither.
    """
    addresses = (visited.entry.url, *map(url_of, visited.identifiers))
    for address in addresses:
        if address and (safe := browsable(address)):
            return safe
    raise NoAddress(visited.entry.id, visited.entry.title, "page")


def browsable(address: str) -> str | None:
    """Returns an http(s) address as a browser may be handed it, or None for anything else.

    What no address holds is percent-encoded, so that no program takes it for words or options.
    """
    address = address.strip()
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return None
    # urlsplit passes over line ends and tabs; whoever is handed the address may not.
    if not re.match(r"(?i)https?://[^/?#\s]", address) or not host:
        return None
    return _UNSAFE.sub(lambda one: _percent(one[0]), address)


def _percent(character: str) -> str:
    """Returns a character in percent-encoding."""
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogateescape"))


def pdf_of(visited: Visited) -> Pdf:
    """Returns where an entry's PDF is on the network.

    A link of the list that is labelled so comes first, then what the entry's link and its
    identifiers tell.

    Raises:
        NoAddress: nothing tells it.
    """
    for url in _pdf_addresses(visited):
        if safe := browsable(url):
            return _described(safe)
    raise NoAddress(visited.entry.id, visited.entry.title, "PDF")


def _pdf_addresses(visited: Visited) -> Iterator[str]:
    """Yields the addresses at which the PDF may be, the best one first."""
    from diffkb import sources

    entry = visited.entry
    yield from (link.url for link in entry.links if "pdf" in words(link.label))
    told = [sources.pdf_of(one) for one in (*_linked(entry.url), *visited.identifiers)]
    yield from (url for url in told[:1] if url)
    safe = browsable(entry.url or "")
    if safe and urlsplit(safe).path.lower().endswith(PDF):
        yield safe
    yield from (url for url in told if url)


def _linked(url: str | None) -> Iterator[Identifier]:
    """Yields what a link names: its identifiers, with their versions, else the page."""
    if url:
        yield from identifiers_in_url(url) or (Identifier(URL, canonical_url(url)),)


def _described(url: str) -> Pdf:
    """Returns an address with the work and the service that it belongs to."""
    from diffkb import sources

    ref = next(iter(identifiers_in_url(url)), Identifier(URL, canonical_url(url)))
    source = sources.find_source(ref)
    is_known = source is not None and source.name != "web page"
    return Pdf(url, ref, source.name if source and is_known else urlsplit(url).hostname or url)


def kept_copy(folder: Path, visited: Visited) -> Path | None:
    """Returns the copy of an entry's PDF in the files directory, or None."""
    paths = (folder / name for name in _names(visited))
    # A folder that cannot be looked into holds nothing for us.
    return next((path for path in paths if os.access(path, os.R_OK) and path.is_file()), None)


def place_for(folder: Path, visited: Visited) -> Path:
    """Returns where the copy of an entry's PDF is to be: by its citation key, else identifier."""
    return folder / next(_names(visited))


def _names(visited: Visited) -> Iterator[str]:
    """Yields what an entry's PDF may be called, the best name first."""
    if visited.entry.key:
        yield file_stem(visited.entry.key) + PDF
    for one in visited.identifiers:
        yield file_stem(one.value if one.scheme == ARXIV else f"{one.scheme}-{one.value}") + PDF
    yield file_stem(visited.entry.title) + PDF

"""Keeping the PDFs of entries in the files directory."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from diffkb.errors import Offline, SourceError
from diffkb.services.visiting import kept_copy, pdf_of, place_for

if TYPE_CHECKING:
    from pathlib import Path

    from diffkb.services.opening import Report
    from diffkb.services.visiting import Visited
    from diffkb.sources.downloading import Downloads


class Kept(NamedTuple):
    """A PDF in the files directory.

    Attributes:
        path: where it is.
        url: where it was fetched from; None for one that was there already.
    """

    path: Path
    url: str | None = None


def keep_pdf(
    visited: Visited, folder: Path, downloads: Downloads, report: Report, *, refetch: bool = False
) -> Kept:
    """Fetches the PDF of an entry into the files directory, unless it is there.

    Args:
        visited: the entry.
        folder: the files directory; it is made where missing.
        downloads: fetches it.
        report: takes a sentence about what is going on.
        refetch: whether one that is there is fetched again, and replaced.

    Raises:
        NoAddress: nothing tells where the PDF is.
        SourceError: it is not to be had now; what is there stays.
        StorageError: it cannot be written.
    """
    copy = kept_copy(folder, visited)
    if copy is not None and not refetch:
        return Kept(copy)
    pdf = pdf_of(visited)
    path = copy or place_for(folder, visited)
    report(f"fetching {pdf.url}")
    try:
        downloads.fetch(pdf.url, pdf.ref, pdf.service, path)
    except Offline as error:
        error.hint = "leave out --offline or DIFFKB_OFFLINE"
        raise
    except SourceError as error:
        error.hint = f"try it again later; `diffkb open {visited.entry.id}` opens its page"
        raise
    return Kept(path, pdf.url)

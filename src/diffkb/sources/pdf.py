"""Which work a PDF is: its arXiv id or DOI, from its metadata, its first page, or its name."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from diffkb.core.identifiers import parse_arxiv_id, parse_ref
from diffkb.errors import MalformedIdentifier, NoIdentifier, UnreadableInput
from diffkb.sources.pdf_text import Line, PdfText

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from diffkb.core.models import Identifier

BEGINNING = b"%PDF-"
SECONDS = 20.0
# Above this height a page has its title and what its publisher writes there, below that its foot.
HEAD, FOOT = 0.66, 0.1

_ARXIV_ID = r"(?:[a-z-]+(?:\.[A-Z]{2})?/[0-9]{7}|[0-9]{4}\.[0-9]{4,5})(?:v[0-9]+)?"
# In the margin: arXiv:2006.11239v2  [cs.LG]  16 Dec 2020; before 2007 without the category.
_STAMP = re.compile(
    rf"arXiv:\s*({_ARXIV_ID})\s+(?:\[[A-Za-z.-]+\]\s+)?[0-9]{{1,2}}\s+[A-Z][a-z]{{2}}\s+[0-9]{{4}}"
)
_NAMED = re.compile(rf"(?i)\barXiv:\s*({_ARXIV_ID})(?![0-9])")
_DOI = re.compile(
    r"(?i)(?<![0-9.])10\.[0-9]{4,9}(?:\.[0-9]+)*/[^\s\"<>{}|\\^`\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,200}"
)
# As browsers name a file that they download once more.
_SECOND_COPY = re.compile(r" ?\([0-9]+\)$")
_DOI_FIELDS = frozenset({"doi", "wps-articledoi", "articledoi", "identifier"})
_TEXT_FIELDS = frozenset({"title", "subject"})


def identifier_in_pdf(path: Path, seconds: float = SECONDS) -> Identifier:
    """Returns the identifier of the work that a PDF is.

    What arXiv stamps into the margin comes first, then the metadata, then a DOI where a publisher
    puts it on the first page, then a name such as 2006.11239v2.pdf.

    Args:
        path: the PDF.
        seconds: that reading it may take.

    Raises:
        UnreadableInput: it is no PDF, broken, encrypted, or takes too long; or pypdf is missing.
        NoIdentifier: it names no work, or several that it could be.
    """
    text = _text_of(path, seconds)
    found = identifier_in_text(text) or _arxiv_id(_SECOND_COPY.sub("", path.stem))
    if found is None:
        raise NoIdentifier(str(path))
    return found


def is_pdf(path: Path) -> bool:
    """Says whether a path is that of a file which begins as a PDF does."""
    try:
        # A pipe would be waited for.
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        with path.open("rb") as file:
            return file.read(len(BEGINNING)) == BEGINNING
    except (OSError, ValueError):
        return False


def _text_of(path: Path, seconds: float) -> PdfText:
    """Reads a PDF in a process that is ended when it takes too long.

    Raises:
        UnreadableInput: as `identifier_in_pdf` says.
    """
    if find_spec("pypdf") is None:
        hint = "`pip install 'diffkb[pdf]'` installs it; or give the paper's id or link"
        raise UnreadableInput(str(path), "reading PDFs needs pypdf", hint=hint)
    # -P: a folder full of PDFs may hold modules too.
    command = [sys.executable, "-P", "-m", "diffkb.sources.pdf_text"]
    try:
        with path.open("rb") as file:
            done = subprocess.run(  # noqa: S603 - ourselves
                command, stdin=file, capture_output=True, timeout=seconds, check=False
            )
    except OSError as error:
        raise UnreadableInput(str(path), error.strerror or str(error)) from error
    except subprocess.TimeoutExpired as error:
        raise _unreadable(path, f"it takes longer than {seconds:g} s") from error
    return _answer(path, done.stdout if done.returncode == 0 else b"")


def _answer(path: Path, output: bytes) -> PdfText:
    """Returns what the process wrote.

    Raises:
        UnreadableInput: it says why there is nothing, or it died.
    """
    answer: Any = json.loads(output) if output else "it takes too much time or memory"
    if isinstance(answer, str):
        raise _unreadable(path, answer)
    fields, lines = answer
    return PdfText(
        tuple((name, value) for name, value in fields), tuple(Line(*one) for one in lines)
    )


def _unreadable(path: Path, why: str) -> UnreadableInput:
    """Makes the error for a PDF that says nothing."""
    return UnreadableInput(str(path), why, hint="give the paper's own id or link: `diffkb add ID`")


def identifier_in_text(text: PdfText) -> Identifier | None:
    """Returns the identifier of a work by what its PDF says, or None."""
    return next(_candidates(text), None)


def _candidates(text: PdfText) -> Iterator[Identifier]:
    """Yields what may be the identifier, the most certain first."""
    turned = " ".join(line.text for line in text.lines if line.turned)
    yield from _arxiv_ids(found[1] for found in _NAMED.finditer(turned))
    level = [line.text for line in text.lines if not line.turned]
    yield from _arxiv_ids(found[1] for one in level for found in _STAMP.finditer(one))
    yield from _arxiv_ids(value for name, value in text.fields if name == "arxivid")
    titles = [value for name, value in text.fields if name in _TEXT_FIELDS]
    # A title that goes on to name a paper may be that of a comment on it.
    yield from _arxiv_ids(found[1] for one in titles if (found := _NAMED.match(one)))
    yield from _dois(value for name, value in text.fields if name in _DOI_FIELDS)
    yield from _dois(titles)
    yield from _only(_dois(_lines_at_the_edges(text)))
    yield from _only(_dois(line.text for line in text.lines))


def _lines_at_the_edges(text: PdfText) -> Iterator[str]:
    """Yields the lines where publishers put DOIs: at the head of a page and at its foot."""
    foot = max(FOOT, min((line.height for line in text.lines), default=FOOT))
    yield from (line.text for line in text.lines if line.height >= HEAD or line.height <= foot)


def _arxiv_ids(texts: Iterable[str]) -> Iterator[Identifier]:
    """Yields the arXiv ids that texts are."""
    yield from filter(None, map(_arxiv_id, texts))


def _arxiv_id(text: str) -> Identifier | None:
    """Returns the arXiv id that a text is, or None."""
    try:
        return parse_arxiv_id(text)
    except MalformedIdentifier:
        return None


def _dois(texts: Iterable[str]) -> Iterator[Identifier]:
    """Yields the DOIs in texts; those of arXiv are arXiv ids."""
    for text in texts:
        for found in _DOI.finditer(text):
            try:
                identifier = parse_ref(_without_end(found[0])).identifier
            except MalformedIdentifier:
                continue
            if identifier is not None:
                yield identifier


def _without_end(doi: str) -> str:
    """Returns a DOI without the marks of the sentence that it ends."""
    while doi[-1] in ".,;:'*" or _closes_another(doi):
        doi = doi[:-1]
    return doi


def _closes_another(doi: str) -> bool:
    """Says whether a DOI ends with a bracket that was opened before it."""
    opening = {")": "(", "]": "["}.get(doi[-1])
    return opening is not None and doi.count(doi[-1]) > doi.count(opening)


def _only(found: Iterable[Identifier]) -> Iterator[Identifier]:
    """Yields the one identifier that is meant; of several none is."""
    different = set(found)
    if len(different) == 1:
        yield from different

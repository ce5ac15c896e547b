"""What a PDF says of itself: its metadata and the lines of its first page, by pypdf.

Run as a program it reads a PDF from standard input and writes JSON, so that whoever asks can end
it: a PDF may be made to keep a program busy for ever.
"""

from __future__ import annotations

import json
import sys
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pypdf import PdfReader

T = TypeVar("T")

CPU_SECONDS = 30
MEMORY = 2_000_000_000
LONGEST = 2_000
MOST_LINES = 2_000
MOST_XMP = 2_000_000
MOST_FIELDS = 200


class Line(NamedTuple):
    """A line of a page.

    Attributes:
        text: what stands there.
        height: of its beginning, from 0 at the foot of the page to 1 at its head.
        turned: whether it runs in another direction than from left to right.
    """

    text: str
    height: float
    turned: bool


class PdfText(NamedTuple):
    """What a PDF says of itself.

    Attributes:
        fields: (name in lower case, without prefix, value) of each field of its metadata.
        lines: of its first page, in the order in which they are drawn.
    """

    fields: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]


class Unreadable(Exception):
    """A PDF that cannot be read; its text says why, as a part of a sentence."""


def read_pdf(file: BinaryIO) -> PdfText:
    """Reads what a PDF says of itself; may take for ever, and any memory.

    Args:
        file: the PDF, that can be read from anywhere.

    Raises:
        Unreadable: it is broken or encrypted.
    """
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError

    try:
        # Many are encrypted without a password, only to forbid copying; pypdf reads these.
        reader = PdfReader(file)
        fields = tuple(_as_far_as_it_goes(_fields(reader)))
        lines = tuple(islice(_as_far_as_it_goes(_lines(reader)), MOST_LINES))
    except (DependencyError, FileNotDecryptedError) as error:
        raise Unreadable("it is encrypted") from error
    except Exception as error:  # a broken file makes pypdf raise anything
        raise Unreadable("it is broken") from error
    return PdfText(fields, lines)


def _as_far_as_it_goes(found: Iterator[T]) -> Iterator[T]:
    """Yields what is found until something is broken: the rest may still say enough."""
    from pypdf.errors import DependencyError, FileNotDecryptedError

    try:
        yield from found
    except (DependencyError, FileNotDecryptedError):
        raise
    except Exception:  # noqa: BLE001 - a broken file makes pypdf raise anything
        return


def _fields(reader: PdfReader) -> Iterator[tuple[str, str]]:
    """Yields the fields of the document's information, then those of its XMP."""
    for name, value in list((reader.metadata or {}).items())[:MOST_FIELDS]:
        yield name.lstrip("/").lower(), str(value)[:LONGEST]
    stream = reader.root_object.get("/Metadata")
    if stream is not None:
        yield from _xmp_fields(stream.get_object().get_data())


def _xmp_fields(xmp: bytes) -> Iterator[tuple[str, str]]:
    """Yields the fields of XMP, which may be attributes, elements, and lists in elements.

    See https://www.iso.org/standard/75163.html; of what is no XML there are none.
    """
    from lxml import etree  # type: ignore[import-untyped]

    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    try:
        root = etree.fromstring(xmp[:MOST_XMP], parser)
    except etree.XMLSyntaxError:
        return
    descriptions = [] if root is None else root.iter("{*}Description")
    for description in descriptions:
        found = [*description.attrib.items()]
        found += [(one.tag, " ".join(one.itertext())) for one in description.iterchildren("{*}*")]
        for name, value in found[:MOST_FIELDS]:
            yield name.rpartition("}")[2].lower(), value.strip()[:LONGEST]


def _lines(reader: PdfReader) -> Iterator[Line]:
    """Yields the lines of the first page with their places."""
    page = reader.pages[0]
    pieces: list[Line] = []
    bottom, height = float(page.mediabox.bottom), float(page.mediabox.height) or 1.0

    def take(text: str, ours: Any, theirs: Any, *_: object) -> None:
        # The place of a text is its own, in the system of what it is drawn in (ISO 32000, 9.4.4).
        y = theirs[4] * ours[1] + theirs[5] * ours[3] + ours[5]
        is_level = abs(theirs[0] * ours[1] + theirs[1] * ours[3]) < abs(
            theirs[0] * ours[0] + theirs[1] * ours[2]
        )
        pieces.append(Line(text, (y - bottom) / height, not is_level))

    page.extract_text(visitor_text=take)
    begun: list[Line] = []
    for piece in pieces:
        text, *rest = piece.text.split("\n")
        begun.append(piece._replace(text=text))
        for text in rest:
            yield from _joined(begun)
            begun = [piece._replace(text=text)]
    yield from _joined(begun)


def _joined(pieces: list[Line]) -> Iterator[Line]:
    """Yields the line that pieces make, at the place of the first that shows anything."""
    shown = [piece for piece in pieces if piece.text.strip()]
    if shown:
        yield shown[0]._replace(text="".join(piece.text for piece in pieces).strip()[:LONGEST])


def main() -> None:
    """Reads the PDF on standard input, and writes what it says of itself, or why not, as JSON."""
    _limit()
    with open(0, "rb", closefd=False) as file:
        try:
            answer: object = read_pdf(file)
        except Unreadable as error:
            answer = str(error)
    sys.stdout.write(json.dumps(answer))


def _limit() -> None:
    """Limits time and memory, where the system can."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, ValueError, OSError):
        return


if __name__ == "__main__":
    main()

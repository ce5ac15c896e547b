"""Answers as they were before they were packed, unpacked in pieces of bounded size."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, cast

from diffkb.errors import BadReply

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import httpx

# Only what is unpacked here, piece by piece: a few bytes may stand for a gigabyte.
PACKED = frozenset({"gzip", "x-gzip", "deflate"})
GZIP_OR_ZLIB = 47
GZIP_BEGINS = b"\x1f\x8b"
PIECE = 1 << 18


def unpacked(response: httpx.Response, source: str) -> Iterator[bytes]:
    """Yields an answer as it was before it was packed, in pieces of bounded size.

    Raises:
        BadReply: it is packed otherwise than was asked for, or cannot be unpacked.
    """
    chunks = cast("Iterable[bytes]", response.stream)
    coding = response.headers.get("content-encoding", "").strip().lower()
    if coding in {"", "identity"}:
        yield from chunks
    elif coding in PACKED:
        try:
            yield from _inflated(chunks)
        except (zlib.error, EOFError) as error:
            raise BadReply(source, "it cannot be unpacked") from error
    else:
        raise BadReply(source, "it is packed in a way that was not asked for")


def _inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Unpacks gzip, of one member or several, and zlib.

    Raises:
        zlib.error: it is neither.
        EOFError: it breaks off.
    """
    unpacker = zlib.decompressobj(GZIP_OR_ZLIB)
    is_empty = True
    for chunk in chunks:
        rest = chunk
        while rest:
            is_empty = False
            if unpacker.eof:
                if not rest.startswith(GZIP_BEGINS):
                    return
                unpacker = zlib.decompressobj(GZIP_OR_ZLIB)
            yield unpacker.decompress(rest, PIECE)
            rest = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    yield unpacker.flush()
    if not unpacker.eof and not is_empty:
        raise EOFError

"""The words of the field as values: identifiers, authors, entries, and what a source returned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from diffkb.core.references import Type

Kind = Literal["paper", "link"]
YearFrom = Literal["heading", "text", "table", "venue"]

ARXIV = "arxiv"
DOI = "doi"
OPENREVIEW = "openreview"
URL = "url"


@dataclass(frozen=True, slots=True)
class Identifier:
    """A work's name in some scheme, normalised; `version` is no part of the identity."""

    scheme: str
    value: str
    version: int | None = None

    def __str__(self) -> str:
        suffix = f"v{self.version}" if self.version else ""
        return f"{self.value}{suffix}"


@dataclass(frozen=True, slots=True)
class Author:
    """A person or collaboration; family and given name only where a source tells them apart."""

    name: str
    family: str | None = None
    given: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A further link of an entry, with the words it stands under."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Fields:
    r"""What an entry's Markdown says, and no more.

    Attributes:
        title: the plain text of the title, white space collapsed.
        url: the link as written, or None for an entry without one.
        links: further labelled links (code, pdf, …), in order.
        year: the list's year for it.
        year_from: where that year stands.
        wr: worth reading, or None for unrated.
        read: whether it is marked read; None where the list has no such marks.
        tags: the labels the list gives it.
        note: the curator's words as Markdown with "\n" between lines, or None.
        venue: as the list writes it.
        authors: as the list writes them.
        mentioned: links inside the note.
    """

    title: str
    url: str | None = None
    links: tuple[Link, ...] = ()
    year: int | None = None
    year_from: YearFrom | None = None
    wr: int | None = None
    read: bool | None = None
    tags: tuple[str, ...] = ()
    note: str | None = None
    venue: str | None = None
    authors: str | None = None
    mentioned: tuple[str, ...] = ()


class Versions(NamedTuple):
    """Which other works a record itself says are the same one in another version.

    Attributes:
        preprints: of the work.
        published: what became of it, if it is a pre-print.
    """

    preprints: tuple[Identifier, ...] = ()
    published: tuple[Identifier, ...] = ()


NO_VERSIONS = Versions()


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a source returned about one work, not yet accepted; dates are ISO 8601.

    `published` is the date of the first version, `updated` that of the version fetched. The
    identifiers are of the record itself, `versions` those it states of the work's other versions.
    `withdrawn` is how the record says that the work was taken back.
    """

    source: str
    identifiers: tuple[Identifier, ...]
    title: str | None = None
    authors: tuple[Author, ...] = ()
    abstract: str | None = None
    published: str | None = None
    updated: str | None = None
    version: int | None = None
    venue: str | None = None
    category: str | None = None
    categories: tuple[str, ...] = ()
    comment: str | None = None
    journal_ref: str | None = None
    withdrawn: str | None = None
    versions: Versions = NO_VERSIONS

    def facts(self) -> Iterator[tuple[str, str]]:
        """Yields the (name, value) pairs that are known, authors and identifiers apart."""
        known = {
            "title": self.title,
            "abstract": self.abstract,
            "published": self.published,
            "updated": self.updated,
            "version": self.version,
            "venue": self.venue,
            "category": self.category,
            "categories": " ".join(self.categories),
            "comment": self.comment,
            "journal_ref": self.journal_ref,
            "withdrawn": self.withdrawn,
        }
        for name, value in known.items():
            if value is not None and value != "":
                yield name, str(value)


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a list as every command shows it; absent facts are None.

    The attributes are those of an entry in `--json`, in its order.
    """

    id: int
    document: str
    kind: Kind
    title: str
    url: str | None
    links: tuple[Link, ...]
    year: int | None
    year_from: YearFrom | None
    wr: int | None
    read: bool | None
    section: tuple[str, ...]
    tags: tuple[str, ...]
    note: str | None
    arxiv_id: str | None
    doi: str | None
    openreview_id: str | None
    authors: tuple[Author, ...]
    venue: str | None
    published: str | None
    abstract: str | None
    pending: bool
    key: str | None


@dataclass(frozen=True, slots=True)
class Record:
    """What a file of entries says of one, before it has a place in a list; absent facts are None.

    Attributes:
        fields: what its Markdown is to say, without venue and authors.
        identifiers: of its work.
        kind: paper or link; None leaves it to the link.
        document: the name of the list it comes from.
        section: the path of the section it stood in.
        authors: of the work, in order.
        venue: where the work came out.
        published: the date of the first version, in ISO 8601.
        abstract: of the work.
        key: its citation key.
        pending: whether a source was asked and could not answer yet.
        type: of the work, where it is known and its venue does not tell it.
        private: a note that is not to stand in the list.
        extra: what the format has and no other attribute holds, as JSON values by name.
    """

    fields: Fields
    identifiers: tuple[Identifier, ...] = ()
    kind: Kind | None = None
    document: str | None = None
    section: tuple[str, ...] = ()
    authors: tuple[Author, ...] = ()
    venue: str | None = None
    published: str | None = None
    abstract: str | None = None
    key: str | None = None
    pending: bool = False
    type: Type | None = None
    private: str | None = None
    extra: Mapping[str, Any] | None = None

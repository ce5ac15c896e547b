"""The fields a query may name, and what kind of value each has."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["text", "author", "label", "link", "number", "date", "flag", "section"]


class Field(NamedTuple):
    """A field of an entry.

    Attributes:
        kind: how its values are compared.
        about: what it is, in words for people.
        example: a term that asks for it.
    """

    kind: Kind
    about: str
    example: str


FIELDS: dict[str, Field] = {
    "title": Field("text", "the title in the list", "title:denoising"),
    "official": Field("text", "the title that a source gives", 'official:"score based"'),
    "author": Field("author", "family names, or family and given", 'author:"Song, Yang"'),
    "year": Field("number", "the list's year", "year:2020..2022"),
    "section": Field("section", "a section, with all below it", 'section:"Inverse problems"'),
    "wr": Field("number", "worth reading", "wr>=2"),
    "tag": Field("label", "labels", "tag:survey,tutorial"),
    "note": Field("text", "the note in the list", 'note:"must read"'),
    "private": Field("text", "the private note", "private:todo"),
    "abstract": Field("text", "the abstract", "abstract:langevin"),
    "venue": Field("text", "where it came out", "venue:neurips"),
    "category": Field("label", "arXiv's categories", "category:cs.LG"),
    "arxiv": Field("label", "arXiv id", "arxiv:2006.11239"),
    "doi": Field("label", "DOI", "doi:any"),
    "openreview": Field("label", "OpenReview id", "openreview:any"),
    "url": Field("link", "the link, any part of it", "url:github.com"),
    "host": Field("label", "the link's host", "host:arxiv.org"),
    "mentioned": Field("link", "links in the note", "mentioned:any"),
    "source": Field("label", "who was asked for facts", "source:crossref"),
    "document": Field("label", "the list it stands in", "document:robotics"),
    "key": Field("label", "citation key", "key:ho2020*"),
    "kind": Field("label", "paper or link", "kind:link"),
    "id": Field("number", "the entry's id", "id:1..20"),
    "line": Field("number", "the line it begins in, in its list", "line:10..60"),
    "added": Field("date", "when it came in", "added:2026-01.."),
    "changed": Field("date", "when it was last changed", "changed>=2026-06-01"),
    "published": Field("date", "when its first version came out", "published:..2019"),
    "read": Field("flag", "marked as read", "read:no"),
    "pending": Field("flag", "waits for a source", "pending:yes"),
}

# Other words that people type for a field.
ALIASES = {
    "topic": "section",
    "tags": "tag",
    "authors": "author",
    "by": "author",
    "notes": "note",
    "link": "url",
}

# Labels of which each character counts.
EXACT = frozenset({"arxiv", "doi", "openreview"})

# What a word without a field is looked for in.
SEARCHED = ("title", "note", "author", "abstract")

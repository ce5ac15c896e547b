"""The one schema: a SQLModel class for each table, and a journal table beside each of them.

Revisions in `migrations/` make the tables; a test holds the two against each other. Every table
has an `id` that SQLite never gives out twice, so that the journal can speak of rows by number.
Times are UTC in ISO 8601. Text that came from a file as bytes stays bytes only in `blocks.raw`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

CONVENTION = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}

metadata: MetaData = SQLModel.metadata
metadata.naming_convention = CONVENTION

AUTOINCREMENT = {"sqlite_autoincrement": True}

# Names of which SQLite's own NOCASE does not say all that makes no difference: few in most lists.
UNCOMMON_NAME = "name GLOB '*[^ -~]*' OR name GLOB '*  *' OR trim(name) <> name"


class DocumentRow(SQLModel, table=True):
    """A Markdown list: `dialect` is what the lens decided about it, `sha256` of what was read."""

    __tablename__: ClassVar[str] = "documents"
    __table_args__ = (UniqueConstraint("name"), AUTOINCREMENT)

    id: int | None = Field(default=None, primary_key=True)
    name: str
    title: str | None = None
    path: str | None = None
    sha256: str | None = None
    dialect: str
    preferred: bool = False
    added: str
    changed: str


class BlockRow(SQLModel, table=True):
    """A stretch of a document's bytes: joined by position, the blocks are the document."""

    __tablename__: ClassVar[str] = "blocks"
    __table_args__ = (UniqueConstraint("document_id", "position"), AUTOINCREMENT)

    id: int | None = Field(default=None, primary_key=True)
    document_id: int = Field(foreign_key="documents.id")
    position: int
    kind: str
    raw: bytes


class SectionRow(SQLModel, table=True):
    """A heading's node in its document's tree: `role` is section, year or title."""

    __tablename__: ClassVar[str] = "sections"
    __table_args__ = (
        UniqueConstraint("block_id"),
        Index(None, "document_id"),
        Index(None, "parent_id"),
        # Its revision makes it COLLATE NOCASE, of which Alembic sees nothing in a base.
        Index("ix_sections_name", "name"),
        Index("ix_sections_uncommon_name", "document_id", sqlite_where=text(UNCOMMON_NAME)),
        AUTOINCREMENT,
    )

    id: int | None = Field(default=None, primary_key=True)
    document_id: int = Field(foreign_key="documents.id")
    block_id: int = Field(foreign_key="blocks.id")
    parent_id: int | None = Field(default=None, foreign_key="sections.id")
    level: int
    role: str
    name: str
    year: int | None = None


class PaperRow(SQLModel, table=True):
    """A work: `state` is unfetched, pending, fetched or unknown.

    `reason` is why it is not fetched, or why a source could not be asked anew; `asked` is when one
    was asked last.
    """

    __tablename__: ClassVar[str] = "papers"
    __table_args__ = (Index(None, "state"), AUTOINCREMENT)

    id: int | None = Field(default=None, primary_key=True)
    state: str = "unfetched"
    asked: str | None = None
    reason: str | None = None


class EntryRow(SQLModel, table=True):
    """One item of a list; what its Markdown says stands here too, as the lens read it.

    `section_id` is its section, `group_id` the heading right above it, a year group perhaps;
    `placeholder` says that nobody typed the title, `provisional_year` that nobody named the year
    and no source has yet; `ctx` is what the lens needs to know beside
    the document's dialect; `extra` keeps what an import brought and no column holds.
    """

    __tablename__: ClassVar[str] = "entries"
    __table_args__ = (
        UniqueConstraint("block_id", "ordinal"),
        UniqueConstraint("citation_key"),
        Index(None, "document_id"),
        Index(None, "section_id", "wr"),
        Index(None, "group_id"),
        Index(None, "paper_id"),
        AUTOINCREMENT,
    )

    id: int | None = Field(default=None, primary_key=True)
    document_id: int = Field(foreign_key="documents.id")
    block_id: int = Field(foreign_key="blocks.id")
    ordinal: int = 0
    section_id: int | None = Field(default=None, foreign_key="sections.id")
    group_id: int | None = Field(default=None, foreign_key="sections.id")
    paper_id: int | None = Field(default=None, foreign_key="papers.id")
    kind: str
    title: str
    placeholder: bool = False
    provisional_year: bool = False
    url: str | None = None
    links: str | None = None
    year: int | None = None
    year_from: str | None = None
    wr: int | None = None
    read: bool | None = None
    venue: str | None = None
    authors: str | None = None
    mentioned: str | None = None
    citation_key: str | None = None
    ctx: str | None = None
    extra: str | None = None
    added: str
    changed: str


class NoteRow(SQLModel, table=True):
    """The curator's words: `kind` is listed (they stand in the Markdown) or private."""

    __tablename__: ClassVar[str] = "notes"
    __table_args__ = (UniqueConstraint("entry_id", "kind"), AUTOINCREMENT)

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="entries.id")
    kind: str
    text: str


class TagRow(SQLModel, table=True):
    """A label of an entry."""

    __tablename__: ClassVar[str] = "tags"
    __table_args__ = (UniqueConstraint("entry_id", "name"), Index(None, "name"), AUTOINCREMENT)

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="entries.id")
    name: str


class IdentifierRow(SQLModel, table=True):
    """A work's name in some scheme; no two works share one."""

    __tablename__: ClassVar[str] = "identifiers"
    __table_args__ = (UniqueConstraint("scheme", "value"), Index(None, "paper_id"), AUTOINCREMENT)

    id: int | None = Field(default=None, primary_key=True)
    paper_id: int = Field(foreign_key="papers.id")
    scheme: str
    value: str


class FactRow(SQLModel, table=True):
    """What one source said about a work, and when; `chosen` marks the source that counts."""

    __tablename__: ClassVar[str] = "facts"
    __table_args__ = (UniqueConstraint("paper_id", "name", "source"), AUTOINCREMENT)

    id: int | None = Field(default=None, primary_key=True)
    paper_id: int = Field(foreign_key="papers.id")
    name: str
    value: str
    source: str
    fetched: str
    chosen: bool = True


class AuthorRow(SQLModel, table=True):
    """One author of the fact that names them, in order."""

    __tablename__: ClassVar[str] = "authors"
    __table_args__ = (UniqueConstraint("fact_id", "position"), Index(None, "family"), AUTOINCREMENT)

    id: int | None = Field(default=None, primary_key=True)
    fact_id: int = Field(foreign_key="facts.id")
    position: int
    name: str
    family: str | None = None
    given: str | None = None


class ProposalRow(SQLModel, table=True):
    """Another version of a work, as a source states it or as its likeness makes one think.

    `scheme` and `value` name the version, or in the scheme `venue` only where it came out;
    `relation` is published or preprint; `stated` marks a source's own words, which count where
    the two works meet; `evidence` is for people; `facts` is a JSON object of what is known of it.
    `state` is open, accepted or rejected: what a curator turned down is never applied.
    """

    __tablename__: ClassVar[str] = "proposals"
    __table_args__ = (
        UniqueConstraint("paper_id", "scheme", "value"),
        Index(None, "scheme", "value"),
        AUTOINCREMENT,
    )

    id: int | None = Field(default=None, primary_key=True)
    paper_id: int = Field(foreign_key="papers.id")
    scheme: str
    value: str
    relation: str
    stated: bool = False
    source: str
    evidence: str
    facts: str | None = None
    state: str = "open"
    found: str


class StepRow(SQLModel, table=True):
    """One change of the base, as a person sees it; `undoes_id` is the step an undo took back.

    `shipped` steps came with the base and are never undone.
    """

    __tablename__: ClassVar[str] = "steps"
    __table_args__ = (AUTOINCREMENT,)

    id: int | None = Field(default=None, primary_key=True)
    made: str
    command: str
    summary: str
    who: str | None = None
    undoes_id: int | None = Field(default=None, foreign_key="steps.id")
    shipped: bool = False


class InsertedRow(SQLModel, table=True):
    """Rows that a step inserted: a range of ids of one table."""

    __tablename__: ClassVar[str] = "journal_inserted"
    __table_args__ = (Index(None, "step_id"), AUTOINCREMENT)

    id: int | None = Field(default=None, primary_key=True)
    step_id: int = Field(foreign_key="steps.id")
    table_name: str
    first_id: int
    last_id: int


class AgreementRow(SQLModel, table=True):
    """The text that a document and a file had in common last: what a merge of the two starts from.

    Texts are bytes, compressed by zlib. `intended_text` is what the file is about to be given:
    it becomes `text` once it stands there, and a killed diffkb is told by it that the file is its
    own. `taken_sha256` is of the file's bytes that the base took in by then. It is no part of
    the journal: an undo takes the base back, and not what stood in the file. Nor does it refer to
    its document by a foreign key, as one that is taken out may come back by its old id.
    """

    __tablename__: ClassVar[str] = "agreements"
    __table_args__ = (UniqueConstraint("document_id", "path"), AUTOINCREMENT)

    id: int | None = Field(default=None, primary_key=True)
    document_id: int
    path: str
    sha256: str | None = None
    text: bytes | None = None
    agreed: str | None = None
    intended_sha256: str | None = None
    intended_text: bytes | None = None
    taken_sha256: str | None = None


# In the order in which rows may be inserted: whatever a table refers to stands before it.
JOURNALED: tuple[type[SQLModel], ...] = (
    DocumentRow,
    BlockRow,
    SectionRow,
    PaperRow,
    IdentifierRow,
    FactRow,
    AuthorRow,
    EntryRow,
    NoteRow,
    TagRow,
    ProposalRow,
)


def id_of(row: Any) -> int:
    """Returns the id of a row that was flushed."""
    if row.id is None:
        raise ValueError("the row was not flushed")
    return int(row.id)


def table_of(row: type[SQLModel]) -> Table:
    """Returns the table of a row class."""
    table: Table = row.__table__  # type: ignore[attr-defined]
    return table


def _journal_table(table: Table) -> Table:
    """Returns the table that keeps the rows of another as they were before a step.

    `operation` is changed or deleted; the columns are copies without their constraints, so that
    SQL can move a row there and back.
    """
    copies = [Column(column.name, column.type) for column in table.columns if column.name != "id"]
    return Table(
        f"journal_{table.name}",
        metadata,
        Column("journal_id", Integer, primary_key=True),
        Column("step_id", Integer, ForeignKey("steps.id"), nullable=False, index=True),
        Column("operation", String, nullable=False),
        Column("id", Integer, nullable=False),
        *copies,
        sqlite_autoincrement=True,
    )


JOURNALS: dict[str, Table] = {
    table_of(row).name: _journal_table(table_of(row)) for row in JOURNALED
}

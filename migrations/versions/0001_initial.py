"""The first schema: documents in blocks, entries, papers with their facts, and the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

if TYPE_CHECKING:
    from sqlalchemy.sql.schema import SchemaItem
    from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None

Columns = list[tuple[str, "TypeEngine[Any]", bool]]

text = sa.String()
integer = sa.Integer()
boolean = sa.Boolean()

# Name, type, and whether the column may be empty.
DOCUMENTS: Columns = [
    ("name", text, False),
    ("title", text, True),
    ("path", text, True),
    ("sha256", text, True),
    ("dialect", text, False),
    ("preferred", boolean, False),
    ("added", text, False),
    ("changed", text, False),
]
BLOCKS: Columns = [
    ("document_id", integer, False),
    ("position", integer, False),
    ("kind", text, False),
    ("raw", sa.LargeBinary(), False),
]
SECTIONS: Columns = [
    ("document_id", integer, False),
    ("block_id", integer, False),
    ("parent_id", integer, True),
    ("level", integer, False),
    ("role", text, False),
    ("name", text, False),
    ("year", integer, True),
]
PAPERS: Columns = [("state", text, False), ("asked", text, True), ("reason", text, True)]
IDENTIFIERS: Columns = [
    ("paper_id", integer, False),
    ("scheme", text, False),
    ("value", text, False),
]
FACTS: Columns = [
    ("paper_id", integer, False),
    ("name", text, False),
    ("value", text, False),
    ("source", text, False),
    ("fetched", text, False),
    ("chosen", boolean, False),
]
AUTHORS: Columns = [
    ("fact_id", integer, False),
    ("position", integer, False),
    ("name", text, False),
    ("family", text, True),
    ("given", text, True),
]
ENTRIES: Columns = [
    ("document_id", integer, False),
    ("block_id", integer, False),
    ("ordinal", integer, False),
    ("section_id", integer, True),
    ("group_id", integer, True),
    ("paper_id", integer, True),
    ("kind", text, False),
    ("title", text, False),
    ("placeholder", boolean, False),
    ("provisional_year", boolean, False),
    ("url", text, True),
    ("links", text, True),
    ("year", integer, True),
    ("year_from", text, True),
    ("wr", integer, True),
    ("read", boolean, True),
    ("venue", text, True),
    ("authors", text, True),
    ("mentioned", text, True),
    ("citation_key", text, True),
    ("ctx", text, True),
    ("extra", text, True),
    ("added", text, False),
    ("changed", text, False),
]
NOTES: Columns = [("entry_id", integer, False), ("kind", text, False), ("text", text, False)]
TAGS: Columns = [("entry_id", integer, False), ("name", text, False)]

JOURNALED = {
    "documents": DOCUMENTS,
    "blocks": BLOCKS,
    "sections": SECTIONS,
    "papers": PAPERS,
    "identifiers": IDENTIFIERS,
    "facts": FACTS,
    "authors": AUTHORS,
    "entries": ENTRIES,
    "notes": NOTES,
    "tags": TAGS,
}


def upgrade() -> None:
    """Makes every table."""
    _make_steps()
    _make_table("documents", DOCUMENTS, _unique("documents", "name"))
    _make_table(
        "blocks",
        BLOCKS,
        _unique("blocks", "document_id", "position"),
        _reference("blocks", "document_id", "documents"),
    )
    _make_table(
        "sections",
        SECTIONS,
        _unique("sections", "block_id"),
        _reference("sections", "document_id", "documents"),
        _reference("sections", "block_id", "blocks"),
        _reference("sections", "parent_id", "sections"),
    )
    _make_index("sections", "document_id")
    _make_index("sections", "parent_id")
    _make_papers()
    _make_entries()
    _make_journal()


def _make_papers() -> None:
    """Makes the tables of works and what is known about them."""
    _make_table("papers", PAPERS)
    _make_index("papers", "state")
    _make_table(
        "identifiers",
        IDENTIFIERS,
        _unique("identifiers", "scheme", "value"),
        _reference("identifiers", "paper_id", "papers"),
    )
    _make_index("identifiers", "paper_id")
    _make_table(
        "facts",
        FACTS,
        _unique("facts", "paper_id", "name", "source"),
        _reference("facts", "paper_id", "papers"),
    )
    _make_table(
        "authors",
        AUTHORS,
        _unique("authors", "fact_id", "position"),
        _reference("authors", "fact_id", "facts"),
    )
    _make_index("authors", "family")


def _make_entries() -> None:
    """Makes the tables of entries and what the curator wrote about them."""
    _make_table(
        "entries",
        ENTRIES,
        _unique("entries", "block_id", "ordinal"),
        _unique("entries", "citation_key"),
        _reference("entries", "document_id", "documents"),
        _reference("entries", "block_id", "blocks"),
        _reference("entries", "section_id", "sections"),
        _reference("entries", "group_id", "sections"),
        _reference("entries", "paper_id", "papers"),
    )
    _make_index("entries", "document_id")
    _make_index("entries", "section_id", "wr")
    _make_index("entries", "group_id")
    _make_index("entries", "paper_id")
    _make_table(
        "notes",
        NOTES,
        _unique("notes", "entry_id", "kind"),
        _reference("notes", "entry_id", "entries"),
    )
    _make_table(
        "tags",
        TAGS,
        _unique("tags", "entry_id", "name"),
        _reference("tags", "entry_id", "entries"),
    )
    _make_index("tags", "name")


def _make_steps() -> None:
    """Makes the table of steps."""
    columns: Columns = [
        ("made", text, False),
        ("command", text, False),
        ("summary", text, False),
        ("who", text, True),
        ("undoes_id", integer, True),
        ("shipped", boolean, False),
    ]
    _make_table("steps", columns, _reference("steps", "undoes_id", "steps"))


def _make_journal() -> None:
    """Makes the tables that keep what a step inserted, and rows as they were before it."""
    columns: Columns = [
        ("step_id", integer, False),
        ("table_name", text, False),
        ("first_id", integer, False),
        ("last_id", integer, False),
    ]
    _make_table("journal_inserted", columns, _reference("journal_inserted", "step_id", "steps"))
    _make_index("journal_inserted", "step_id")
    for name, kept in JOURNALED.items():
        journal = f"journal_{name}"
        op.create_table(
            journal,
            sa.Column("journal_id", integer, primary_key=True, nullable=False),
            sa.Column("step_id", integer, nullable=False),
            sa.Column("operation", text, nullable=False),
            sa.Column("id", integer, nullable=False),
            *(sa.Column(column, kind) for column, kind, _ in kept),
            _reference(journal, "step_id", "steps"),
            sqlite_autoincrement=True,
        )
        _make_index(journal, "step_id")


def _make_table(name: str, columns: Columns, *constraints: SchemaItem) -> None:
    """Makes a table whose ids are never given out twice."""
    op.create_table(
        name,
        sa.Column("id", integer, primary_key=True, nullable=False),
        *(sa.Column(column, kind, nullable=empty) for column, kind, empty in columns),
        *constraints,
        sqlite_autoincrement=True,
    )


def _make_index(table: str, *columns: str) -> None:
    """Makes an index with the name the convention gives it."""
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    """Returns a constraint with the name the convention gives it."""
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")


def _reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    """Returns a foreign key with the name the convention gives it."""
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")


def downgrade() -> None:
    """Drops every table."""
    for name in JOURNALED:
        op.drop_table(f"journal_{name}")
    op.drop_table("journal_inserted")
    for name in reversed(["steps", *JOURNALED]):
        op.drop_table(name)

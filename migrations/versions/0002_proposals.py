"""Proposals: other versions of works, which wait for a curator's word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine

revision = "0002"
down_revision = "0001"

text = sa.String()
integer = sa.Integer()
boolean = sa.Boolean()

# Name, type, and whether the column may be empty.
COLUMNS: list[tuple[str, TypeEngine[Any], bool]] = [
    ("paper_id", integer, False),
    ("scheme", text, False),
    ("value", text, False),
    ("relation", text, False),
    ("stated", boolean, False),
    ("source", text, False),
    ("evidence", text, False),
    ("facts", text, True),
    ("state", text, False),
    ("found", text, False),
]


def upgrade() -> None:
    """Makes the table, and the one that keeps its rows as they were before a step."""
    op.create_table(
        "proposals",
        sa.Column("id", integer, primary_key=True, nullable=False),
        *(sa.Column(column, kind, nullable=empty) for column, kind, empty in COLUMNS),
        sa.UniqueConstraint(
            "paper_id", "scheme", "value", name="uq_proposals_paper_id_scheme_value"
        ),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name="fk_proposals_paper_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_proposals_scheme_value", "proposals", ["scheme", "value"])
    op.create_table(
        "journal_proposals",
        sa.Column("journal_id", integer, primary_key=True, nullable=False),
        sa.Column("step_id", integer, nullable=False),
        sa.Column("operation", text, nullable=False),
        sa.Column("id", integer, nullable=False),
        *(sa.Column(column, kind) for column, kind, _ in COLUMNS),
        sa.ForeignKeyConstraint(["step_id"], ["steps.id"], name="fk_journal_proposals_step_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_journal_proposals_step_id", "journal_proposals", ["step_id"])


def downgrade() -> None:
    """Drops both."""
    op.drop_table("journal_proposals")
    op.drop_table("proposals")

"""Agreements: the text that a document and a file had in common last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

text = sa.String()
content = sa.LargeBinary()


def upgrade() -> None:
    """Makes the table; what a list was imported with is told by its document, and the journal."""
    op.create_table(
        "agreements",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("path", text, nullable=False),
        sa.Column("sha256", text, nullable=True),
        sa.Column("text", content, nullable=True),
        sa.Column("agreed", text, nullable=True),
        sa.Column("intended_sha256", text, nullable=True),
        sa.Column("intended_text", content, nullable=True),
        sa.Column("taken_sha256", text, nullable=True),
        sa.UniqueConstraint("document_id", "path", name="uq_agreements_document_id_path"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Drops it."""
    op.drop_table("agreements")

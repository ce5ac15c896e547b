"""Sections by name: an index for the plain names, and one of those that are few and uncommon."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# Names of which SQLite's own NOCASE does not say all that makes no difference.
UNCOMMON = "name GLOB '*[^ -~]*' OR name GLOB '*  *' OR trim(name) <> name"


def upgrade() -> None:
    """Makes them."""
    op.create_index("ix_sections_name", "sections", [sa.text("name COLLATE NOCASE")])
    op.create_index(
        "ix_sections_uncommon_name", "sections", ["document_id"], sqlite_where=sa.text(UNCOMMON)
    )


def downgrade() -> None:
    """Drops them."""
    op.drop_index("ix_sections_uncommon_name")
    op.drop_index("ix_sections_name")

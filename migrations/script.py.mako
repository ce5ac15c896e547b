"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Brings a base of the revision before to this one."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Takes a base of this revision back to the one before."""
    ${downgrades if downgrades else "pass"}

"""Runs revisions on the connection they are handed, or on the base that `-x base=PATH` names."""

from __future__ import annotations

from pathlib import Path

from alembic import context
from sqlalchemy import Connection, create_engine

from diffkb.store.tables import metadata


def run_on(connection: Connection) -> None:
    """Runs the revisions that are asked for, all in one transaction."""
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


def run() -> None:
    """Runs on diffkb's own connection where there is one, else on the base named by hand."""
    handed = context.config.attributes.get("connection")
    if handed is not None:
        run_on(handed)
        return
    path = Path(context.get_x_argument(as_dictionary=True).get("base", "data/kb.sqlite"))
    with create_engine(f"sqlite:///{path}").connect() as connection:
        run_on(connection)


run()

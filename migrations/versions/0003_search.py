"""The index of texts: title, note, authors and abstract of each entry, as folded words."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Makes it empty: the program, which knows how words are folded, fills it."""
    # Words come apart at blanks alone; to this tokenizer every letter beyond ASCII is one.
    op.execute(
        "CREATE VIRTUAL TABLE search USING fts5(title, note, author, abstract,"
        " content='', prefix='2 3', tokenize='ascii')"
    )
    # Its words, each with the number of entries that hold it: a view that keeps nothing.
    op.execute("CREATE VIRTUAL TABLE search_words USING fts5vocab(search, row)")


def downgrade() -> None:
    """Takes it away."""
    op.execute("DROP TABLE search_words")
    op.execute("DROP TABLE search")

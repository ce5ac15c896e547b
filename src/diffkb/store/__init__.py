"""SQLite: the schema, the read path over plain sqlite3, and the one unit of work that writes."""

"""How results look: tables, messages and JSON."""

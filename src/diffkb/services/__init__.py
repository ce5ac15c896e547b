"""The use cases, one a file: plain functions that print nothing and read no environment."""

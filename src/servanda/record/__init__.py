"""The record: entries, sources, tables, trust, and the facts of an account."""

"""Exports for other programs: tables, provenance, a calendar."""

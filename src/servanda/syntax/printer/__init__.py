"""Printer: every value of the language as text that parses to an equal value."""

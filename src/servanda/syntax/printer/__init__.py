"""Prints values of the syntax tree as text that parses to an equal value."""

"""Builders: from parsed words to values of the syntax tree."""

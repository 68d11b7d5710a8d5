"""Builders: nodes of the syntax tree from the tokens of a line."""

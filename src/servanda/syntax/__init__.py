"""Syntax: grammar, layout, parser, syntax tree, printer and problems with codes."""

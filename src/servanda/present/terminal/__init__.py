"""Terminal output: blocks of text and tables, drawn with Rich or as plain text."""

"""Tables of the record: one module a file format, and a registry of them."""

"""Reading: an article becomes draft entries. It never writes to a record by itself."""

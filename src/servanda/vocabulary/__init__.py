"""The words, colours and marks that every answer uses, and how texts of a record are escaped."""

"""The record: entries, sources and trust; the readers and writers of what happened."""

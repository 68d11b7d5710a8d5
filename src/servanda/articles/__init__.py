"""Draft entries from news articles. Nothing enters a record unless a person accepts it."""

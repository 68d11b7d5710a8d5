"""Semantics: the norms of one account, static checks, units and time."""

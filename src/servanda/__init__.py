"""Servanda keeps the record of an agreement: who promised what, what happened, who kept it."""

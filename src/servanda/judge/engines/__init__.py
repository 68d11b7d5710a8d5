"""Engines: the databases that can run the plan."""

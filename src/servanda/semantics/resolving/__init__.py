"""Resolving: names, groups, readings, units and dates."""

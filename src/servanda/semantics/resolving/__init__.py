"""Resolving: names found, groups expanded, readings chosen, units and dates made exact."""

"""Counterfactuals: what would give a duty another status, each supposed and judged."""

"""The plan: norms compiled to relational steps over tables of events and spans."""

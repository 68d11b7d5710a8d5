"""Static checks: what is wrong with an agreement before anything is judged."""

"""The reference judge: docs/meaning.md in Python, instant by instant, with its derivations."""

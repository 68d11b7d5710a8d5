"""The judge: from an agreement, a record and an account to verdicts and their reasons."""

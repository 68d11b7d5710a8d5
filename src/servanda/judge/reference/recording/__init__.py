"""The trace of the reference judge: derivations recorded at the end of a walk."""

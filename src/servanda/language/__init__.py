"""The language: grammar, parser, model, checks and formatter of agreements and entries."""

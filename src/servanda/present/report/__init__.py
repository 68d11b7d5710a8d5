"""The report: verdicts as tables, plain text, JSON and pages."""

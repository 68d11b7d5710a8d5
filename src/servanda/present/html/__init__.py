"""HTML: one template engine for the report and the live view, and the filters they share."""

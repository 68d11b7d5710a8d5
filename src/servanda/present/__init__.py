"""Presentation: statuses in words and colours, terminal blocks, charts, reports and exports."""

"""The figures of the report: each one SVG whose text stays text and whose colours are variables."""

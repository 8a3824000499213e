"""Columns: what is missing, which are numbers, how these are written."""

"""Data: tables, datasets, honest splits."""

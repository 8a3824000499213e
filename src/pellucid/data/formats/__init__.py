"""Table files: what a file is, and how each format becomes rows or columns."""

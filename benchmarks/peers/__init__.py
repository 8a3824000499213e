"""The libraries that take part, one file each. Each is imported in a process of its own."""

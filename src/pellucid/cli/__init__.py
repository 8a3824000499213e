"""The `pellucid` command: one file a command, `main` finds it."""

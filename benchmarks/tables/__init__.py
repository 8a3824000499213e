"""Our default recipe beside other learners of tables: `python -m benchmarks tables`."""

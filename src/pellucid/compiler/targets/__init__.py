"""What compiled programs run on, one folder each."""

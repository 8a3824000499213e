"""Machine code for the processor at hand, through LLVM."""

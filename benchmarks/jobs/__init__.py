"""Whole programs, as a user would write them: load, build, train, print the last epoch's loss.

Each is run as ``python FILE DATA.npz EPOCHS`` and imports nothing of the benchmarks.
"""

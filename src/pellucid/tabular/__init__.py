"""From a table to a checked predictor: what its columns are, and what is made of them."""

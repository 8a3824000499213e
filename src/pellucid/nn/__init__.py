"""Neural networks: layers, activations, losses, and how layers connect."""

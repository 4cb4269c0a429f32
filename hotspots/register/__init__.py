"""What the hub knows and does."""

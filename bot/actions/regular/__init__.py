"""What the service does again and again in its own name."""

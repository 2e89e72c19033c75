"""What those beside the municipality read, where it chose that they do: who cannot come, and never why."""

"""What is the person's own: first minutes, plan, preferences, ways to reach them, privacy."""

"""Who signs in at the desk, by which one-time link, and for how long."""

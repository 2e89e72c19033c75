"""A consistent copy of the database while the service runs, and its return into an empty one."""

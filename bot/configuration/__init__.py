"""What a deployment is: settings, the configuration file, logs, clock, and what all of it is put together to."""

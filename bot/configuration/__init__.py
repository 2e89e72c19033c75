"""What a deployment is: settings, municipalities, channels file, logs, clock, and the parts that commands share."""

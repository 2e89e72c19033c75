"""Running a deployment: figures that alarms are raised by, and the files that its machine needs."""

"""Timetables (.ics) in and out: reading, occurrences, what changed, the import."""

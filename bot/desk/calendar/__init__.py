"""The calendar at the desk: weeks and days of the consultant's own meetings or of a group's lessons."""

"""Appointments with their answers and changes, absence reports, proposals of other times."""

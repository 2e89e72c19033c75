"""What is done from a calendar: several meetings at once, and the lessons of a whole group."""

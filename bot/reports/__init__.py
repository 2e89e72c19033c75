"""What operators and consultants read: attendance counts and facts, plots, a preview of reminders."""

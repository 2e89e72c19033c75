"""What people can take part in: workshops, language café, sport, buddies (start note 3.4, 3.6), and who wants to."""

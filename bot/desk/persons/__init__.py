"""People at the desk: the list of them, and one person's page with what is done from there."""

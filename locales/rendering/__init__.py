"""A message and a locale become text, dates, numbers and direction."""

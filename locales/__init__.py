"""What is said: catalogs and FAQ texts, and how a message and a locale become text, dates, numbers and direction."""

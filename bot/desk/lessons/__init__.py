"""A group's week for its school: the page behind a link, and giving and ending links at the desk."""

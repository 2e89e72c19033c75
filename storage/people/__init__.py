"""Who there is: people, consultants, contacts, link codes, conversations, and what was written."""

"""A person's appointments, and everything about not coming."""

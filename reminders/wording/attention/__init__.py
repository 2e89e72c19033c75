"""What asks how it goes and how it was; and the consultant's morning digest."""

"""What people wrote, as those read it who can do something: what Maatje made of it, and a cry for help."""

"""What people read and when they are reminded, as the municipality has it: the package's, and its own on top."""

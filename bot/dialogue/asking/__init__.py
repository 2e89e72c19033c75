"""Questions in free text and their answers from the FAQ."""

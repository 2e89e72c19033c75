"""What is encrypted: bound to its row when it is written, told by its mark, and written anew under another secret."""

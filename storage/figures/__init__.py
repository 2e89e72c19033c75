"""What the municipality's figures are counted from, read without names, words and addresses."""

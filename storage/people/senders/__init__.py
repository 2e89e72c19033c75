"""Whose an address is that several people use, or that its channel calls by several names."""

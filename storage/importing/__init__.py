"""Importing the municipality's tables: good rows go in, bad rows are reported, never half a row."""

"""Telephone calls that the machine makes and takes."""

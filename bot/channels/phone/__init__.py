"""Telephone calls that are answered with keys: what is said and done, who carries the call, and the channel."""

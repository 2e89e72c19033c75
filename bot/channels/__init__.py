"""Channels: one folder each behind the protocol of base.py, and one line in registry.py."""

"""Changing what people read and when they are reminded: one proposes, another answers."""

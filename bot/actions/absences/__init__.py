"""Absence reports: filled in, sent, changed and ended by the person; seen and answered by the consultant."""

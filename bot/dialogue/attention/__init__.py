"""Personal attention: how it goes, how it was, and the consultant's notes of talks."""

"""What a meeting is about, what to bring along and what comes after it: in words of its own for each kind."""

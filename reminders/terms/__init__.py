"""The terms of the law, their milestones, and what is still open."""

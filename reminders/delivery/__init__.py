"""The contract of a channel, and pure decisions on delivery: where to, may it, again when, what came of it."""

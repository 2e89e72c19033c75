"""The whole reminder engine against an oracle of its own: random weeks, and what people must have heard by then."""

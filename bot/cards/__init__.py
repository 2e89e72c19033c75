"""Picture cards: what a message says, for who reads nothing. Content in, PNG out; nothing here knows a channel."""

"""What each kind of message says when it is sent."""

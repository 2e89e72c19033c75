"""What will be said, and when: messages put into the outbox."""

"""What can be taken part in: a person looks through it, and their consultant agrees where needed."""

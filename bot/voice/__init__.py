"""Messages that can be heard: from a message to words for a voice, to sound, to one OGG/Opus file."""

"""What can be done, whoever asks: no screen, no button, no channel."""

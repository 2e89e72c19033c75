"""What can be done, whoever asks: rights, refusals and what follows, without a screen."""

"""What holds for every channel (bot/channels/base.py): one suite, and one door a channel that it is run through."""

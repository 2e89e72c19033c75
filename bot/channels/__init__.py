"""One module a channel, all behind the protocol of base.py."""

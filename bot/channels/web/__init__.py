"""The web chat: a channel of our own, a page that a person opens by a personal link, without an account or an app."""

"""The main job on the real service: one script, on Telegram (Bot API counterpart) and on the web chat (over HTTP)."""

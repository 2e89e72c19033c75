"""The dialogue: screens that take an event and the stored conversation and give messages; no channel is known here."""

"""Calls over SIP and RTP: signalling, sound, and what UDP loses."""

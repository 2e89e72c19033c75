"""Tests of what can be taken part in."""

"""Interpreters' review sheets, and adding a language."""

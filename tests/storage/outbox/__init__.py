"""Tests of storage/outbox; sending and planning are tested in tests/reminders."""

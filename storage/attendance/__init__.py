"""Attendance lists beside what was reported; stands above the outbox."""

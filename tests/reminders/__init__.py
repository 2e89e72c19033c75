"""The reminder engine: its pure core by tables and properties, the rest on both database engines."""

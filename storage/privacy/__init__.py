"""Export, erasure, retention, audit log."""

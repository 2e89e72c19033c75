"""When people are asked how it goes, and how a meeting was."""

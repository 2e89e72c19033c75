"""Who is spoken with: channels, inbox, dialogue, FAQ, HTTP, command line, and the one place that joins it all."""

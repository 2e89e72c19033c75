"""Personal attention: noting a talk, saying how it goes, saying how a meeting was."""

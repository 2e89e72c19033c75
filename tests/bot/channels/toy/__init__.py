"""A channel that exists in tests only: this folder is all that it takes, beside its line in the registry."""

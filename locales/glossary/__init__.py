"""The glossary: official Dutch terms that stay Dutch, and how each language says them (one YAML file a language)."""

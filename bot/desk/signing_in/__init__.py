"""Before somebody is in: one-time links and apps, or the municipality's own identity provider."""

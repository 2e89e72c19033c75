"""WhatsApp through Meta's Business Cloud API."""

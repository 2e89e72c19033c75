"""When something is said: terms, policies, recurrence, planner, outbox dispatcher, routing and scheduler."""

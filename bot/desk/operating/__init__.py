"""An administrator's pages: who looked at what, how the service is, and who may sign in."""

"""Local servers that behave as the providers do, for the tests and for the demo."""

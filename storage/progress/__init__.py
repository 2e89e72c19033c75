"""How far somebody is with the parts of their plan: what was noted, and hours as far as lists of attendance say."""

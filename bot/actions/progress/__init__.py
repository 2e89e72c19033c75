"""How far people are with their plans, and whether they are guided here: noted, opened again, ended."""

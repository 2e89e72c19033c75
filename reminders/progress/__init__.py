"""How far people are: what it says in lines, and what follows when it changes (the end of guidance)."""

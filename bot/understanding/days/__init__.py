"""Which days and hours a text names, read by rules: its words (moment_words.py) are signs (signs.py), which name days
(named_days.py, numbered_days.py; beside.py says what stands near what), and all together (moments.py)."""

"""Workers that die at any moment, and all that the ground does: real processes, and a counterpart that counts.

`python -m tests.chaos [--full] [--engine sqlite|postgresql] [--only FAULT]` prints what happened; a short form runs
with the tests.
"""

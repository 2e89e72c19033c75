"""Workers that die at any moment: real processes, real kills, a counterpart that counts what arrived.

`python -m tests.chaos [--full] [--engine sqlite|postgresql]` prints what happened; a short form runs with the tests.
"""

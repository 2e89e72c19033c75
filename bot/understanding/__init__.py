"""One door for words: a text goes in, what somebody does by writing it comes out.

`acts.py` has the acts, `door.py` the door, `days/` the days and hours that a text names, `evaluate.py` says how
well it goes. The FAQ's topics and answers stay in bot/faq.
"""

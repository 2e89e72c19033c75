"""The FAQ as data: a registry of topics, one file of texts a language, and the loader that joins them.

Texts are edited here and nowhere else. A municipality puts what differs into a file of its own (see `content.py`).
How a question finds its topic is not known here: that is `bot/faq`.
"""

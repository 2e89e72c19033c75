"""Questions in free text: which topic is meant (`finder.py`), cries for help (`urgent.py`), and how well that goes.

`finding.py` holds the protocol behind which a municipality may put a model of its own. The texts of the answers are
not here: see `locales/faq`.
"""

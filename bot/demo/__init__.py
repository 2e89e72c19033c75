"""The demo: fictional people of HBEL's sizes, a start page with their phones, and a clock that can be moved forward.

Imported only by `maatje run --demo`; nothing of it is reachable in a real run (a test holds it to that).
"""

"""When something is said and how it leaves: planned, worded, routed, sent.

The pure core, functions of values with no clock, database or network: terms, policies, local_time, working_time, kinds,
intents; the reading of timetables; and the decisions of delivery (routing, degrade, retry, channel_rules).
"""

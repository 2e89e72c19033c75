"""When something is said: terms, policies, recurrence, planner, outbox dispatcher, routing and scheduler.

The pure core, functions of values with no clock, database or network: terms, rules, policy, policy_file, local_time,
timetable, milestones, calendar_file.
"""

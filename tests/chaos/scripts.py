"""All faults that are played, in the order in which they are."""

from tests.chaos import clocks, database, inbound, outbound, starting

SCRIPTS = (*inbound.SCRIPTS, *database.SCRIPTS, *outbound.SCRIPTS, *starting.SCRIPTS, *clocks.SCRIPTS)

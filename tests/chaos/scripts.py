"""All faults that are played, in the order in which they are."""

from tests.chaos import clocks, inbound, outbound, starting

SCRIPTS = (*inbound.SCRIPTS, *outbound.SCRIPTS, *starting.SCRIPTS, *clocks.SCRIPTS)

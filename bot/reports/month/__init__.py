"""The report for management: what is counted, how small groups are left out, and as which files it is written."""

"""docs/operations.md followed to the letter, on a machine of its own: `python -m tests.rehearsal` (root, Linux).

Its blocks are typed as they stand, from an empty machine to a bot that reminds a person on a Bot API counterpart
behind nginx on PostgreSQL with two workers; then a backup, the loss of the machine, and the return. Not in the suite:
it needs root, namespaces and some minutes. What no such machine has is played by `programs/`: apt-get (the packages
are unpacked already), certbot, systemd, sudo, and age-keygen.
"""

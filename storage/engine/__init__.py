"""The database itself: connections, column types, encryption keys, drivers, migrations."""

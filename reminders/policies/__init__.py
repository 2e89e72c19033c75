"""When one appointment is reminded of: rules as data, due times, and the municipality's own file."""

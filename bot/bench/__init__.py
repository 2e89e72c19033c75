"""Benchmarks of `maatje bench`: each measures one promise of the README and returns its figures as a dictionary."""

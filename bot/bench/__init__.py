"""Benchmarks of `maatje bench`: each measures one promise of the project and returns its figures as a dictionary."""

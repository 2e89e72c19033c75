"""The one door out, in motion: claim, prepare, render, send in lanes, record."""

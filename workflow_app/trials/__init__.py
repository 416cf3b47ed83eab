"""Trials of the running site: real processes under load and under faults."""

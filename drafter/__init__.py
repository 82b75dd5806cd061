"""Writes the message that withdraws a person from a job-interview process, and checks it before anybody sees it."""

__version__ = "0.1.0"

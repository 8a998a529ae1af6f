"""Workflows out to AWS Step Functions and state machines in from there."""

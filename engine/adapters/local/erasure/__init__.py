"""Erasing executions in a data folder."""

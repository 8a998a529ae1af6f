"""Erasing executions of a stage."""

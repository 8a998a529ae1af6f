"""Sensitive fields at the door: what is hidden from whom, and how it is revealed."""

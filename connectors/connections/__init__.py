"""Connections: how services know us, kept by name, and renewed where they end."""

CONNECTION = "connection"
"""The input of an action that takes a connection."""

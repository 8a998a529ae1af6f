"""Routes of connections."""

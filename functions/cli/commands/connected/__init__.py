"""Commands about how services know us."""

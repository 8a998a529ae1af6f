"""Routes of triggers: what arrives, and what is kept of it."""

"""The audit log: entries, the chains that they are written into, and what is read, verified and let go of them."""

"""What waits for people, in SQLite."""

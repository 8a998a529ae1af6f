"""What is said of runs that are over or under way."""

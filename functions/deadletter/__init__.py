"""The dead-letter Lambda."""

"""What the routes about the whole take and give."""

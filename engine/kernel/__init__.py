"""The pure runtime: `step`, and what it steps over. engine.durable makes it durable."""

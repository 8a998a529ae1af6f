"""The durable runtime: a pure step function, and the worker that makes it durable."""

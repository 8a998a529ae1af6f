"""The engine of Automate: the language, its durable runtime, and the ports to the world outside."""

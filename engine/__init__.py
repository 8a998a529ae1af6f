"""The engine of Automate: the language, its durable runtime, the ports to the world outside and their adapters, and
what authors need: catalog, tests, copilot, conversions, costs. docs/architecture.md is the map.
"""

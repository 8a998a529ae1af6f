"""How a connector is made known."""

from connectors.registry import register, register_connector

__all__ = ["register", "register_connector"]

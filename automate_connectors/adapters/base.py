"""What a connector inherits from."""

from connectors.sdk import ConnectorAdapter

__all__ = ["ConnectorAdapter"]

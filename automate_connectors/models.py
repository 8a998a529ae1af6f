"""What a connector is described with, and fails with."""

from connectors.errors import ConnectorError
from connectors.sdk import ActionSpec

__all__ = ["ActionSpec", "ConnectorError"]

"""What a server says that cannot begin. Nothing of the server is imported here: every command knows these errors."""

from __future__ import annotations

from engine.errors import UserError


class PortTaken(UserError):
    """Another program listens there."""

    code = "PortTaken"


class FolderServed(UserError):
    """Another server answers for this data folder."""

    code = "FolderServed"

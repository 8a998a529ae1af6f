"""The hosts that the secrets of a call are granted for: the dialler asks, for each connection and each redirect.

It holds for the thread that makes the call. A connector is code with the worker's rights: one that opens sockets of its
own, or dials on threads of its own, is not asked.
"""

from __future__ import annotations

from contextvars import ContextVar

from engine.governance.secret_grants import admits
from engine.ports.tasks import TaskCall, TaskOutcome, TasksDecorator

_HOSTS: ContextVar[tuple[tuple[str, ...], ...]] = ContextVar("automate_granted_hosts", default=())


class GrantedHosts(TasksDecorator):
    """Makes each call within the hosts that its secrets are granted for."""

    def call(self, call: TaskCall) -> TaskOutcome:
        """The inner Tasks' call."""
        if not call.hosts and not _HOSTS.get():
            return self._tasks.call(call)
        token = _HOSTS.set(call.hosts)
        try:
            return self._tasks.call(call)
        finally:
            _HOSTS.reset(token)


def not_granted(host: str) -> str | None:
    """Why the call under way may not reach `host`; None where it may."""
    for hosts in _HOSTS.get():
        if not admits(hosts, host):
            return f"a secret of this call is granted for {', '.join(hosts)} alone (automate secrets usage KEY)"
    return None

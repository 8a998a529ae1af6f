"""A guard before an application that says what it was asked, and what the guard stands on."""

from __future__ import annotations

import json

import pytest

from engine.clock import SkipClock
from engine.governance.access_tokens import AccessTokens
from engine.governance.audit.audit import Audit
from engine.ports.keys import Actor
from functions.app.acts import Recorder
from functions.server.callers import Callers
from functions.server.guard import Guard
from functions.server.named_callers import NamedCallers
from functions.server.owner import Owner
from functions.server.refusals import RefusedRequests
from functions.server.samples import samples
from functions.server.studio_files import StudioFiles
from functions.server.wsgi import respond
from tests.support.memory.access_tokens import MemoryTokenRoot, MemoryTokenStore
from tests.support.memory.audit_log import MemoryAuditLog


@pytest.fixture
def clock():
    return SkipClock()


@pytest.fixture
def owner(tmp_path, clock):
    return Owner(tmp_path, clock)


@pytest.fixture
def audit(clock):
    return Audit(MemoryAuditLog(), clock)


@pytest.fixture
def dist(tmp_path):
    """Where the Studio's build goes: nothing was built yet."""
    return tmp_path / "dist"


@pytest.fixture
def tokens(clock):
    return AccessTokens(MemoryTokenStore(), clock, MemoryTokenRoot())


@pytest.fixture
def seen():
    """Who asked what is behind the guard."""
    return []


@pytest.fixture
def anew():
    """How it is found anew who asked."""
    return []


@pytest.fixture
def public():
    """The address of a tunnel, or None."""


@pytest.fixture
def ask(call, owner, dist, audit, clock, tokens, seen, anew, public):
    """Send a request to the guard as the owner, unless told otherwise."""

    def inner(environ, start_response):
        seen.append(environ.get("automate.caller"))
        anew.append(environ.get("automate.anew"))
        return respond(start_response, 200, json.dumps({"path": environ["PATH_INFO"]}))

    refused = RefusedRequests(Recorder(audit, clock), clock, "default")
    named = NamedCallers(tokens, Recorder(audit, clock), "default")
    guard = Guard(
        inner, samples, StudioFiles(dist), owner, Callers(Actor("ada"), lambda: named), refused, port=8400,
        workspace="default", max_input_bytes=1024, public=public,
    )

    def send(method, path, body=None, **headers):
        headers.setdefault("authorization", f"Bearer {owner.token}")
        return call(guard, method, path, body, **headers)

    return send

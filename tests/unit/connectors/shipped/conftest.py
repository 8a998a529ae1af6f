import itertools
import json

import pytest

from connectors.declared.adapter import connector_class
from connectors.registry import Registry
from connectors.testing import CallFailed, call
from tests.support.vendors.slack_server import TOKEN, SlackServer


@pytest.fixture
def vendor(use_dialler):
    """A vendor's server with `call(action, **params)`, which calls the shipped connector file as a Task does, and
    `failure`, which gives what was raised and its code. No secret may be in an error."""
    servers, made, keys = [], [], itertools.count()

    def start(server_class, code, base, token):
        server = server_class()
        servers.append(server)
        use_dialler(server.address)
        file = type(Registry(installed=tuple).get(code)).file

        def ask(action, *, secret=token, idempotency_key=None, at=base, **params):
            class Closing(connector_class(file, base_url=f"http://{server.address}{at}")):
                def __init__(self):
                    super().__init__()
                    made.append(self)

            where = [*(one.secret for one in file.auth_of(file.actions[action])), "key"][0]
            return call(Closing, action, {where: {"$secret": "KEY"}, **params}, secrets={"KEY": secret},
                        idempotency_key=idempotency_key or f"key-{next(keys)}")

        def failure(action, **params):
            with pytest.raises(CallFailed) as caught:
                ask(action, **params)
            assert params.get("secret", token) not in caught.value.cause
            return caught.value, json.loads(caught.value.cause).get("code")

        server.call, server.failure = ask, failure
        return server

    yield start
    for connector in made:
        connector._calls.close()
    for server in servers:
        server.close()


@pytest.fixture
def slack(vendor):
    """Slack on loopback; of a webhook the secret is its key."""
    server = vendor(SlackServer, "slack", "/api", TOKEN)
    ask = server.call

    def either(action, **params):
        return ask(action, **params) if action != "post_to_webhook" else ask(action, at="", **params)

    server.call = either
    return server

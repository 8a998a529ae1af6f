import pytest

from connectors.declared.adapter import connector_class
from connectors.registry import Registry
from connectors.testing import call
from tests.support.slack_server import TOKEN, SlackServer


@pytest.fixture
def slack(use_dialler):
    """Slack on loopback. `slack.call(action, **params)` calls the connector as a Task does, with its token."""
    server = SlackServer()
    use_dialler(server.address)
    made = []
    file = type(Registry(installed=tuple).get("slack")).file

    def ask(action, *, secret=TOKEN, **params):
        place = "" if action == "post_to_webhook" else "/api"
        base = connector_class(file, base_url=f"http://{server.address}{place}")

        class Closing(base):
            def __init__(self):
                super().__init__()
                made.append(self)

        where = "key" if action == "post_to_webhook" else "token"
        return call(Closing, action, {where: {"$secret": "KEY"}, **params}, secrets={"KEY": secret})

    server.call = ask
    yield server
    for connector in made:
        connector._calls.close()
    server.close()

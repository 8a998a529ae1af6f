import pytest

from connectors.declared.adapter import connector_class
from connectors.declared.form import ConnectorFile
from connectors.mcp.importing import imported, listed
from connectors.testing import CallFailed, call
from engine.governance.masking import Scrubber
from tests.support.vendors.mcp_server import McpServer


class Desk:
    """What a connector of an MCP server gives; one of its own for each `accept`."""

    def __init__(self, server):
        self.server, self.made, self.file = server, [], None

    def accept(self, before=None, **options):
        options = {"auth": [], "headers": {}, **options}
        listing = listed(self.server.url, options["headers"], Scrubber([]))
        self.imported = imported(listing, "desk", self.server.url, before=before, **options)
        return self.use(self.imported.value)

    def use(self, value):
        self.file = value
        made = self.made

        class Closing(connector_class(ConnectorFile.model_validate(value))):
            def __init__(self):
                super().__init__()
                made.append(self)

        kept = Closing()
        self.adapter = type("Kept", (Closing,), {"__new__": lambda cls: kept, "__init__": lambda self: None})
        return self

    def call(self, action="say", params=None, **more):
        return call(self.adapter, action, {"text": "x"} if params is None else params, **more)

    def fails(self, *args, **more):
        with pytest.raises(CallFailed) as caught:
            self.call(*args, **more)
        return caught.value


@pytest.fixture
def server(use_dialler):
    """A server by the specification, which may be called."""
    made = McpServer()
    use_dialler(made.address)
    yield made
    made.close()


@pytest.fixture
def desk(server):
    """Its connector, as it was accepted."""
    made = Desk(server)
    yield made.accept()
    for connector in made.made:
        connector._calls.close()

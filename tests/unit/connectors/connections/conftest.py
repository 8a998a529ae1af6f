import pytest

from engine.governance.connections import CLIENT, Connection
from tests.support import authorization_server
from tests.support.authorization_server import CLIENT_ID, CLIENT_SECRET


@pytest.fixture
def authorizer(use_dialler):
    """An authorization server that the dialler reaches."""
    with authorization_server.running() as server:
        use_dialler(f"127.0.0.1:{server.port}")
        yield server


@pytest.fixture
def client(authorizer):
    """A connection by that server's client credentials, which nobody has used."""
    return Connection(
        CLIENT, token_url=f"{authorizer.base}/token", client_id=CLIENT_ID, client_secret=CLIENT_SECRET,
        scopes=("orders.read",), test_url=f"{authorizer.base}/orders",
    )

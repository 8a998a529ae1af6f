import http.client
import socket

import pytest
import urllib3.exceptions
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from connectors import ConnectorError
from connectors.errors import causes, is_definite

NEVER_SENT = [
    NotImplementedError(), ConnectionRefusedError(), socket.gaierror(), EndpointConnectionError(endpoint_url="u"),
    ConnectTimeoutError(endpoint_url="u"), urllib3.exceptions.NewConnectionError(None, "m"),
    urllib3.exceptions.ConnectTimeoutError(None, "m"),
]
OPEN = [
    TimeoutError(), ConnectionResetError(), BrokenPipeError(), http.client.RemoteDisconnected(),
    http.client.IncompleteRead(b""), ReadTimeoutError(endpoint_url="u"), urllib3.exceptions.ProtocolError(),
    urllib3.exceptions.ReadTimeoutError(None, "u", "m"),
]


def _wrapped(inner, **more):
    try:
        try:
            raise inner
        except Exception as error:
            raise ConnectorError("wrapped", **more) from error
    except ConnectorError as error:
        return error


@pytest.mark.parametrize("error", NEVER_SENT, ids=repr)
def test_what_happens_before_sending_is_definite(error):
    assert is_definite(error)
    assert is_definite(_wrapped(error))


@pytest.mark.parametrize("error", OPEN, ids=repr)
def test_what_happens_while_waiting_leaves_it_open(error):
    assert not is_definite(error)
    assert not is_definite(_wrapped(error))


def test_any_other_exception_may_have_come_after_the_request():
    assert not is_definite(KeyError("id"))


def test_a_connector_error_is_its_author_s_word():
    assert is_definite(ConnectorError("the system said no"))
    assert is_definite(_wrapped(KeyError("id")))
    assert not is_definite(ConnectorError("who knows", definite=False))
    assert is_definite(_wrapped(TimeoutError(), definite=True))
    assert not is_definite(_wrapped(ConnectionRefusedError(), definite=False))


def test_causes_are_found_without_from_and_end_where_they_repeat():
    first, second = KeyError("a"), ValueError("b")
    first.__context__, second.__cause__ = second, first
    assert list(causes(first)) == [second]


def test_a_long_chain_ends():
    top = error = ValueError(0)
    for number in range(1, 50):
        error.__cause__ = ValueError(number)
        error = error.__cause__
    assert len(list(causes(top))) == 10


def test_what_it_carries():
    error = ConnectorError("m", retryable=True, code="429", authentication=True)
    assert (str(error), error.message) == ("m", "m")
    assert (error.retryable, error.code, error.authentication) == (True, "429", True)
    plain = ConnectorError("m")
    assert (plain.retryable, plain.definite, plain.code, plain.authentication) == (False, None, None, False)

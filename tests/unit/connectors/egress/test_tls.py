"""Under TLS the connection goes to the checked address, and the certificate must be for the name."""

import json
import socket
import ssl
import threading
from contextlib import suppress

import pytest

from connectors.builtin.http import HttpConnector
from connectors.builtin.http_calls import HttpCalls
from connectors.builtin.http_connections import Connections
from connectors.egress.sockets import TimedTlsSocket
from connectors.testing import CallFailed, call
from tests.support.certificates import self_signed


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A self-signed certificate for shop.example and 93.184.216.34, and its key, in one file."""
    return self_signed(tmp_path_factory.mktemp("tls") / "shop.pem", "shop.example", "93.184.216.34")


@pytest.fixture
def shop(certificate):
    """A server with that certificate; `seen` has the names that clients asked for and their Host headers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    seen = []
    context.sni_callback = lambda sock, name, context: seen.append(name)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        with suppress(OSError):
            while True:
                sock, _ = listening.accept()
                with suppress(OSError), context.wrap_socket(sock, server_side=True) as secure:
                    request = secure.recv(65536).decode()
                    seen.append(request.partition("Host: ")[2].partition("\r\n")[0])
                    secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")

    thread = threading.Thread(target=serve)
    thread.start()
    yield listening.getsockname(), seen
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()


@pytest.fixture
def get(shop, certificate, use_dialler):
    trusted = ssl.create_default_context(cafile=certificate)
    trusted.sslsocket_class = TimedTlsSocket
    dialled = []

    def connect(sock, address):
        dialled.append(address)
        socket.socket.connect(sock, shop[0])

    class Trusting(HttpConnector):
        def __init__(self):
            self._calls = HttpCalls(Connections(trusted))

    def request(url, connector=Trusting):
        use_dialler(resolve=lambda host, port: ["93.184.216.34"], connect=connect)
        output = call(connector, "request", {"url": url})
        return output["body"], dialled

    return request


def test_the_name_is_sent_checked_and_named(get, shop):
    assert get("https://SHOP.example./x") == ("ok", [("93.184.216.34", 443)])
    assert shop[1] == ["shop.example", "shop.example"]
    assert get("https://shop.example:8443/")[0] == "ok"
    assert shop[1][2:] == ["shop.example", "shop.example:8443"]
    assert get("https://93.184.216.34/")[0] == "ok"


@pytest.mark.parametrize(("url", "connector"), [
    ("https://other.example/", None), ("https://93.184.216.35/", None), ("https://shop.example/", HttpConnector),
])
def test_a_certificate_for_another_name_or_of_nobody_is_refused(get, url, connector):
    with pytest.raises(CallFailed) as caught:
        get(url, connector) if connector else get(url)
    shape = json.loads(caught.value.cause)
    assert "its certificate is not trusted" in shape["errorMessage"]
    assert (caught.value.definite, caught.value.retryable) == (True, False)

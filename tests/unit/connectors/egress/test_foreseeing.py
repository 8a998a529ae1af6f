"""Whether an address could be called is said without a call, by the rules in force."""

import pytest

from connectors.egress import in_force
from connectors.egress.foreseeing import refusal_of
from engine.settings import Settings


@pytest.fixture(autouse=True)
def rules():
    in_force.apply(Settings(egress_allow=("127.0.0.1:9000",)), {})
    yield
    in_force.reset()


@pytest.mark.parametrize(("url", "says"), [
    ("http://127.0.0.1:8080/hook", "127.0.0.1:8080 is refused: it is a loopback address"),
    ("http://localhost:8080/hook", "localhost:8080 is refused"),
    ("http://10.0.0.5/hook", "10.0.0.5:80 is refused"), ("http://[::1]/", "is refused"),
    ("http://a@b@c/", "the URL"),
])
def test_what_would_be_refused_says_so(url, says):
    assert says in refusal_of(url)


@pytest.mark.parametrize("url", [
    "http://127.0.0.1:9000/hook", "https://chat.example.com/hook", "https://8.8.8.8/", "http://erp.internal/",
])
def test_what_is_allowed_or_a_name_is_not(url):
    """Names are looked up when they are called."""
    assert refusal_of(url) is None

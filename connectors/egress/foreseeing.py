"""Whether an address could be called, before anybody calls it: for what is published now and called only some day."""

from __future__ import annotations

from connectors.egress.in_force import current
from connectors.egress.urls import BadUrl, parse_url
from connectors.errors import ConnectorError

_LOOK_SECONDS = 2.0


def refusal_of(url: str) -> str | None:
    """Why this process's connectors would refuse to call `url`; None where they would not, as far as the URL says it:
    no name is resolved but localhost."""
    try:
        found = parse_url(url)
    except BadUrl as error:
        return f"the URL {error}"
    if found.host.address is None and found.host.text != "localhost":
        return None
    dialler = current()
    try:
        dialler.checked(found.host.text, found.port, dialler.clock.now() + _LOOK_SECONDS)
    except ConnectorError as error:
        return str(error)
    except OSError:
        return None
    return None

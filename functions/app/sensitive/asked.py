"""A request that reveals: the header Automate-Reveal, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from engine.errors import InvalidDocument

HEADER = "Automate-Reveal"
SHORTEST_REASON, LONGEST_REASON = 3, 500


def reason_in(headers: Mapping[str, str], route: str, *, reveals: bool) -> str | None:
    """The reason that a request reveals with; None where it does not. It is percent-encoded UTF-8. Raises
    InvalidDocument for a `route` that reveals nothing, and for a reason that says nothing."""
    given = headers.get(HEADER.lower())
    if given is None:
        return None
    if not reveals:
        raise InvalidDocument(
            f"{route} reveals nothing", where=HEADER,
            advice="Leave the header out, or ask for the execution, its history, a step, its logs or a payload.",
        )
    reason = " ".join(unquote(given).split())
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise InvalidDocument(
            f"a reveal needs a reason of {SHORTEST_REASON} to {LONGEST_REASON} characters, this one has {len(reason)}",
            where=HEADER, advice="Say why the values are needed, such as the number of a ticket. It is recorded.",
        )
    return reason

"""HTTP requests as waitress reads them, with an answer where it would have none.

waitress reads Content-Length with int(), which raises beyond 4,300 digits: the error goes past its own handling, and
the connection is closed without a word.
"""

from __future__ import annotations

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError


class Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Refuses such a request with 400."""

    def parse_header(self, header_plus: bytes) -> None:
        """Read it as waitress does. Raises ParsingError, which it answers."""
        try:
            super().parse_header(header_plus)
        except ValueError:
            raise ParsingError("Content-Length is invalid") from None


class Channel(HTTPChannel):  # type: ignore[misc]  # as above
    """A connection whose requests are read so."""

    parser_class = Parser

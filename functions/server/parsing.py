"""HTTP requests as waitress reads them, with an answer where it would have none, and its refusals in the API's words.

waitress reads Content-Length with int(), which raises beyond 4,300 digits: the error goes past its own handling, and
the connection is closed without a word. A request with `Expect: 100-continue` that is complete already, as one without
a body is, it would keep waiting for a body until the connection times out.
"""

from __future__ import annotations

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.task import ErrorTask

from functions.app.failures import failure
from functions.server.wsgi import SECURITY_HEADERS

_SAID = {
    400: ("BadRequest", "Send HTTP/1.1 as RFC 9112 has it: most libraries do."),
    413: ("PayloadTooLarge", "Send less in one request."),
    431: ("HeadersTooLarge", "Send fewer and shorter headers, and a shorter address."),
    500: ("InternalError", "The server's log has the details."),
    501: ("NotImplemented", "Send the body as it is or chunked."),
}
"""By the status of a refusal: its code, and what to do."""


class Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Refuses such a request with 400, and answers a complete one at once."""

    def received(self, data: bytes) -> int:
        """Take what arrived, and say how many bytes of it are of this request."""
        taken = int(super().received(data))
        if self.completed:
            self.expect_continue = False
        return taken

    def parse_header(self, header_plus: bytes) -> None:
        """Read it as waitress does. Raises ParsingError, which it answers."""
        try:
            super().parse_header(header_plus)
        except ValueError:
            raise ParsingError("Content-Length is invalid") from None


class Refusal(ErrorTask):  # type: ignore[misc]  # as above
    """The answer to a request that could not be read."""

    def execute(self) -> None:
        """Write it, and close the connection: where the next request begins is not known."""
        error = self.request.error
        code, advice = _SAID[error.code]
        message = f"the request cannot be read: {error.body}"
        answer = failure(error.code, {"code": code, "message": message, "advice": advice})
        body = answer.body.encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.extend({**SECURITY_HEADERS, **answer.headers}.items())
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Channel(HTTPChannel):  # type: ignore[misc]  # as above
    """A connection whose requests are read and refused so."""

    parser_class = Parser
    error_task_class = Refusal

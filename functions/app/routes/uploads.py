"""The route that takes what is too large for a request.

    POST /uploads {"bytes": n} ──► {"id", "href", …} ──► PUT href ──► the request, without a body, Automate-Upload: id
    an answer that is too large ──► Automate-Too-Large: 1, {"$too_large": {"bytes", "href", "expires_in"}} ──► GET href

Lambda takes and gives 6 MB at most, the event's or the answer's JSON as a whole, in which a body is a text.
"""

from __future__ import annotations

from engine.errors import PayloadTooLarge
from engine.governance.roles import Right
from functions.app.acts import NoAct
from functions.app.routing import Call, RouteTable
from functions.app.shapes import uploads as shapes

table = RouteTable("Uploads")

ROOM_BYTES = 1024 * 1024
"""For what stands beside an input in a request."""


@table.route(
    "POST", "/uploads", right=Right.RUN, status=201, example={"bytes": 7_000_000},
    act=NoAct("what is put there is the body of a request, whose act counts"),
)
def expect_upload(call: Call[shapes.UploadRequest]) -> shapes.Upload:
    """Ask for an address for a body that is too large for a request: over about 5 MB on AWS.

    PUT the JSON there with the headers that are named; then send the request itself without a body, with the header
    Automate-Upload naming the id. On one machine href is null: send the body in the request."""
    size, most = call.given.bytes, call.services.settings.max_input_bytes + ROOM_BYTES
    if size > most:
        raise PayloadTooLarge(
            f"{size} bytes are more than the {most} that are taken", where="bytes",
            advice="Put large data elsewhere and pass a reference, or raise AUTOMATE_MAX_INPUT_BYTES.",
        )
    transfers = call.services.transfers
    if transfers is None:
        return shapes.Upload(id=None, href=None, headers={}, expires_in=0)
    found = transfers.expect(call.workspace, size)
    return shapes.Upload(id=found.id, href=found.href, headers=dict(found.headers), expires_in=found.seconds)



"""The connector ``files``: reads, writes and lists files of one machine, below the folders of AUTOMATE_FILE_ROOTS.

How a path is walked and a file written is the roots' matter (engine.adapters.local.file_roots), the same as of an
ItemReader. A stage has no files: there the connector says so, and S3 is a Task.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from typing import Any

from connectors import open_folders
from connectors.errors import ConnectorError
from connectors.sdk import ActionSpec, ConnectorAdapter
from engine.errors import InvalidDocument, UserError

MOST_BYTES = 4 * 1024 * 1024
"""Of a file that is read: what it holds becomes the execution's data."""

_PATH: dict[str, Any] = {"type": "string", "required": True, "minLength": 1}
_AS: dict[str, Any] = {
    "type": "string", "enum": ("text", "base64"), "default": "text", "description": "text: UTF-8; base64: any bytes.",
}


class FilesConnector(ConnectorAdapter):
    """Three actions: `read`, `write`, `list`. Raises InvalidDocument where no folder is open to workflows."""

    code = "files"
    name = "Files"
    description = "Reads and writes files of this machine."
    icon = "M6 3h8l4 4v14H6zM14 3v4h4"
    actions = {  # noqa: RUF012 - the guide's form
        "read": ActionSpec(
            title="Read a file", description="Give what a file holds.", kind="read",
            means="read_file",
            inputs={"path": {**_PATH, "description": "Such as orders/today.csv: below the first folder, or whole."},
                    "as": _AS},
            outputs={"body": {"type": "string", "description": "What it holds."},
                     "bytes": {"type": "integer", "description": "How large it is."}},
        ),
        "write": ActionSpec(
            title="Write a file", description="Write a file, in place of the one that is there; folders are made.",
            kind="write", means="write_file",
            inputs={"path": {**_PATH, "description": "Such as reports/today.txt."},
                    "body": {"type": "string", "required": True, "minLength": 0, "description": "What it holds."},
                    "as": _AS},
            outputs={"path": {"type": "string", "description": "Where it is."},
                     "bytes": {"type": "integer", "description": "How large it is."}},
        ),
        "list": ActionSpec(
            title="List files", description="List the files of a folder, by their names.", kind="read",
            inputs={"path": {**_PATH, "description": "The folder, such as orders; / at its end may be left out."}},
            outputs={"files": {"type": "array", "description": "name, bytes and modified (ISO 8601) of each."}},
        ),
    }

    def __init__(self) -> None:
        roots = open_folders.current()
        problem = "no folder is open to workflows" if roots is None else roots.problem()
        if roots is None or problem is not None:
            raise InvalidDocument(
                f"the connector files is off: {problem}", where="files",
                advice="Name folders in AUTOMATE_FILE_ROOTS where the server and its workers run. A stage has no files:"
                " there use S3, arn:aws:states:::aws-sdk:s3:getObject and arn:aws:states:::aws-sdk:s3:putObject.",
            )
        self._roots = roots

    def execute(self, action: str, params: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Read, write or list."""
        path, coded = params["path"], params.get("as") == "base64"
        try:
            match action:
                case "read":
                    data = self._roots.read(path, MOST_BYTES)
                    return {"body": base64.b64encode(data).decode() if coded else data.decode(), "bytes": len(data)}
                case "write":
                    data = base64.b64decode(params["body"], validate=True) if coded else params["body"].encode()
                    folder, _, name = path.rpartition("/")
                    if name in ("", ".", ".."):
                        raise ConnectorError(f"{path!r} names no file", definite=True)
                    self._roots.write(folder or ("/" if path.startswith("/") else "."), name, data)
                    return {"path": path, "bytes": len(data)}
                case _:
                    files = sorted(self._roots.listed(path), key=lambda seen: seen.name)
                    return {"files": [
                        {"name": seen.name, "bytes": seen.size,
                         "modified": dt.datetime.fromtimestamp(seen.modified_ns / 1e9, dt.UTC).isoformat()}
                        for seen in files
                    ]}
        except UserError as refusal:
            raise ConnectorError(refusal.message, definite=getattr(refusal, "definite", True)) from None
        except UnicodeDecodeError:
            raise ConnectorError(f"the file {path!r} is no text in UTF-8; read it as base64", definite=True) from None
        except UnicodeEncodeError:
            raise ConnectorError("body holds half a surrogate pair, which UTF-8 cannot write", definite=True) from None
        except binascii.Error:
            raise ConnectorError("body is no base64", definite=True) from None

"""Files of other kinds brought in: each workflow of an n8n export, a SAM or a CloudFormation template as a draft."""

from __future__ import annotations

from functools import partial
from pathlib import Path, PurePath

from engine.conversion.reading import with_files
from engine.errors import InvalidDocument
from functions.cli.client.client import Client
from functions.cli.files import Json, read_text


def import_converted(
    api: Client, data: bytes, path: str, *, name: str | None, publish: bool, **more: Json
) -> dict[str, Json]:
    """Convert the file, import what is in it, and publish it if asked; what happened, as JSON. `more` are other fields
    of POST /workflows/import. Raises InvalidDocument where `name` is given and the file has several."""
    source = with_files(data.decode("utf-8-sig"), partial(_beside, path))
    found = api.post("/workflows/convert", {"source": source, "filename": PurePath(path).name[-200:]})
    candidates = found["candidates"]
    if name is not None and len(candidates) > 1:
        raise InvalidDocument(
            f"{path} has {len(candidates)} workflows: {', '.join(item['name'] for item in candidates)}", where="--name",
            advice="Leave --name out: each keeps its own.",
        )
    imported = []
    for item in candidates:
        given = {} if name is None else {"name": name}
        done = api.post("/workflows/import", {"document": item["document"], "publish": publish, **given, **more})
        version = done["version"] and done["version"]["version"]
        shape = {key: done[key] for key in ("workflow", "changed", "created", "diff")} | {"version": version}
        if publish:
            shape["published"] = done["published"]
        imported.append(shape | {"notes": item["notes"]})
    return {"format": found["format"], "imported": imported}


def _beside(path: str, place: str) -> str | None:
    """The text of the file that a template at `path` names; None for what is no file beside it: an address, a file that
    is not there, anything beside standard input."""
    if path == "-" or "://" in place or PurePath(place).is_absolute():
        return None
    file = Path(path).parent / place
    return read_text(str(file)) if file.is_file() else None

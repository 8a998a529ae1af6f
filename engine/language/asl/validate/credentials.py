"""A warning for each credential that is written into a definition: it would be stored, versioned and shown."""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Diagnostic, json_pointer
from engine.language.asl.credentials import Json, credentials_in
from engine.values import Path

CODE = "CREDENTIAL_IN_DEFINITION"


def written_credentials(value: Json, at: Path = ()) -> Iterator[Diagnostic]:
    """The findings about `value`, which stands at `at`. None repeats what it is about."""
    for path, what in credentials_in(value):
        yield Diagnostic(
            CODE,
            f"This looks like {what}. A definition is stored, versioned and shown: keep the value as a secret "
            '(`automate secrets set KEY`), name it in a Task\'s arguments, {"$secret": "KEY"}, and replace it where it '
            "was issued, if anybody else could read this",
            json_pointer((*at, *path)), "WARNING",
        )

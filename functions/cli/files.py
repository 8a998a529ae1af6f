"""Files and values that options name: read and written, with the option or the file in each error."""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import Diagnostic, InvalidDefinition, InvalidDocument, PayloadTooLarge, UserError
from functions.app.strict_json import read_json
from functions.cli.client.client import ApiError
from functions.cli.session import session

if TYPE_CHECKING:
    from engine.catalog.document import WorkflowDocument
    from engine.language.asl.source import Source

Json = Any

_NAME_ADVICE = "Use 1 to 80 letters A to Z, digits, _ and -; without a name in the file, its own counts: --name NAME."


LARGEST_FILE = 64 * 1024 * 1024
"""In bytes: more than any definition has. A device such as /dev/zero has no end."""


def read_file(path: str, most: int = LARGEST_FILE) -> bytes:
    """A file's bytes, ``-`` is standard input. Raises InvalidDocument where it cannot be read, PayloadTooLarge where it
    has more than `most` bytes."""
    if path == "":
        raise InvalidDocument("a file's name is empty", advice="Name a file, or - for standard input.")
    try:
        if path == "-":
            data = sys.stdin.buffer.read(most + 1)
        else:
            with Path(path).open("rb") as file:
                data = file.read(most + 1)
    except OSError as error:
        raise InvalidDocument(f"{path} cannot be read: {error.strerror}", where=path) from None
    if len(data) > most:
        name = "standard input" if path == "-" else path
        raise PayloadTooLarge(
            f"{name} has more than {most} bytes: no more are read", where=name, advice="Name a smaller file.",
        )
    return data


def read_text(path: str, most: int = LARGEST_FILE) -> str:
    """A file as text, UTF-8. Raises as `read_file` does."""
    try:
        return read_file(path, most).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidDocument(
            f"{path} is not UTF-8 text: byte {error.start}", where=path, advice="Save it as UTF-8."
        ) from None


def write_file(path: str, parts: Iterable[bytes], *, option: str) -> int:
    """Write `parts` one after the other to the file that `option` names; how many there were. Raises InvalidDocument
    naming the option where the file cannot be written."""
    written = 0
    try:
        with Path(path).open("wb") as file:
            for part in parts:
                file.write(part)
                written += 1
    except OSError as error:
        raise unwritable(path, error, option=option) from None
    return written


def unwritable(path: str, error: OSError, *, option: str) -> InvalidDocument:
    """What to say of a file or folder named by `option` that cannot be written."""
    return InvalidDocument(
        f"{path or repr(path)} cannot be written: {error.strerror}", where=option,
        advice="Name a file in a folder that is there, may be written to, and has room.",
    )


def read_value(text: str, option: str) -> Json:
    """JSON, or with ``@`` the name of a file that holds it. Raises InvalidDocument naming the option or the file."""
    if text == "@":
        raise InvalidDocument("@ names no file", where=option, advice="Write @ and a file's name, or JSON.")
    place, source = (text[1:], _text_of_value(text[1:])) if text.startswith("@") else (option, text)
    try:
        return read_json(source)
    except InvalidDocument as error:
        quoting = None if text.startswith("@") else "Write JSON in single quotes, or @ and a file's name."
        where = f"{place}: {error.where}" if error.where else place
        raise InvalidDocument(f"{place}: {error.message}", where=where, advice=error.advice or quoting) from None


def _text_of_value(path: str) -> str:
    """The text of a file with a value. Raises PayloadTooLarge for one that is larger than any input may be, which would
    take minutes to read: white space makes a text longer than what it says, so four times as much is let in."""
    try:
        return read_text(path, 4 * session().settings.max_input_bytes)
    except PayloadTooLarge as error:
        advice = "Pass large data by reference, or raise AUTOMATE_MAX_INPUT_BYTES."
        raise PayloadTooLarge(error.message, where=error.where, advice=advice) from None


def document_in(data: bytes, path: str, name: str | None = None) -> tuple[WorkflowDocument, Source]:
    """A file as a document, with the place of everything in it. Raises InvalidDocument naming the file and the line,
    OtherFile for an n8n export or a template.

    Standard input has no name that tells YAML from JSON: what begins as a JSON object is JSON.
    """
    from engine.catalog.document import NAME_PATTERN
    from engine.catalog.files import read_document

    if path == "-":
        begin = data.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
        path = "stdin.json" if begin in (b"{", b"[", b"") else "stdin.yaml"
    if name is not None and not re.fullmatch(NAME_PATTERN, name):
        raise InvalidDocument(f"{name!r} cannot name a workflow", where="--name", advice=_NAME_ADVICE)
    try:
        return read_document(data, path, name=name)
    except InvalidDocument as error:
        _check_kind(data, path)
        places = [item["place"] for item in error.details or () if "place" in item]
        unnamed = any(item.get("where") == "/name" for item in error.details or ())
        raise InvalidDocument(
            error.message, where=places[0] if places else f"{path}: {error.where}" if error.where else path,
            advice=error.advice or (_NAME_ADVICE if unnamed else None), details=error.details,
        ) from None


class OtherFile(InvalidDocument):
    """A file that has to be converted first."""


def _check_kind(data: bytes, path: str) -> None:
    """Raises OtherFile where a file that is no document is of another kind, which an import converts."""
    from engine.conversion.reading import converted_kind

    try:
        kind = converted_kind(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return
    if kind is not None:
        raise OtherFile(
            f"{path} is {kind}, no workflow document", where=path,
            advice=f"automate import --file {path} makes drafts of it; automate export writes one as a document.",
        )


def finding_of(shape: Json) -> Diagnostic:
    """A finding in the API's shape as the engine has it."""
    return Diagnostic(shape["code"], shape["message"], shape.get("location") or "", shape["severity"])


def placed(error: UserError, source: Source, *, advice: str) -> UserError:
    """The same error; those of an invalid definition and of cases that fail with lines of the file for places."""
    from engine.catalog.files import place_of
    from functions.app.case_check import CasesFail

    shape = error.as_dict()
    if shape["code"] == CasesFail.code:
        details = [{**item, "place": source.place(item["where"])} for item in shape["details"]]
        return ApiError(CasesFail.status, {**shape, "where": details[0]["place"], "details": details})
    if shape["code"] != InvalidDefinition.code:
        return error
    found = [finding_of(item) for item in error.details]
    return InvalidDefinition(
        [Diagnostic(item.code, item.message, place_of(source, item), item.severity) for item in found], advice=advice
    )

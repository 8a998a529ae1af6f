"""Where a ResultWriter's files go: below a prefix of a bucket, or a folder of the machine. The layout is the same.

s3:putObject    <Prefix>/<run>/manifest.json …    {"Bucket", "Key"}, with AWS's names
file:write      <Path>/<run>/manifest.json …      {"Path"}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from engine.language.asl.file_paths import FILE_WRITE
from engine.language.expr.java_text import json_text

Json = Any

PUT_OBJECT = "arn:aws:states:::s3:putObject"
WRITES = frozenset({PUT_OBJECT, FILE_WRITE})
FILES = ("SUCCEEDED", "FAILED", "PENDING")


class Destination(Protocol):
    """One Map Run's folder."""

    def put(self, name: str, text: str, *, last: bool) -> Json:
        """The arguments of the call that writes the file `name`. `last`: no other follows."""
        ...

    def listed(self, name: str, text: str) -> Json:
        """The file as the manifest lists it."""
        ...

    def manifest(self, files: Mapping[str, Sequence[Json]]) -> str:
        """manifest.json, with the files of each kind as they are listed."""
        ...

    def answer(self) -> Json:
        """The Map's output: where the results lie."""
        ...


def destination(resource: str, writer: Json, map_run_arn: str) -> Destination:
    """Of a ResultWriter: its `resource` and evaluated arguments `writer`."""
    given = writer if isinstance(writer, dict) else {}
    if resource == FILE_WRITE:
        return LocalFolder(given.get("Path"), map_run_arn)
    return BucketPrefix(given.get("Bucket"), given.get("Prefix"), map_run_arn)


class BucketPrefix:
    """Objects in S3, in AWS's shapes."""

    def __init__(self, bucket: Json, prefix: Json, map_run_arn: str) -> None:
        self._bucket = bucket
        self._map_run_arn = map_run_arn
        begin = prefix.strip("/") if isinstance(prefix, str) else ""
        self._folder = f"{begin}/{_run(map_run_arn)}/".lstrip("/")

    def put(self, name: str, text: str, *, last: bool) -> Json:
        """PutObject's."""
        del last
        return {"Bucket": self._bucket, "Key": self._folder + name, "Body": text, "ContentType": "application/json"}

    def listed(self, name: str, text: str) -> Json:
        """Its key and size."""
        return {"Key": self._folder + name, "Size": len(text.encode("utf-8", "surrogatepass"))}

    def manifest(self, files: Mapping[str, Sequence[Json]]) -> str:
        """As the developer guide shows it."""
        return _manifest({"DestinationBucket": self._bucket}, self._map_run_arn, files)

    def answer(self) -> Json:
        """The manifest's bucket and key."""
        details = {"Bucket": self._bucket, "Key": f"{self._folder}manifest.json"}
        return {"MapRunArn": self._map_run_arn, "ResultWriterDetails": details}


class LocalFolder:
    """Files of this machine. What is no text for the port to refuse it goes there as it is."""

    def __init__(self, path: Json, map_run_arn: str) -> None:
        self._given = path
        self._map_run_arn = map_run_arn
        run = _run(map_run_arn)
        self._folder = f"{path.rstrip('/')}/{run}" if isinstance(path, str) and path else path

    def put(self, name: str, text: str, *, last: bool) -> Json:
        """Of connectors.files. Half a surrogate pair becomes its escape, as JSON may have it."""
        return {"Path": self._folder, "Name": name, "Body": _whole(text), "Last": last}

    def listed(self, name: str, text: str) -> Json:
        """Its path, as another Map's ItemReader takes it, and its size."""
        return {"Path": f"{self._folder}/{name}", "Size": len(_whole(text).encode())}

    def manifest(self, files: Mapping[str, Sequence[Json]]) -> str:
        """As of S3, with the folder in the bucket's place."""
        return _manifest({"DestinationPath": self._given}, self._map_run_arn, files)

    def answer(self) -> Json:
        """The manifest's path."""
        return {
            "MapRunArn": self._map_run_arn, "ResultWriterDetails": {"Path": f"{self._folder}/manifest.json"},
        }


def _run(map_run_arn: str) -> str:
    return map_run_arn.rpartition(":")[2]


def _manifest(begin: dict[str, Json], map_run_arn: str, files: Mapping[str, Sequence[Json]]) -> str:
    listed = {kind: list(files.get(kind, ())) for kind in sorted(FILES)}
    return json_text({**begin, "MapRunArn": map_run_arn, "ResultFiles": listed})


def _whole(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()

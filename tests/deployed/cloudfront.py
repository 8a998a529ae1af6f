"""CloudFront on loopback: the behaviours of the studio stack's distribution in front of the emulator.

    /studio/*   the emulator's bucket, object by object       /cognito   the emulator's user pools
    the rest    the emulator's API Gateway

The distribution's functions run in Node, as JavaScript; caches there are none.
"""

from __future__ import annotations

import json
import subprocess
import threading
from fnmatch import fnmatch
from http import HTTPStatus
from typing import Any

from tests.deployed.studio_template import Behaviour, StudioTemplate
from tests.support.deployed.stage import Stage
from tests.support.studio.one_origin import OneOrigin, ask
from tools.node import find_node

_SERVE_FUNCTION = """
require('readline').createInterface({input: process.stdin}).on('line', line => console.log(
  JSON.stringify(handler({viewer: {ip: '127.0.0.1'}, request: {headers: {}, ...JSON.parse(line)}}))));
"""


class ViewerFunction:
    """A CloudFront function of the runtime cloudfront-js-2.0, in a process of its own. Ends with `stop`."""

    def __init__(self, code: str) -> None:
        node = find_node()
        assert node is not None, "there is no Node: make install-infra"
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [*node.node, "-e", code + _SERVE_FUNCTION], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self, uri: str) -> dict[str, Any]:
        """The request that goes on, with its `uri`, or the response."""
        with self._lock:
            self._process.stdin.write(json.dumps({"uri": uri}) + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())

    def stop(self) -> None:
        self._process.communicate(timeout=10)


class CloudFront(OneOrigin):
    """In front of `stage`. `canary` is a value that no answer to a browser may hold (support/studio/browsing.py)."""

    cookie = None

    def __init__(self, stage: Stage, template: StudioTemplate, canary: str) -> None:
        self.canary = canary
        self._stage = stage
        self._s3 = stage.emulator.client("s3")
        self._bucket = stage.output("studio", "BucketName")
        self._behaviours = template.behaviours()
        self._functions = {each.pattern: ViewerFunction(each.function) for each in self._behaviours}
        super().__init__()

    def json(self, method: str, path: str, body: Any = None) -> Any:
        """What the deployed API answers to somebody else who is signed in."""
        return self._stage.answer(method, path, body)

    def stop(self) -> None:
        super().stop()
        for function in self._functions.values():
            function.stop()

    def answer(self, environ, start_response):
        path = environ["PATH_INFO"]
        behaviour = next(each for each in self._behaviours if fnmatch(path, each.pattern))
        said = self._functions[behaviour.pattern](path)
        if "statusCode" in said:
            headers = {name: header["value"] for name, header in said["headers"].items()}
            return _send(start_response, behaviour, said["statusCode"], headers, b"")
        if behaviour.origin == "bucket":
            return _send(start_response, behaviour, *self._object(said["uri"]))
        server = self._stage.emulator.url if behaviour.origin == "cognito" else self._stage.api_url
        added = {name: header["value"] for name, header in said["headers"].items()}
        return _send(start_response, behaviour, *ask(environ, server, said["uri"].encode("latin-1"), added))

    def _object(self, uri: str) -> tuple[int, dict[str, str], bytes]:
        """S3's answer through an origin access control: 403 for what is not there, as it may not list."""
        try:
            found = self._s3.get_object(Bucket=self._bucket, Key=uri.removeprefix("/"))
        except self._s3.exceptions.NoSuchKey:
            return 403, {"Content-Type": "application/xml"}, b"<Error><Code>AccessDenied</Code></Error>"
        headers = {"Content-Type": found["ContentType"], "Cache-Control": found["CacheControl"], "ETag": found["ETag"]}
        return 200, headers, found["Body"].read()


def _send(start_response, behaviour: Behaviour, status: int, headers: dict[str, str], body: bytes):
    start_response(
        f"{status} {HTTPStatus(status).phrase}",
        [*(headers | behaviour.headers).items(), ("Content-Length", str(len(body)))],
    )
    return [body]

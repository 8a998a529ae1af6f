"""One deployed stage and what a person does with it: deploy, sign in, ask the API, destroy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from infra_cdk.sign_in import TOKEN_MINUTES
from tests.support import patience
from tests.support.deployed.emulator import ACCOUNT, ARCHITECTURE, PYTHON, REGION, ROOT, Emulator, free_port
from tools.cdk import COMMAND
from tools.node import wheel_node

USER, PASSWORD = "ana@example.com", "A-password-of-20-chars!"
CDK_SECONDS = 1500
RENEW_SECONDS = TOKEN_MINUTES * 60 / 2
_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Stage:
    """`context` overrides functions.tunables."""

    def __init__(self, emulator: Emulator, folder: Path, name: str = "e2e", **context: str) -> None:
        self.emulator = emulator
        self.folder = folder
        self.name = name
        self.services_port = free_port()
        """Where a test's own services listen: the stage may call them, and the emulator."""
        self.model_port = free_port()
        """Where a test's model server listens: the stage's copilot asks it, with the key of the secret MODEL_KEY."""
        self.context = {
            "copilot_provider": "openai", "copilot_model": "a-model", "copilot_secret": "MODEL_KEY",
            "copilot_url": f"http://127.0.0.1:{self.model_port}/v1",
            "egress_allow": f"127.0.0.1:{self.services_port},127.0.0.1:{emulator.port}",
            "stage": name, "cdn": "false", "protect": "false", "architecture": ARCHITECTURE, "python": PYTHON, **context
        }
        self.outputs: dict[str, dict[str, str]] = {}
        self._token, self._token_since = "", 0.0

    def bootstrap(self) -> None:
        self._cdk("bootstrap", "--app", "", f"aws://{ACCOUNT}/{REGION}")

    def deploy(self, release: Path = ROOT) -> float:
        """Deploy all stacks of the release in this folder; the seconds that it took."""
        started = time.monotonic()
        file = self.folder / "outputs.json"
        self._cdk(
            "deploy", "--all", "--require-approval", "never", "--method=direct", "--outputs-file", str(file),
            "--output", str(self.folder / "cdk.out"), "--app", f"{sys.executable} -m infra_cdk.app", *self._context(),
            release=release,
        )
        self.outputs = json.loads(file.read_text())
        return time.monotonic() - started

    def destroy(self) -> None:
        self._cdk("destroy", "--all", "--force", "--output", str(self.folder / "cdk.out"), *self._context())

    def output(self, stack: str, name: str) -> str:
        return self.outputs[f"automate-{self.name}-{stack}"][name]

    def sign_in(self) -> None:
        """Invite the first admin, as the command of the deployment's own output does, and sign in as that one."""
        users = self.emulator.client("cognito-idp")
        pool = self.output("api", "UserPoolId")
        assert f"--role admin --stage {self.name}" in self.output("api", "InviteFirstAdmin")
        users.admin_create_user(UserPoolId=pool, Username=USER, MessageAction="SUPPRESS")
        users.admin_set_user_password(UserPoolId=pool, Username=USER, Password=PASSWORD, Permanent=True)
        users.admin_add_user_to_group(UserPoolId=pool, Username=USER, GroupName=f"automate-{self.name}-admin")
        self._take_token()

    @property
    def token(self) -> str:
        """An ID token of the first admin, renewed in good time: a busy machine takes longer than one is good."""
        if time.monotonic() - self._token_since > RENEW_SECONDS:
            self._take_token()
        return self._token

    def token_of(self, user: str) -> str:
        """An ID token of this moment, of somebody with PASSWORD."""
        answer = self.emulator.client("cognito-idp").initiate_auth(
            ClientId=self.output("api", "UserPoolClientId"), AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": user, "PASSWORD": PASSWORD},
        )
        return str(answer["AuthenticationResult"]["IdToken"])

    def _take_token(self) -> None:
        self._token_since, self._token = time.monotonic(), self.token_of(USER)

    @property
    def api_url(self) -> str:
        """Where the emulator serves what ApiUrl names on AWS."""
        rest_api = self.output("api", "ApiUrl").split("//")[1].split(".")[0]
        return f"{self.emulator.url}/restapis/{rest_api}/{self.name}/_user_request_"

    def ask(
        self, method: str, path: str, body: Any = None, *, signed_in: bool = True, token: str | None = None
    ) -> tuple[int, Any]:
        """Status and answer; the first admin asks, unless it is with another `token`."""
        headers = {"Content-Type": "application/json"}
        if signed_in:
            headers["Authorization"] = self.token if token is None else token
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.api_url + path, data, headers, method=method)  # noqa: S310 - http
        try:
            with _DIRECTLY.open(request, timeout=patience.SECONDS) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def answer(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = self.ask(method, path, body)
        assert status < 400, (status, answer, self.emulator.log.read_text()[-2000:])
        return answer

    def start(self, workflow: str, given: Any, name: str | None = None) -> str:
        """The started execution's address."""
        body = {"input": given} | ({"name": name} if name else {})
        execution = self.answer("POST", f"/workflows/{workflow}/executions", body)["id"]
        return f"/executions/{quote(execution, safe='')}"

    def ended(self, execution: str, *, within: float = patience.SECONDS) -> Any:
        """The execution once it runs no more."""
        return self.seen(lambda: self.answer("GET", execution), lambda found: found["status"] != "RUNNING", within)

    @staticmethod
    def seen(look: Callable[[], Any], holds: Callable[[Any], bool], within: float = patience.SECONDS) -> Any:
        """What `look` gives as soon as it `holds`; the last look when it does not within so many seconds."""
        until = time.monotonic() + within
        while True:
            found = look()
            if holds(found) or time.monotonic() > until:
                return found
            time.sleep(0.3)

    def command(
        self, *arguments: str, given: str = "", as_json: bool = False, of_the_account: bool = False
    ) -> str:
        """The command line over this stage, as a person runs it, with the account's own credentials or without; what it
        printed."""
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "AUTOMATE_"))
        } | {"AWS_ENDPOINT_URL": self.emulator.url, "XDG_CONFIG_HOME": str(self.folder), "NO_PROXY": "127.0.0.1"}
        environment |= self.emulator.environment if of_the_account else {}
        automate = Path(sys.executable).with_name("automate")
        done = subprocess.run(
            [automate, "--endpoint", self.api_url, *(["--json"] if as_json else []), *arguments], env=environment,
            input=given, capture_output=True, text=True, timeout=patience.SECONDS, check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def sweep(self) -> None:
        """What the tick does every minute, now."""
        answer = self.emulator.client("lambda").invoke(FunctionName=f"automate-{self.name}-sweeper", Payload=b"{}")
        assert "FunctionError" not in answer, answer["Payload"].read()

    def _context(self) -> list[str]:
        return [part for key, value in self.context.items() for part in ("-c", f"{key}={value}")]

    def _cdk(self, *arguments: str, release: Path = ROOT) -> None:
        assert COMMAND.exists(), "the cdk command is missing: make install-infra"
        node = wheel_node()
        assert node is not None, "its Node is missing: make install-infra"
        done = subprocess.run(
            [*node.node, str(COMMAND), *arguments], cwd=release,
            env=node.environment() | self.emulator.environment | {"NO_COLOR": "1"},
            capture_output=True, text=True, timeout=CDK_SECONDS, check=False,
        )
        assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
